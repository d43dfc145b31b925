"""The gateway's ordinary questions are answered in front of the application's frame.

Every request through the gateway asks for a decision, some twice, and the frame (routing, error handlers, telemetry)
takes as long as a decision. What is answered here is only the ordinary case: a caller with the internal key, a token
that was verified before, a question that is well formed. All else is handed on, untouched, to the route that answers
in the frame; so there is one place for each kind of refusal.
"""

import hmac
from typing import Any

import structlog
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.errors import KithError
from chassis.problems import problem_response
from chassis.telemetry import Seen
from chassis.tokens import Identity
from consent.api.decisions import PATH, encoded, not_recorded
from contracts import headers
from contracts.decisions import DecisionRequest

log = structlog.get_logger("kith.decision")

_KEY, _ID = headers.INTERNAL_KEY.lower().encode(), headers.REQUEST_ID.lower().encode()
_JSON = (b"content-type", b"application/json")


class DecisionsFirst:
    """`inner` is the application's whole frame."""

    def __init__(self, app: FastAPI, inner: ASGIApp, part: str) -> None:
        self._state = app.state
        self._inner = inner
        self._part = part
        self._key: bytes = app.state.internal_key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self._inner(scope, receive, send)
            return
        sent = dict(scope["headers"])
        identity = self._known(sent)
        if identity is None:
            await self._inner(scope, receive, send)
            return
        first = await receive()
        asked = _read(first)
        if asked is None:
            await self._inner(scope, _again(first, receive), send)
            return
        seen = Seen(self._part, "POST", sent)
        status = 500
        try:
            status = await self._answer(identity, asked, seen.request_id, scope, receive, send)
        finally:
            seen.ended(PATH, status)

    def _known(self, sent: dict[bytes, bytes]) -> Identity | None:
        """Who asks, where the caller has the internal key and the token was verified before."""
        if not hmac.compare_digest(sent.get(_KEY, b""), self._key):
            return None
        identity: Identity | None = self._state.token_verifier.known(sent.get(b"authorization", b"").decode("latin-1"))
        return identity

    async def _answer(
        self, identity: Identity, asked: DecisionRequest, request_id: str, scope: Scope, receive: Receive, send: Send
    ) -> int:
        """Answers, and returns the status."""
        error: KithError
        try:
            body = encoded(await self._state.decide(identity.subject, asked, request_id, identity.actor))
        except KithError as known:
            error = known
        except SQLAlchemyError as away:
            error = not_recorded(away)
        except Exception as unforeseen:
            log.error("request.failed", error_type=type(unforeseen).__qualname__, request_id=request_id)  # noqa: TRY400
            error = KithError()
        else:
            told = [_JSON, (b"content-length", b"%d" % len(body)), (_ID, request_id.encode())]
            await send({"type": "http.response.start", "status": 200, "headers": told})
            await send({"type": "http.response.body", "body": body})
            return 200
        problem = problem_response(error, request_id)
        problem.headers[headers.REQUEST_ID] = request_id
        await problem(scope, receive, send)
        return problem.status_code


def _read(message: Message) -> DecisionRequest | None:
    """The question; None where it did not come in one piece, or is none."""
    if message["type"] != "http.request" or message.get("more_body", False):
        return None
    try:
        return DecisionRequest.model_validate_json(message.get("body", b""))
    except ValidationError:
        return None


def _again(first: Message, receive: Receive) -> Receive:
    """Hands out once more what was received already."""
    waiting: list[Any] = [first]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received
