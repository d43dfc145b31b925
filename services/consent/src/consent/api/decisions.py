"""The route by which the gateway asks for a decision. Between parts only."""

from typing import Annotated

import orjson
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
from consent.application.decide import Answered, DecideRequest
from consent.application.override_search import override_search
from contracts.decisions import DecisionRequest, DeliveryAnswer, DeliveryQuestion, SearchOverrideRequest

log = structlog.get_logger("kith.decision")

PATH = "/internal/decisions"

_internal = InternalCaller()

router = APIRouter(prefix="/internal", dependencies=[Depends(_internal)], include_in_schema=False)


async def decide(request: Request) -> Response:
    """Decides for the identity of the caller's own token, which is verified here: the gateway's word is not taken."""
    request.scope["route"] = plain_route  # for the log line and the counts: only FastAPI's own routes say it themselves
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
        raise not_recorded(error) from error
    return Response(encoded(answer), media_type="application/json")


plain_route = Route(PATH, decide, methods=["POST"])
"""For what `DecisionsFirst` leaves to it."""


@router.post("/delivery-decisions")
async def decide_delivery(body: DeliveryQuestion, request: Request) -> DeliveryAnswer:
    """Whether a recipient may be told of children at this moment. For the service that tells them."""
    decide_request: DecideRequest = request.app.state.decide
    try:
        return await decide_request.deliverable(body, request_id_of(request))
    except SQLAlchemyError as error:
        raise not_recorded(error) from error


def encoded(answer: Answered) -> bytes:
    """The JSON of a `DecisionAnswer`."""
    return orjson.dumps(answer._asdict())


def not_recorded(error: SQLAlchemyError) -> Unavailable:
    log.error("decision.not_recorded", error_type=type(error).__qualname__)
    return Unavailable("The decision could not be recorded, so nothing is answered")


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
