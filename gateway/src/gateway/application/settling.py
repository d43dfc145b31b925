"""Waiting until other services have taken a change in, so that the caller's next request sees it."""

import asyncio
import json

import structlog

from chassis.errors import KithError
from contracts.headers import EFFECTS
from contracts.routes import Route, Service
from gateway.application.calls import CallHeaders
from gateway.application.ports import Call, Reply, Services

log = structlog.get_logger("kith.gateway")

IMPORT_PATIENCE_SECONDS = 5.0
"""At least: what an import has done is many events."""
IDS_IN_ONE_CALL = 100
LONGEST_ANSWER = 4096


class Settling:
    def __init__(self, services: Services, call_headers: CallHeaders, seconds: float) -> None:
        self._services = services
        self._headers = call_headers
        self._seconds = seconds

    async def wait(self, route: Route, reply: Reply) -> None:
        """Waits for the services that the route settles. In time or not, the change was made and its answer stands."""
        effects = reply.header(EFFECTS)
        if not route.settles or not effects or not 200 <= reply.status < 300:
            return
        ids = [each.strip() for each in effects.split(",") if each.strip()]
        patience = max(self._seconds, IMPORT_PATIENCE_SECONDS) if route.action == "import.read" else self._seconds
        taken = await asyncio.gather(*(self._taken(service, ids, patience) for service in route.settles))
        for service, done in zip(route.settles, taken, strict=True):
            if not done:
                log.warning("gateway.not_settled", service=service, action=route.action, events=len(ids))

    async def _taken(self, service: Service, ids: list[str], patience: float) -> bool:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        try:
            for start in range(0, len(ids), IDS_IN_ONE_CALL):
                left = max(0.0, deadline - loop.time())
                if not await self._ask(service, ids[start : start + IDS_IN_ONE_CALL], left):
                    return False
        except (KithError, ValueError, KeyError, TypeError):
            return False
        return True

    async def _ask(self, service: Service, ids: list[str], seconds: float) -> bool:
        query = f"ids={','.join(ids)}&seconds={seconds:.3f}"
        reply = await self._services.send(service, Call("GET", "/internal/effects", query, headers=self._headers()))
        body = await reply.read(LONGEST_ANSWER)
        return reply.status == 200 and json.loads(body)["taken"] is True
