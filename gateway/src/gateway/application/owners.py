"""Whose child a thing hangs off: asked of the service that owns the thing, and remembered for a while."""

import json
import time
from collections import OrderedDict

import structlog

from chassis.errors import Unavailable
from chassis.ids import is_uuid
from contracts.routes import Service
from gateway.application.calls import CallHeaders
from gateway.application.ports import Call, NoAnswer, Services

log = structlog.get_logger("kith.gateway")

REMEMBERED = 20_000
REMEMBERED_SECONDS = 60.0
"""Only a merge of two records changes whose child a thing is; this is how long the gateway may take to notice."""
LONGEST_ANSWER = 4096


class Owners:
    """Remembers an answer only for a caller to whom the decision then gave access.

    Were it remembered for all, a refused caller could tell an id that exists, answered from memory, from one that
    does not, by the time it takes.
    """

    def __init__(self, services: Services, call_headers: CallHeaders, remembered: int = REMEMBERED) -> None:
        self._services = services
        self._headers = call_headers
        self._size = remembered
        self._known: OrderedDict[tuple[str, str], tuple[str, float]] = OrderedDict()

    async def child_of(self, service: Service, kind: str, thing_id: str, caller: str) -> str | None:
        """The child's id; None when there is no such thing. Raises `Unavailable` when the service does not say."""
        key = (caller, thing_id)
        known = self._known.get(key)
        if known is not None:
            child_id, until = known
            if until > time.monotonic():
                self._known.move_to_end(key)
                return child_id
            del self._known[key]
        return await self._ask(service, kind, thing_id)

    def remember(self, thing_id: str, caller: str, child_id: str) -> None:
        key = (caller, thing_id)
        if key not in self._known:
            self._known[key] = (child_id, time.monotonic() + REMEMBERED_SECONDS)
            while len(self._known) > self._size:
                self._known.popitem(last=False)

    def forget(self, thing_id: str, caller: str) -> None:
        self._known.pop((caller, thing_id), None)

    async def _ask(self, service: Service, kind: str, thing_id: str) -> str | None:
        call = Call("GET", f"/internal/owners/{kind}/{thing_id}", headers=self._headers())
        try:
            reply = await self._services.send(service, call)
            body = await reply.read(LONGEST_ANSWER)
            found = json.loads(body)["child_id"] if reply.status == 200 else ""
        except (NoAnswer, ValueError, KeyError, TypeError):
            found = ""
        if found is None:
            return None
        if not isinstance(found, str) or not is_uuid(found):
            log.warning("gateway.no_owner", service=service, kind=kind)
            raise Unavailable
        return found
