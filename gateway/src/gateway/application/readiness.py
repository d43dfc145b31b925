"""Whether Kith can answer: all services ready, and the issuer's keys known."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from chassis.errors import KithError, Unavailable
from contracts.routes import Service
from gateway.application.calls import CallHeaders
from gateway.application.ports import Call, Services

LONGEST_ANSWER = 64 * 1024
READY = "ready"
Check = Callable[[], Awaitable[None]]


class Readiness:
    def __init__(self, services: Services, internal_key: str, others: dict[str, Check]) -> None:
        self._services = services
        self._headers = CallHeaders(internal_key)
        self._others = others

    async def checks(self) -> dict[str, str]:
        """For each part `ready`, or what it waits for and why."""
        found = await asyncio.gather(
            *(self._service(service) for service in Service), *(_state(check) for check in self._others.values())
        )
        return dict(zip([*map(str, Service), *self._others], found, strict=True))

    async def _service(self, service: Service) -> str:
        try:
            reply = await self._services.send(service, Call("GET", "/health/ready", headers=self._headers()))
            body = await reply.read(LONGEST_ANSWER)
        except KithError:
            return "does not answer"
        if reply.status == 200:
            return READY
        try:
            checks = json.loads(body)["checks"]
            return "; ".join(f"{name}: {state}" for name, state in checks.items() if state != READY)
        except (ValueError, KeyError, TypeError, AttributeError):
            return f"answered with status {reply.status}"


async def _state(check: Check) -> str:
    try:
        await check()
    except Unavailable as error:
        return error.detail
    return READY
