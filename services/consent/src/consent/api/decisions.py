"""The route by which the gateway asks for a decision. Between parts only."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Header, Request
from sqlalchemy.exc import SQLAlchemyError

from chassis.errors import Unavailable
from chassis.service import InternalCaller
from chassis.telemetry import request_id_of
from chassis.tokens import TokenVerifier
from consent.api.common import PolicyOf, Writing
from consent.application.decide import DecideRequest
from consent.application.override_search import override_search
from contracts.decisions import DecisionAnswer, DecisionRequest, SearchOverrideRequest

log = structlog.get_logger("kith.decision")

router = APIRouter(prefix="/internal", dependencies=[Depends(InternalCaller())], include_in_schema=False)


@router.post("/decisions")
async def decide(
    body: DecisionRequest, request: Request, authorization: Annotated[str | None, Header()] = None
) -> DecisionAnswer:
    """Decides for the identity of the caller's own token, which is verified here: the gateway's word is not taken."""
    verifier: TokenVerifier = request.app.state.token_verifier
    identity = await verifier.verify(authorization)
    decide_request: DecideRequest = request.app.state.decide
    try:
        return await decide_request(identity.subject, body, request_id_of(request), identity.actor)
    except SQLAlchemyError as error:
        log.error("decision.not_recorded", error_type=type(error).__qualname__)  # noqa: TRY400 - the text may quote
        raise Unavailable("The decision could not be recorded, so nothing is answered") from error


@router.post("/search-overrides", status_code=204)
async def open_search(
    body: SearchOverrideRequest,
    request: Request,
    writing: Writing,
    policy: PolicyOf,
    authorization: Annotated[str | None, Header()] = None,
) -> None:
    """Breaks the glass for a search, before it is decided again."""
    verifier: TokenVerifier = request.app.state.token_verifier
    identity = await verifier.verify(authorization)
    async with writing() as uow:
        await override_search(uow, policy, identity.subject, body, request_id_of(request), identity.actor)
        await uow.commit()
