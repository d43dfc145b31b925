"""What an information-governance officer keeps back from a young person's own history, while an enquiry goes on."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.problem_docs import problems
from chassis.service import Granted
from consent.api.common import EVERYTHING, DirectoryId, Note, PolicyOf, Reading, RequestModel, Told, Writing
from consent.application.history_delay import PlaceDelay, delay_of, end_delay, place_delay
from consent.application.ports import Record
from contracts.vocabulary import PartyType

router = APIRouter(prefix="/v1/children/{child_id}/history-delay", responses=problems(404))


class DelayedViewer(RequestModel):
    type: Literal[PartyType.PRACTITIONER, PartyType.AGENCY]
    id: DirectoryId


class DelayBody(RequestModel):
    """`since` is when the enquiry began; without it, now, or as before. Without `viewers`, everybody's looks."""

    until: AwareDatetime
    reason: Note
    viewers: Annotated[list[DelayedViewer], Field(min_length=1, max_length=100)] | None = None
    since: AwareDatetime | None = None

    def command(self) -> PlaceDelay:
        viewers = None if self.viewers is None else [(viewer.type, viewer.id) for viewer in self.viewers]
        return PlaceDelay(until=self.until, reason=self.reason, viewers=viewers, since=self.since)


class HistoryDelay(BaseModel):
    until: Annotated[datetime, Told]
    since: Annotated[datetime, Told]
    reason: Annotated[str, Told]
    viewers: Annotated[list[dict[str, str]] | None, Told] = None
    placed_by: Annotated[str, Told]
    placed_at: Annotated[datetime, Told]


def _shown(record: Record) -> dict[str, Any]:
    return disclose(HistoryDelay.model_validate(record), EVERYTHING)


@router.put(
    "",
    summary="Keep a current enquiry back from the young person's own history",
    description="Until `until` (the policy says how far ahead that may be) the family is told of no look, involvement "
    "or legal basis of these viewers since `since`; afterwards of all. Nothing shows that anything is kept back. It "
    "replaces the delay that the officer, or another of the same scope, placed before.",
    response_model=HistoryDelay,
)
async def put_delay(
    child_id: str,
    body: DelayBody,
    grant: Annotated[Grant, Depends(Granted("delay.place"))],
    writing: Writing,
    policy: PolicyOf,
) -> JSONResponse:
    async with writing() as uow:
        record = await place_delay(uow, policy, grant, body.command())
        await uow.commit()
    return JSONResponse(_shown(record))


@router.get("", summary="What is kept back from the young person's own history", response_model=HistoryDelay)
async def get_delay(
    child_id: str, grant: Annotated[Grant, Depends(Granted("delay.read"))], reading: Reading
) -> JSONResponse:
    async with reading() as uow:
        return JSONResponse(_shown(await delay_of(uow, grant)))


@router.delete("", status_code=204, summary="Tell the young person what was kept back", response_class=Response)
async def delete_delay(
    child_id: str, grant: Annotated[Grant, Depends(Granted("delay.end"))], writing: Writing
) -> Response:
    async with writing() as uow:
        await end_delay(uow, grant)
        await uow.commit()
    return Response(status_code=204)
