"""What a family was asked to share, and what they said: routes for practitioners, and how a request is shown."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from consent.api.common import EVERYTHING, Note, Reading, Recipients, RequestModel, Told, Writing, without_places
from consent.application.consent_requests import RecordRequest, record_request, requests_of
from consent.application.ports import Record, UnitOfWork
from consent.domain.facts import Recipient
from contracts.vocabulary import Category

router = APIRouter(responses=problems(404))

Who = Literal["young_person", "parent"]
Said = Literal["given", "refused", "not_yet"]


class RequestBody(RequestModel):
    asked_of: Who
    categories: Annotated[list[Category], Field(min_length=1)]
    recipients: Recipients
    outcome: Said
    asked_at: AwareDatetime | None = None
    note: Note | None = None

    def command(self) -> RecordRequest:
        return RecordRequest(
            asked_of=self.asked_of,
            categories=self.categories,
            recipients=[Recipient(r.type, r.id) for r in self.recipients],
            outcome=self.outcome,
            asked_at=self.asked_at,
            note=self.note,
        )


class ConsentRequest(BaseModel):
    request_id: Annotated[str, Told]
    asked_of: Annotated[Who, Told]
    categories: Annotated[list[Category], Told]
    recipients: Annotated[list[dict[str, str]], Told]
    outcome: Annotated[Said, Told]
    asked_at: Annotated[datetime, Told]
    note: Annotated[str | None, Told] = None
    recorded_by: Annotated[str | None, Told] = None


class ConsentRequests(BaseModel):
    items: Annotated[list[ConsentRequest], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


def shown_request(record: Record) -> dict[str, Any]:
    return disclose(ConsentRequest.model_validate(record), EVERYTHING)


async def requests_page(
    reading: Callable[[], UnitOfWork], grant: Grant, limit: int, cursor: str | None
) -> JSONResponse:
    after = decode_cursor(cursor)
    async with reading() as uow:
        found = await requests_of(uow, grant, after[0] if after else None, limit)
    return JSONResponse(
        page(
            found,
            limit,
            lambda record: shown_request(without_places(record, grant)),
            lambda record: encode_cursor(record["request_id"]),
        )
    )


@router.post(
    "/v1/children/{child_id}/consent-requests",
    status_code=201,
    summary="Record that the family was asked for consent, and what they said",
    description="A record only: it opens nothing and closes nothing. A consent that was given is recorded as a "
    "consent; whom a refusal should keep out is for a block.",
    response_model=ConsentRequest,
)
async def post_request(
    child_id: str,
    body: RequestBody,
    grant: Annotated[Grant, Depends(Granted("request.record"))],
    idem: IdempotencyOf,
    writing: Writing,
) -> JSONResponse:
    async with writing() as uow:

        async def work() -> Answer:
            return Answer(201, shown_request(await record_request(uow, grant, body.command())))

        return answer(await once(uow, idem(grant), work))  # type: ignore[arg-type]


@router.get(
    "/v1/children/{child_id}/consent-requests",
    summary="What the family was asked to share, oldest first",
    response_model=ConsentRequests,
)
async def list_requests(
    child_id: str,
    grant: Annotated[Grant, Depends(Granted("request.read"))],
    reading: Reading,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> JSONResponse:
    return await requests_page(reading, grant, limit, cursor)
