"""Legal bases on which information about a child is shared without consent."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from consent.api.common import (
    EVERYTHING,
    Line,
    PolicyOf,
    Reading,
    Recipients,
    RequestModel,
    Told,
    Writing,
    without_places,
)
from consent.application.legal_bases import RecordLegalBasis, end_legal_basis, record_legal_basis
from consent.application.ports import Record
from consent.domain.facts import Recipient
from contracts.vocabulary import Category, LegalBasisCode

router = APIRouter(responses=problems(404, 409))


class LegalBasisBody(RequestModel):
    code: LegalBasisCode
    categories: Annotated[list[Category], Field(min_length=1, max_length=len(Category))]
    recipients: Recipients
    valid_until: AwareDatetime
    reference: Line


class LegalBasis(BaseModel):
    basis_id: Annotated[str, Told]
    code: Annotated[LegalBasisCode, Told]
    categories: Annotated[list[Category], Told]
    recipients: Annotated[list[dict[str, str]], Told]
    valid_until: Annotated[datetime, Told]
    reference: Annotated[str, Told]
    recorded_by: Annotated[str | None, Told] = None
    recorded_at: Annotated[datetime, Told]
    ended_at: Annotated[datetime | None, Told] = None


class LegalBases(BaseModel):
    items: Annotated[list[LegalBasis], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


def _shown(record: Record) -> dict[str, Any]:
    return disclose(LegalBasis.model_validate(record), EVERYTHING)


@router.post(
    "/v1/children/{child_id}/legal-bases",
    status_code=201,
    summary="Record a legal basis that needs no consent",
    description="By the lead professional or a social worker. Each opens what the policy says, never `sensitive`.",
    response_model=LegalBasis,
)
async def post_legal_basis(
    child_id: str,
    body: LegalBasisBody,
    grant: Annotated[Grant, Depends(Granted("legal-basis.record"))],
    idem: IdempotencyOf,
    writing: Writing,
    policy: PolicyOf,
) -> JSONResponse:
    command = RecordLegalBasis(
        code=body.code,
        categories=body.categories,
        recipients=[Recipient(each.type, each.id) for each in body.recipients],
        valid_until=body.valid_until,
        reference=body.reference,
    )
    async with writing() as uow:

        async def work() -> Answer:
            return Answer(201, _shown(await record_legal_basis(uow, policy, grant, command)))

        return answer(await once(uow, idem(grant), work), uow.effects)  # type: ignore[arg-type]


@router.get(
    "/v1/children/{child_id}/legal-bases", summary="Legal bases of a child, oldest first", response_model=LegalBases
)
async def list_legal_bases(
    child_id: str,
    grant: Annotated[Grant, Depends(Granted("legal-basis.read"))],
    reading: Reading,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> JSONResponse:
    after = decode_cursor(cursor)
    async with reading() as uow:
        found = await uow.legal_bases.of_child(grant.records, after[0] if after else None, limit + 1)
    return JSONResponse(
        page(
            found,
            limit,
            lambda record: _shown(without_places(record, grant)),
            lambda record: encode_cursor(record["basis_id"]),
        )
    )


@router.post("/v1/legal-bases/{basis_id}/end", summary="End a legal basis at once", response_model=LegalBasis)
async def post_end(
    basis_id: str, grant: Annotated[Grant, Depends(Granted("legal-basis.end"))], writing: Writing
) -> JSONResponse:
    async with writing() as uow:
        record = await end_legal_basis(uow, grant, basis_id)
        await uow.commit()
    return answer(Answer(200, _shown(record)), uow.effects)
