"""Consents of a child: routes for practitioners, and how a consent is shown."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field, model_validator

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from consent.api.common import EVERYTHING, Line, Note, Reading, Recipients, RequestModel, Told, Writing, without_places
from consent.application.consents import BASIS, RecordConsent, consents_of, record_consent, withdraw_consent
from consent.application.ports import Record, UnitOfWork
from consent.domain.consents import Evidence, How
from consent.domain.facts import Recipient
from contracts.vocabulary import Category, Purpose

router = APIRouter(responses=problems(404))


class EvidenceBody(RequestModel):
    """How the family gave it. `given_at` is when they said yes, not when it is recorded."""

    how: How
    given_at: AwareDatetime
    reference: Line | None = None
    note: Note | None = None


class OwnConsentBody(RequestModel):
    """What somebody agrees to on their own side: who gives it follows from their account."""

    categories: Annotated[list[Category], Field(min_length=1)]
    recipients: Recipients
    purposes: Annotated[list[Purpose], Field(min_length=1)] | None = None
    valid_until: AwareDatetime | None = None
    note: Note | None = None
    keep_until_25: Annotated[bool, Field(description="Keeps the record open beyond 18, while it is in force")] = False

    def command(self, given_by: str, evidence: Evidence | None = None) -> RecordConsent:
        return RecordConsent(
            given_by=given_by,
            categories=self.categories,
            recipients=[Recipient(r.type, r.id) for r in self.recipients],
            purposes=self.purposes,
            valid_until=self.valid_until,
            note=self.note,
            evidence=evidence,
            keep_until_25=self.keep_until_25,
        )


class ConsentBody(OwnConsentBody):
    given_by: Literal["young_person", "parent"]
    basis: Literal["competent", "parental_responsibility"]
    evidence: EvidenceBody | None = None

    @model_validator(mode="after")
    def _basis_fits_giver(self) -> "ConsentBody":
        if BASIS[self.given_by] != self.basis:
            raise ValueError("basis is 'competent' for a young person, 'parental_responsibility' for a parent")
        return self

    def recorded(self) -> RecordConsent:
        told = self.evidence
        return self.command(
            self.given_by, None if told is None else Evidence(told.how, told.given_at, told.reference, told.note)
        )


class EvidenceAnswer(BaseModel):
    how: Annotated[How, Told]
    given_at: Annotated[datetime, Told]
    reference: Annotated[str | None, Told] = None
    note: Annotated[str | None, Told] = None


class Consent(BaseModel):
    consent_id: Annotated[str, Told]
    given_by: Annotated[str, Told]
    basis: Annotated[str, Told]
    categories: Annotated[list[Category], Told]
    recipients: Annotated[list[dict[str, str]], Told]
    purposes: Annotated[list[Purpose] | None, Told] = None
    valid_until: Annotated[datetime | None, Told] = None
    keep_until_25: Annotated[bool, Told] = False
    note: Annotated[str | None, Told] = None
    evidence: Annotated[EvidenceAnswer | None, Told] = None
    recorded_by: Annotated[str | None, Told] = None
    recorded_at: Annotated[datetime, Told]
    withdrawn_at: Annotated[datetime | None, Told] = None


class Consents(BaseModel):
    items: Annotated[list[Consent], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


def shown_consent(record: Record) -> dict[str, Any]:
    return disclose(Consent.model_validate(record), EVERYTHING)


async def consents_page(
    reading: Callable[[], UnitOfWork], grant: Grant, limit: int, cursor: str | None
) -> JSONResponse:
    after = decode_cursor(cursor)
    async with reading() as uow:
        found = await consents_of(uow, grant, after[0] if after else None, limit)
    return JSONResponse(
        page(
            found,
            limit,
            lambda record: shown_consent(without_places(record, grant)),
            lambda record: encode_cursor(record["consent_id"]),
        )
    )


async def recorded_consent(
    writing: Callable[[], UnitOfWork], grant: Grant, idem: Any, command: RecordConsent
) -> JSONResponse:
    async with writing() as uow:

        async def work() -> Answer:
            return Answer(201, shown_consent(await record_consent(uow, grant, command)))

        return answer(await once(uow, idem(grant), work))  # type: ignore[arg-type]


@router.post(
    "/v1/children/{child_id}/consents",
    status_code=201,
    summary="Record a consent",
    description="With `evidence` of how and when the family gave it. One that they took back after they had given it "
    "is not taken (409 `consent-withdrawn-since`).",
    response_model=Consent,
    responses=problems(409),
)
async def post_consent(
    child_id: str,
    body: ConsentBody,
    grant: Annotated[Grant, Depends(Granted("consent.record"))],
    idem: IdempotencyOf,
    writing: Writing,
) -> JSONResponse:
    return await recorded_consent(writing, grant, idem, body.recorded())


@router.get("/v1/children/{child_id}/consents", summary="Consents of a child, oldest first", response_model=Consents)
async def list_consents(
    child_id: str,
    grant: Annotated[Grant, Depends(Granted("consent.read"))],
    reading: Reading,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> JSONResponse:
    return await consents_page(reading, grant, limit, cursor)


@router.post(
    "/v1/consents/{consent_id}/withdrawal",
    summary="Withdraw a consent",
    description="Holds from the next request. Withdrawing twice changes nothing.",
    response_model=Consent,
)
async def post_withdrawal(
    consent_id: str, grant: Annotated[Grant, Depends(Granted("consent.withdraw"))], writing: Writing
) -> JSONResponse:
    async with writing() as uow:
        record = await withdraw_consent(uow, grant, consent_id)
        await uow.commit()
    return JSONResponse(shown_consent(record))
