"""What the use cases of imports need of the outside."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from child_index.domain.full_roll import USUAL_LIMIT
from child_index.domain.roll_forms import Mapping
from child_index.domain.roll_rows import BadRow


@dataclass(frozen=True, slots=True)
class Import:
    import_id: str
    service_id: str
    agency_id: str | None
    created_by: str
    state: str
    total: int
    processed: int
    created: int
    matched: int
    review: int
    rejected: int
    next_chunk: int
    last_event_id: str | None
    check: bool
    """Nothing is written but what would happen."""
    headings: tuple[str | None, ...]
    """What the list calls each of our columns."""
    date_order: str
    full_roll: bool
    leavers_limit: int
    leavers: int
    """How many were found not to be on a full roll."""
    left: int
    """How many episodes ended for that (of a check: would end)."""
    leavers_held: str | None
    """Why none did (`domain.full_roll`)."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What the sender asks for beside the rows."""

    service_id: str
    check: bool = False
    full_roll: bool = False
    """Who is not on it has left."""
    leavers_limit: int = USUAL_LIMIT
    """So many in a hundred may."""


@dataclass(frozen=True, slots=True)
class ImportRejection:
    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    row: int
    local_id: str | None
    outcome: str
    child_id: str | None
    review_id: str | None
    score: float | None


class MappingRepository(Protocol):
    async def get(self, service_id: str) -> Mapping | None: ...

    async def put(self, service_id: str, mapping: Mapping, changed_by: str) -> None: ...


class ImportCounted(Protocol):
    """Told of what was committed."""

    def taken(self, outcomes: Counter[str], *, check: bool) -> None: ...

    def ended(self, state: str) -> None: ...


class ImportRepository(Protocol):
    async def begin(
        self,
        import_id: str,
        order: ImportOrder,
        headings: Sequence[str | None],
        date_order: str,
        agency_id: str | None,
        created_by: str,
    ) -> None:
        """An import that is being received; no worker sees it yet."""
        ...

    async def add_chunk(self, import_id: str, number: int, rows: bytes) -> None: ...

    async def queue(self, import_id: str, total: int) -> None: ...

    async def discard(self, import_id: str) -> None: ...

    async def abandoned(self, before: datetime) -> list[str]:
        """Ids of what was begun before and never received whole: its sender has had no answer."""
        ...

    async def get(self, import_id: str) -> Import | None: ...

    async def open(self) -> list[Import]:
        """Of each service the oldest import that is not finished; oldest first."""
        ...

    async def take(self, import_id: str) -> Import | None:
        """The import, locked for this transaction; None when it is finished, or another process is at it."""
        ...

    async def chunks(self, import_id: str, first: int, most: int) -> list[bytes]: ...

    async def progress(
        self,
        import_id: str,
        results: Sequence[ImportResult],
        refused: Sequence[BadRow],
        last_event_id: str | None,
        chunks: int,
    ) -> None:
        """Keeps what a batch of so many chunks came to, drops them and moves on to the next."""
        ...

    async def found_leavers(self, import_id: str, leavers: int, held: str | None) -> None: ...

    async def left(self, import_id: str, count: int, last_event_id: str | None) -> None: ...

    async def separated(self, import_id: str, row: int, child_id: str) -> None:
        """A row that was linked by mistake has a child of its own now."""
        ...

    async def finish(self, import_id: str, state: str) -> None: ...

    async def rejections(self, import_id: str, limit: int, after: tuple[int, str]) -> list[ImportRejection]: ...

    def refused(self, import_id: str) -> AsyncIterator[BadRow]:
        """Every row that was refused, in order."""
        ...

    def results(self, import_id: str) -> AsyncIterator[ImportResult]: ...
