"""A running consent service, and a caller that asks it as the gateway does."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from fastapi import FastAPI

from chassis.broker import EmbeddedBroker, Message, Outgoing
from chassis.ids import Clock, new_id, system_clock
from chassis.issuer import DevelopmentIssuer
from consent.main import create_app
from consent.settings import ConsentSettings
from contracts import headers
from contracts.events.base import ACCESS, CONSENT, Envelope, Event
from contracts.routes import ROUTES, Route, Subject
from tests.support.patience import taken_in


def _matching(method: str, path: str) -> tuple[Route, dict[str, str]]:
    parts = path.split("/")
    for route in ROUTES:
        pattern = route.path.split("/")
        if route.method != method or len(pattern) != len(parts):
            continue
        found = {name[1:-1]: value for name, value in zip(pattern, parts, strict=True) if name.startswith("{")}
        if all(name.startswith("{") or name == value for name, value in zip(pattern, parts, strict=True)):
            return route, found
    raise AssertionError(f"no such route: {method} {path}")


@dataclass
class Consent:
    """The service, the broker that feeds it, and the steps of the gateway."""

    app: FastAPI
    http: httpx.AsyncClient
    broker: EmbeddedBroker
    issuer: DevelopmentIssuer
    settings: ConsentSettings
    heard: list[Envelope] = field(default_factory=list)
    """The events that other agencies and services were given, in order."""

    async def decide(self, who: str, **asked: Any) -> httpx.Response:
        """What the gateway asks; `by`, which it does not, is the system that acts for `who`."""
        actor = asked.pop("by", None)
        request_id = new_id()
        return await self.http.post(
            "/internal/decisions",
            json=asked,
            headers={
                "Authorization": f"Bearer {self.issuer.token(who, actor=actor)}",
                headers.INTERNAL_KEY: self.app.state.internal_key,
                headers.REQUEST_ID: request_id,
            },
        )

    async def call(
        self, who: str, method: str, path: str, body: Any = None, *, purpose: str = "direct-support", **more: Any
    ) -> httpx.Response:
        """One public request: decision first, then the route under the grant. A refusal is answered 404 or 403.

        `by` is the system that acts for `who`; `headers` go with the request.
        """
        route, parameters = _matching(method, path.split("?")[0])
        child_id = parameters.get("child_id")
        if route.subject is Subject.OWNED:
            thing = parameters[route.owned_parameter]
            owner = await self.http.get(
                f"/internal/owners/{route.owned_kind}/{thing}",
                headers={headers.INTERNAL_KEY: self.app.state.internal_key},
            )
            child_id = owner.json()["child_id"]
        decided = await self.decide(
            who,
            action=route.action,
            subject=route.subject.value,
            purpose=purpose,
            categories=list(route.categories),
            child_id=child_id,
            by=more.get("by"),
        )
        if decided.status_code != 200:
            return decided
        answer = decided.json()
        if answer["outcome"] != "permitted":
            return httpx.Response(403 if answer["forbidden"] else 404)
        return await self.http.request(
            method,
            path,
            json=body,
            headers={
                headers.GRANT: answer["grant"],
                headers.REQUEST_ID: decided.headers[headers.REQUEST_ID],
                **more.get("headers", {}),
            },
        )

    async def open_search(self, who: str, *, override: dict[str, str], children: list[str]) -> httpx.Response:
        """What the gateway asks between the two decisions of a search that breaks the glass."""
        return await self.http.post(
            "/internal/search-overrides",
            json={"override": override, "purpose": "direct-support", "children": children},
            headers={
                "Authorization": f"Bearer {self.issuer.token(who)}",
                headers.INTERNAL_KEY: self.app.state.internal_key,
                headers.REQUEST_ID: new_id(),
            },
        )

    async def tell(self, *events: Event, at: datetime | None = None) -> None:
        """Publishes events of other services, which happened just now or then, and waits until they are taken in."""
        envelopes = [
            Envelope(
                id=new_id(),
                source="urn:kith:test",
                type=event.type_name(),
                subject=event.key,
                time=at or system_clock(),
                data=event.model_dump(mode="json"),
            )
            for event in events
        ]
        await self.broker.publish(
            [
                Outgoing(event.topic, event.key, envelope.model_dump_json().encode(), {})
                for event, envelope in zip(events, envelopes, strict=True)
            ]
        )
        await taken_in(self.http, self.app.state.internal_key, [envelope.id for envelope in envelopes])


@asynccontextmanager
async def running_consent(settings: ConsentSettings, clock: Clock = system_clock) -> AsyncIterator[Consent]:
    broker = EmbeddedBroker(None)
    heard: list[Envelope] = []

    async def hear(messages: Sequence[Message]) -> None:
        heard.extend(Envelope.model_validate_json(message.value) for message in messages)

    broker.subscribe("test.outside", [CONSENT, ACCESS], hear)
    app = create_app(settings, broker, clock)
    async with app.router.lifespan_context(app):
        await broker.start()
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://consent") as http:
            yield Consent(app, http, broker, DevelopmentIssuer(settings.data_dir), settings, heard)
        await broker.stop()
