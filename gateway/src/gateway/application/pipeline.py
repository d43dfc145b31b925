"""One request: who → how often → why → whose child → decision (→ candidates → decision) → the owning service."""

import asyncio
import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import structlog
from pydantic import ValidationError

from chassis.errors import Unauthenticated, Unavailable
from chassis.tokens import TokenVerifier
from contracts.decisions import Candidates, DecisionRequest, SearchOverrideRequest
from contracts.mais import QUERY
from contracts.routes import Route, Service, Subject
from contracts.vocabulary import Category, Purpose
from gateway.application.calls import JSON_CONTENT, CallHeaders, grant_header
from gateway.application.decisions import Decisions
from gateway.application.lasting import Lasting
from gateway.application.owners import Owners
from gateway.application.ports import Asked, Body, Call, NoAnswer, NotReached, Reply, Services
from gateway.application.settling import Settling
from gateway.domain.addressing import bound_id, path_of, query_of
from gateway.domain.criteria import SEARCH, criteria_in, override_in
from gateway.domain.hygiene import passed_in
from gateway.domain.person_query import patient_criteria_in, purpose_in
from gateway.domain.purposes import purpose_of
from gateway.domain.rate import RateLimit
from gateway.domain.silence import (
    FOUND_EVERY,
    TOLD_EVERY,
    NoSuchChild,
    is_about_a_child,
    may_hide_a_child,
    told_after,
)

log = structlog.get_logger("kith.gateway")

LONGEST_CANDIDATES = 1024 * 1024
LONGEST_SUPPLY = 1024 * 1024
BODILESS = frozenset({"GET", "DELETE"})
PROBLEM = "application/problem+json"
OK, NOT_FOUND, NOT_MODIFIED, INVALID, SERVICE_UNAVAILABLE = 200, 404, 304, 422, 503


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A request whose caller, purpose and body were taken, and where it would go. `until`: when the token ends,
    in seconds since the epoch."""

    caller: str
    until: float
    authorization: str
    purpose: Purpose
    call: Call


class Pipeline:
    def __init__(
        self,
        tokens: TokenVerifier,
        rate: RateLimit,
        services: Services,
        internal_key: str,
        settle_seconds: float,
    ) -> None:
        self._tokens = tokens
        self._rate = rate
        self._services = services
        self._headers = CallHeaders(internal_key)
        self._decisions = Decisions(services, self._headers)
        self._owners = Owners(services, self._headers)
        self._settling = Settling(services, self._headers, settle_seconds)

    async def answer(self, route: Route, asked: Asked) -> Reply:
        """The owning service's answer under a grant. Raises a `KithError` for every other end; the caller closes."""
        began = time.monotonic()
        try:
            reply = await self._answered(route, asked)
        except NoSuchChild:
            await _until_told(began, TOLD_EVERY)
            raise
        if may_hide_a_child(route, reply.status):
            try:
                await _until_told(began, FOUND_EVERY)
            except BaseException:
                await reply.close()
                raise
        return reply

    async def _answered(self, route: Route, asked: Asked) -> Reply:
        admitted = await self._admit(route, asked)
        grant = await self._permit(route, asked, admitted)
        if route.subject is Subject.CANDIDATES:
            found = await self._candidates(route, admitted.call, grant)
            if not isinstance(found, Candidates):
                return found
            refusal = await self._broken_glass(route, admitted, found)
            if refusal is not None:
                return refusal
            grant = await self._decisions.grant(
                _question(route, admitted, children=found.children, only=found.categories), admitted.authorization
            )
        call = replace(admitted.call, headers=(*admitted.call.headers, *self._headers(grant_header(grant))))
        if route.supplied_by is not None:
            supplied = await self._supplied(route, route.supplied_by, call, grant)
            if not isinstance(supplied, Call):
                return supplied
            call = supplied
        reply = await self._passable(route, await self._services.send(route.service, call))
        try:
            await self._settling.wait(route, reply)
        except BaseException:
            await reply.close()
            raise
        return Lasting(reply, admitted.until, asked.draining) if route.streams else reply

    async def _admit(self, route: Route, asked: Asked) -> _Admitted:
        if len(asked.authorization) != 1:
            raise Unauthenticated
        (authorization,) = asked.authorization
        identity = await self._tokens.verify(authorization)
        self._rate.take(identity.subject, time.monotonic())
        purpose = None if route.action == QUERY else purpose_of(route, asked.purposes)
        path, query = path_of(route, asked.parts), query_of(asked.query)
        body: Body = b"" if route.method in BODILESS else await asked.body()
        if purpose is None:
            purpose = purpose_in(body if isinstance(body, bytes) else b"", asked.purposes)
        call = Call(route.method, path, query, tuple(passed_in(asked.headers)), body)
        return _Admitted(identity.subject, identity.expires_at, authorization, purpose, call)

    async def _permit(self, route: Route, asked: Asked, admitted: _Admitted) -> str:
        """The first grant. An id that no child can have is decided on too, so that it ends as any other refusal."""
        if route.subject is Subject.OWNED:
            return await self._permit_owned(route, asked, admitted)
        child_id = bound_id(route, asked.parts)
        grant = await self._decisions.grant(_question(route, admitted, child_id=child_id), admitted.authorization)
        if child_id is None and route.subject is Subject.CHILD:
            raise NoSuchChild
        return grant

    async def _permit_owned(self, route: Route, asked: Asked, admitted: _Admitted) -> str:
        assert route.owned_kind is not None
        thing_id, caller, child_id = bound_id(route, asked.parts), admitted.caller, None
        if thing_id is not None:
            child_id = await self._owners.child_of(route.service, route.owned_kind, thing_id, caller)
        question = _question(route, admitted, child_id=child_id)
        try:
            grant = await self._decisions.grant(question, admitted.authorization)
        except NoSuchChild:
            if thing_id is not None:
                self._owners.forget(thing_id, caller)
            raise
        if thing_id is None or child_id is None:
            raise NoSuchChild
        self._owners.remember(thing_id, caller, child_id)
        return grant

    async def _broken_glass(self, route: Route, admitted: _Admitted, found: Candidates) -> Reply | None:
        """A search under an override opens what is hidden, before it is decided again. A reply: why it cannot."""
        body = admitted.call.body
        if route.action != SEARCH or not isinstance(body, bytes):
            return None
        override = override_in(body)
        if override is None:
            return None
        asked = SearchOverrideRequest(override=override, purpose=admitted.purpose, children=found.children)
        return await self._decisions.open_search(asked, admitted.authorization)

    async def _candidates(self, route: Route, call: Call, grant: str) -> Candidates | Reply:
        """Whom the answer would speak of. A request that the service cannot take is answered with its own words.

        A 404 counts as "nobody": the second decision is asked for all the same, so that nothing tells a hidden child
        from none.
        """
        kept = tuple(pair for pair in call.headers if pair[0] in {b"content-type", b"accept-language"})
        reply = await self._services.send(
            route.service,
            replace(
                call,
                path=f"/internal/candidates{call.path}",
                headers=(*kept, *self._headers(grant_header(grant))),
            ),
        )
        if reply.status == NOT_FOUND:
            await reply.close()
            return Candidates(children=[])
        if 400 <= reply.status < 500:
            return await self._passable(route, reply)
        try:
            if reply.status != 200:
                await reply.close()
                raise NoAnswer
            return Candidates.model_validate_json(await reply.read(LONGEST_CANDIDATES))
        except (ValidationError, NoAnswer):
            log.warning("gateway.no_candidates", service=route.service, action=route.action)
            raise Unavailable from None

    async def _supplied(self, route: Route, service: Service, call: Call, grant: str) -> Call | Reply:
        """The call with what another service gives to its answer. Without that there is no answer.

        It is asked with the caller's own query, so that it gives to this page alone; a query that cannot be taken is
        answered with its words, which are those of the service that would answer.
        """
        asked = Call("GET", f"/internal/supplies/{route.action}", call.query, self._headers(grant_header(grant)))
        reply = await self._passable(route, await self._services.send(service, asked))
        if reply.status == INVALID and reply.header("content-type") == PROBLEM:
            return reply
        if reply.status != OK:
            await reply.close()
            log.warning("gateway.no_supply", service=service, action=route.action, status=reply.status)
            raise Unavailable
        return replace(call, headers=(*call.headers, JSON_CONTENT), body=await reply.read(LONGEST_SUPPLY))

    async def _passable(self, route: Route, reply: Reply) -> Reply:
        """The reply, if its caller may have it; otherwise closes it and raises what the caller gets instead."""
        status = reply.status
        if status == NOT_FOUND and is_about_a_child(route):
            await reply.close()
            raise NoSuchChild
        if status == SERVICE_UNAVAILABLE:
            await reply.close()
            raise NotReached(retry_after=_seconds(reply.header("retry-after")))
        redirected = 300 <= status < 400 and status != NOT_MODIFIED
        if status >= 500 or status < 200 or redirected or status == Unauthenticated.status:
            await reply.close()
            log.warning("gateway.bad_answer", service=route.service, action=route.action, status=status)
            raise NoAnswer
        return reply


def _seconds(header: str | None) -> int | None:
    """Of `Retry-After`, where the service said it so (RFC 9110, section 10.2.3)."""
    return int(header) if header and re.fullmatch("[0-9]{1,4}", header) else None


async def _until_told(began: float, every: float) -> None:
    due = began + told_after(time.monotonic() - began, every)
    while (left := due - time.monotonic()) > 0:  # noqa: ASYNC110 - it is a time, and a timer may be early
        await asyncio.sleep(left)


def _question(
    route: Route,
    admitted: _Admitted,
    *,
    child_id: str | None = None,
    children: Sequence[str] | None = None,
    only: Collection[Category] | None = None,
) -> DecisionRequest:
    """`only`: fewer categories than the route's, where the answer holds no more this time."""
    body = admitted.call.body if route.subject is Subject.CANDIDATES else b""
    return DecisionRequest(
        action=route.action,
        subject=route.subject,
        purpose=admitted.purpose,
        categories=[category for category in route.categories if only is None or category in only],
        child_id=child_id,
        children=None if children is None else list(children),
        criteria=_criteria(route, body) if isinstance(body, bytes) else [],
    )


def _criteria(route: Route, body: bytes) -> list[str]:
    return patient_criteria_in(body) if route.action == QUERY else criteria_in(body)
