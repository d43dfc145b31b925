"""The one OpenAPI document: fetched from the services, merged, kept for a while."""

import asyncio
import importlib.metadata
import json
import time
from typing import Any

import structlog

from chassis.errors import Unavailable
from contracts.routes import ROUTES, Route, Service
from gateway.application.calls import CallHeaders
from gateway.application.ports import Call, NoAnswer, Services
from gateway.domain.openapi import merge

log = structlog.get_logger("kith.gateway")

KEPT_SECONDS = 300.0
LONGEST_DOCUMENT = 8 * 1024 * 1024


class Description:
    """Kept for five minutes, since a service may be replaced by a newer one at any time."""

    def __init__(self, services: Services, internal_key: str) -> None:
        self._services = services
        self._headers = CallHeaders(internal_key)
        self._merged: dict[str, Any] | None = None
        self._until = 0.0
        self._merging = asyncio.Lock()

    async def document(self) -> dict[str, Any]:
        """The merged document. Raises `Unavailable` when a service does not describe itself."""
        async with self._merging:
            if self._merged is None or time.monotonic() > self._until:
                self._merged = await self._merge()
                self._until = time.monotonic() + KEPT_SECONDS
            return self._merged

    async def _merge(self) -> dict[str, Any]:
        found = dict(zip(Service, await asyncio.gather(*map(self._fetch, Service)), strict=True))
        merged = merge(found, ROUTES, importlib.metadata.version("kith-gateway"))
        missing = [f"{route.method} {route.path}" for route in ROUTES if not _describes(merged, route)]
        if missing:
            log.warning("gateway.not_described", routes=missing)
        return merged

    async def _fetch(self, service: Service) -> dict[str, Any]:
        try:
            call = Call("GET", "/internal/openapi.json", headers=self._headers())
            reply = await self._services.send(service, call)
            body = await reply.read(LONGEST_DOCUMENT)
            found = json.loads(body) if reply.status == 200 else None
        except (NoAnswer, ValueError):
            found = None
        if not isinstance(found, dict):
            log.warning("gateway.no_description", service=service)
            raise Unavailable("A part of Kith does not describe itself just now")
        return found


def _describes(document: dict[str, Any], route: Route) -> bool:
    return route.method.lower() in document["paths"].get(route.path, {})
