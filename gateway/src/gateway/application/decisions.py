"""Asking the consent service. Without its answer nothing leaves: every failure here is `Unavailable`."""

import structlog
from pydantic import ValidationError

from chassis.errors import NotAllowed, Unauthenticated, Unavailable
from contracts.decisions import DecisionAnswer, DecisionRequest, SearchOverrideRequest
from contracts.routes import Service
from contracts.vocabulary import Outcome
from gateway.application.calls import JSON_CONTENT, CallHeaders
from gateway.application.ports import Call, NoAnswer, Reply, Services
from gateway.domain.silence import NoSuchChild

log = structlog.get_logger("kith.gateway")

LONGEST_ANSWER = 1024 * 1024
_DONE, _UNPROCESSABLE = 204, 422
PATH = "/internal/decisions"
OVERRIDE_PATH = "/internal/search-overrides"


class Decisions:
    def __init__(self, services: Services, call_headers: CallHeaders) -> None:
        self._services = services
        self._headers = call_headers

    async def grant(self, question: DecisionRequest, authorization: str) -> str:
        """The signed grant, when the decision permits.

        Raises `NotAllowed` when the caller's role may never do this, `NoSuchChild` when it was refused,
        `Unauthenticated` when the consent service does not take the token, `Unavailable` without a decision.
        """
        decided = await self._decide(question, authorization)
        if decided.outcome is Outcome.PERMITTED and not decided.forbidden:
            if decided.grant:
                return decided.grant
            raise self._useless("no_grant")
        if decided.outcome is Outcome.ERROR:
            raise self._useless("error")
        raise NotAllowed if decided.forbidden else NoSuchChild

    async def open_search(self, asked: SearchOverrideRequest, authorization: str) -> Reply | None:
        """Breaks the glass for a search. None when it is done; otherwise what the consent service says is wrong.

        Raises `NotAllowed` when the caller's role may not, `Unavailable` when it could not be recorded.
        """
        call = Call(
            "POST",
            OVERRIDE_PATH,
            headers=self._headers(JSON_CONTENT, (b"authorization", authorization.encode("latin-1"))),
            body=asked.model_dump_json().encode(),
        )
        try:
            reply = await self._services.send(Service.CONSENT, call)
        except NoAnswer as error:
            raise self._useless("no_answer") from error
        if reply.status == _UNPROCESSABLE:
            return reply
        await reply.close()
        if reply.status == NotAllowed.status:
            raise NotAllowed
        if reply.status == Unauthenticated.status:
            raise Unauthenticated
        if reply.status != _DONE:
            raise self._useless("status", status=reply.status)
        return None

    async def _decide(self, question: DecisionRequest, authorization: str) -> DecisionAnswer:
        call = Call(
            "POST",
            PATH,
            headers=self._headers(JSON_CONTENT, (b"authorization", authorization.encode("latin-1"))),
            body=question.model_dump_json().encode(),
        )
        try:
            reply = await self._services.send(Service.CONSENT, call)
            body = await reply.read(LONGEST_ANSWER)
        except NoAnswer as error:
            # Asking has no effect but a log row, so to the caller it is as if nothing had been done.
            raise self._useless("no_answer") from error
        if reply.status == Unauthenticated.status:
            raise Unauthenticated
        if reply.status != 200:
            raise self._useless("status", status=reply.status)
        try:
            return DecisionAnswer.model_validate_json(body)
        except ValidationError:
            raise self._useless("unreadable") from None

    @staticmethod
    def _useless(reason: str, **more: int) -> Unavailable:
        log.warning("gateway.no_decision", reason=reason, **more)
        return Unavailable("No decision could be had on this request; nothing was done")
