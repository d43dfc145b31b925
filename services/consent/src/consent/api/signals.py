"""Officers' signals: what in the access log is worth a question, and the entries behind it."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from chassis.errors import FieldError, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted
from consent.api.access_log import Entries
from consent.api.common import Reading, log_cursor, log_place
from consent.application import signals
from consent.application.access_log import entry_of
from consent.application.ports import Record
from consent.domain.signal_words import explain
from consent.domain.signals import SignalKind

router = APIRouter(prefix="/v1/signals", responses=problems(404))

Reads = Annotated[Grant, Depends(Granted("signal.read"))]


class Signal(BaseModel):
    """`period`: the local day, or the Monday of the week. `peak`: the most that was counted at once, against
    `thresholds`, which are the policy's as it was when the signal was found."""

    signal_id: str
    kind: SignalKind
    viewer_id: str
    agency_id: str | None
    period: date
    began_at: str
    ended_at: str
    found_at: str
    entries: int
    peak: int
    thresholds: dict[str, Any]
    explanation: str
    policy_version: str


class Signals(BaseModel):
    items: list[Signal]
    next_cursor: str | None


@router.get(
    "",
    summary="What in the access log is worth a question, the one found last first",
    description="Found by a job some seconds after the looks; of one viewer, kind and day (or week). A signal blocks "
    "nobody and is no proof of anything. An officer sees those of the people whose looks they may see.",
    response_model=Signals,
)
async def list_signals(
    grant: Reads,
    reading: Reading,
    kind: SignalKind | None = None,
    viewer_id: Annotated[str | None, Query(max_length=255)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> JSONResponse:
    if viewer_id is not None and "\x00" in viewer_id:
        raise Invalid([FieldError("/viewer_id", "has a control character")])
    after = decode_cursor(cursor)
    async with reading() as uow:
        rows = await signals.list_signals(
            uow, grant, None if kind is None else kind.value, viewer_id, None if after is None else after[0], limit
        )
    return JSONResponse(page(rows, limit, _shown, lambda row: encode_cursor(row["signal_id"])))


@router.get("/{signal_id}/entries", summary="The log entries behind a signal, the oldest first", response_model=Entries)
async def entries(
    signal_id: str, grant: Reads, reading: Reading, limit: Limit = 50, cursor: Cursor = None
) -> JSONResponse:
    after = log_place(cursor)
    if not is_uuid(signal_id):
        raise NotFound
    async with reading() as uow:
        rows = await signals.entries_behind(uow, grant, signal_id, after, limit)
    return JSONResponse(page(rows, limit, entry_of, log_cursor))


def _shown(row: Record) -> dict[str, Any]:
    kind = SignalKind(row["kind"])
    times = {
        name: row[name].isoformat(timespec="microseconds").replace("+00:00", "Z")
        for name in ("began_at", "ended_at", "found_at")
    }
    explanation = explain(kind, row["peak"], row["period"], row["thresholds"])
    return {**row, **times, "period": row["period"].isoformat(), "explanation": explanation}
