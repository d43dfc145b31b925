"""What the routes work with, made in `main.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from child_index.application.knowledge import KnowledgeSource
from child_index.application.ports import Units


@dataclass(frozen=True, slots=True)
class Parts:
    """`units` may write, `reading` may not; `import_received` wakes the worker of this process."""

    units: Units
    reading: Units
    knowledge: KnowledgeSource
    import_received: Callable[[], None]
    import_batch_rows: int


class FieldProblem(BaseModel):
    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457. No value that the caller sent is repeated."""

    type: str = Field(examples=["urn:kith:problem:not-found"])
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] | None = None


_MEANINGS = {
    403: "Your role may never do this",
    404: "No such child, or none that you may know of: the one answer for all cases",
    409: "The present state does not allow this",
    422: "Fields that cannot be taken, each by its JSON pointer",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI descriptions of problem answers."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _MEANINGS[status], "model": Problem, "content": content} for status in (403, *statuses)
    }
