"""The route by which the gateway asks for a decision. Between parts only."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.routing import Route

from chassis.errors import Unavailable
from chassis.service import InternalCaller
from chassis.telemetry import request_id_of
from chassis.tokens import TokenVerifier
from consent.api.common import PolicyOf, Writing
from consent.application.decide import DecideRequest
from consent.application.override_search import override_search
from contracts.decisions import DecisionRequest, SearchOverrideRequest

log = structlog.get_logger("kith.decision")

_internal = InternalCaller()

router = APIRouter(prefix="/internal", dependencies=[Depends(_internal)], include_in_schema=False)


async def decide(request: Request) -> Response:
    """Decides for the identity of the caller's own token, which is verified here: the gateway's word is not taken."""
    await _internal(request)
    identity = await request.app.state.token_verifier.verify(request.headers.get("authorization"))
    try:
        asked = DecisionRequest.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
    decide_request: DecideRequest = request.app.state.decide
    try:
        answer = await decide_request(identity.subject, asked, request_id_of(request), identity.actor)
    except SQLAlchemyError as error:
        log.error("decision.not_recorded", error_type=type(error).__qualname__)  # noqa: TRY400 - the text may quote
        raise Unavailable("The decision could not be recorded, so nothing is answered") from error
    return Response(answer.model_dump_json(), media_type="application/json")


hot_route = Route("/internal/decisions", decide, methods=["POST"])
"""Every request through the gateway asks here, some twice. A plain route takes half the time of one that FastAPI
serves, and its description would be shown to nobody."""


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
