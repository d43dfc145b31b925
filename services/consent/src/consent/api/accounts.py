"""Accounts of young people and parents: made by a practitioner, accepted with a code."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, StringConstraints

from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from consent.api.common import RequestModel, Told, Writing
from consent.application.accounts import accept_invitation, create_account

router = APIRouter(responses=problems(404, 409))


class AccountBody(RequestModel):
    kind: Literal["young_person", "parent"]


class Account(BaseModel):
    account_id: Annotated[str, Told]
    invitation_code: Annotated[str, Told]


class AcceptanceBody(RequestModel):
    invitation_code: Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Acceptance(BaseModel):
    account_id: str
    kind: str


@router.post(
    "/v1/children/{child_id}/accounts",
    status_code=201,
    summary="Make an account for the young person or a parent",
    description="The code works once, and ties a signed-in identity to the account.",
    response_model=Account,
)
async def post_account(
    child_id: str,
    body: AccountBody,
    grant: Annotated[Grant, Depends(Granted("account.create"))],
    idem: IdempotencyOf,
    writing: Writing,
) -> JSONResponse:
    async with writing() as uow:

        async def work() -> Answer:
            account_id, code = await create_account(uow, grant, body.kind)
            return Answer(201, {"account_id": account_id, "invitation_code": code})

        return answer(await once(uow, idem(grant), work))  # type: ignore[arg-type]


@router.post(
    "/v1/accounts/acceptance",
    summary="Accept an invitation with its code",
    description="Ties the identity that the caller is signed in with to the account.",
    response_model=Acceptance,
)
async def post_acceptance(
    body: AcceptanceBody, grant: Annotated[Grant, Depends(Granted("account.accept"))], writing: Writing
) -> JSONResponse:
    async with writing() as uow:
        record = await accept_invitation(uow, grant.viewer_id, body.invitation_code)
        await uow.commit()
    return JSONResponse({"account_id": record["account_id"], "kind": record["kind"]})
