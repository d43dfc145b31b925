"""How the problem answers (RFC 9457) stand in the OpenAPI document."""

from http import HTTPStatus
from typing import Any

_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {**_TEXT, "description": "`urn:kith:problem:<code>`"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": {**_TEXT, "description": "The request id."},
        "errors": {
            "type": "array",
            "description": "With 422: each field that cannot be taken, by JSON pointer.",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": _TEXT, "detail": _TEXT},
            },
        },
    },
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these problems, beside 403 and 422, which each may."""
    content = {"application/problem+json": {"schema": _PROBLEM}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in sorted({*statuses, 403, 422})
    }
