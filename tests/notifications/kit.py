"""One service as its neighbours meet it: HTTP under signed grants, and events over a real embedded broker."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from fastapi import FastAPI

from chassis.broker import EmbeddedBroker, Message, Outgoing
from chassis.database import Database
from chassis.grants import Grant, GrantSigner, KeptBack
from chassis.ids import new_id, system_clock
from chassis.keys import SigningKey, generate_pem, write_jwks
from chassis.messaging import MessagingTables
from chassis.settings import ServiceSettings
from contracts import headers
from contracts.events.base import Envelope, Event
from contracts.vocabulary import Category, Role
from tests.support.patience import PATIENCE, taken_in
from tests.support.rows import Rows, all_rows, put_back

KEY = SigningKey.from_pem(generate_pem())
INTERNAL_KEY = "an internal key of the tests, long enough"

Maker = Callable[[Any, EmbeddedBroker], FastAPI]


def child() -> str:
    return new_id()


def enveloped(event: Event) -> Envelope:
    return Envelope(
        id=new_id(),
        source="urn:kith:tests",
        type=event.type_name(),
        subject=event.key,
        time=system_clock(),
        data=event.model_dump(mode="json"),
    )


@dataclass
class Viewer:
    """A practitioner whose requests come with what the consent service would have signed for each."""

    kit: "Kit"
    viewer_id: str
    categories: Collection[Category]
    role: Role = Role.SOCIAL_WORKER
    records: Sequence[str] | None = None
    """Where records of the child were merged: all of them."""
    related: Sequence[str] = ()
    """Children of the family whom the viewer may know of."""
    veiled: Sequence[str] = ()
    """Children of whom this viewer may not learn where they are."""
    team_ids: Sequence[str] = ()
    refused: Mapping[Category, Collection[str]] = field(default_factory=dict)
    """Of several children, those of whom one of the categories is not permitted."""
    lead: bool = False
    """Whether they are the child's lead professional."""
    kept_back: Sequence[KeptBack] = ()
    """What the family is not told of for now."""
    agency_id: str = "agency"

    async def call(
        self,
        method: str,
        path: str,
        action: str,
        *,
        child: str | None = None,
        children: Sequence[str] = (),
        signer: GrantSigner | None = None,
        granted_request: str | None = None,
        send_grant: bool = True,
        sent: dict[str, str] | None = None,
        **request: Any,
    ) -> httpx.Response:
        request_id = new_id()
        grant = Grant(
            decision_id=new_id(),
            viewer_id=self.viewer_id,
            role=self.role,
            agency_id=self.agency_id,
            team_ids=tuple(self.team_ids),
            action=action,
            purpose="direct-support",
            request_id=granted_request or request_id,
            child_id=child,
            categories=frozenset(self.categories),
            children=tuple(children),
            records=tuple(self.records or (children if child is None else (child,))),
            related=tuple(self.related),
            veiled=tuple(self.veiled),
            kept_back=tuple(self.kept_back),
            partly=tuple(
                (category, sum(1 << place for place, each in enumerate(children) if each not in refused))
                for category, refused in self.refused.items()
            ),
            lead=self.lead,
        )
        carried = {headers.REQUEST_ID: request_id, **(sent or {})}
        if send_grant:
            carried[headers.GRANT] = (signer or GrantSigner(KEY)).sign(grant)
        return await self.kit.client.request(method, path, headers=carried, **request)


@dataclass
class Kit:
    client: httpx.AsyncClient
    broker: EmbeddedBroker
    app: FastAPI
    heard: list[Envelope] = field(default_factory=list)
    """What the service published, in the order in which it came."""

    def viewer(self, viewer_id: str, categories: Collection[Category], role: Role = Role.SOCIAL_WORKER) -> Viewer:
        return Viewer(self, viewer_id, categories, role)

    async def tell(self, *events: Event) -> list[Envelope]:
        """Publishes events as another service would; returns when this service has taken them in."""
        envelopes = [enveloped(event) for event in events]
        await self.publish(events[0].topic, envelopes)
        return envelopes

    async def publish(self, topic: str, envelopes: Sequence[Envelope]) -> None:
        await self.broker.publish(
            [Outgoing(topic, each.subject, each.model_dump_json(exclude_none=True).encode()) for each in envelopes]
        )
        await self.settled([each.id for each in envelopes])

    async def settled(self, event_ids: Sequence[str]) -> None:
        """Returns when this service has taken the events in; fails when it hasn't by then."""
        await taken_in(self.client, INTERNAL_KEY, event_ids)

    async def owner(self, kind: str, thing_id: str, key: str = INTERNAL_KEY) -> httpx.Response:
        return await self.client.get(f"/internal/owners/{kind}/{thing_id}", headers={headers.INTERNAL_KEY: key})

    async def published(self, type_name: str, count: int) -> list[dict[str, Any]]:
        """The data of `count` events of a type, once they came; fails when they don't, or when more did."""
        async with asyncio.timeout(PATIENCE):
            while len(found := [each.data for each in self.heard if each.type == type_name]) < count:
                await asyncio.sleep(0.01)
        assert len(found) == count
        return found


@asynccontextmanager
async def running(
    make: Maker, settings: type[ServiceSettings], database_url: str, folder: Path, topic: str
) -> AsyncIterator[Kit]:
    """The service over a database, listening in on what it publishes to `topic`."""
    folder.mkdir(exist_ok=True)
    jwks = folder / "grant.jwks.json"
    write_jwks(jwks, [KEY.public_jwk])
    broker = EmbeddedBroker(folder / "events.sqlite3")
    heard: list[Envelope] = []

    async def listen(batch: Sequence[Message]) -> None:
        heard.extend(Envelope.model_validate_json(message.value) for message in batch)

    broker.subscribe("tests", [topic], listen)
    app = make(
        settings(data_dir=folder, database_url=database_url, internal_key=INTERNAL_KEY, grant_jwks_file=jwks),
        broker,
    )
    async with app.router.lifespan_context(app):
        await broker.start()
        try:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
                yield Kit(client, broker, app, heard)
        finally:
            await broker.stop()


@dataclass
class Turns:
    """A running service that tests take turns with: each finds its database as it was at the start, and nothing
    under way."""

    kit: Kit
    database: Database
    messaging: MessagingTables
    rows: Rows
    topic: str
    consumed: Sequence[str]

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Kit]:
        try:
            yield self.kit
        finally:
            if self.consumed:
                marks = {topic: _mark() for topic in self.consumed}
                for topic, mark in marks.items():
                    await self.kit.broker.publish([_outgoing(topic, mark)])
                await self.kit.settled([mark.id for mark in marks.values()])
            async with asyncio.timeout(PATIENCE):
                while not await self._put_back():
                    await asyncio.sleep(0.005)
                mark = _mark()
                await self.kit.broker.publish([_outgoing(self.topic, mark)])
                while mark.id not in {envelope.id for envelope in self.kit.heard}:
                    await asyncio.sleep(0.001)
            self.kit.heard.clear()

    async def _put_back(self) -> bool:
        """Unless an event still waits to be published."""
        async with self.database.write() as connection:
            if (await connection.execute(sa.select(self.messaging.outbox.c.seq).limit(1))).first() is not None:
                return False
            await put_back(connection, self.rows)
            await connection.commit()
        return True


def _mark() -> Envelope:
    """An event that nobody has a use for; whoever has it has all that came before it."""
    mark = new_id()
    return Envelope(id=mark, source="urn:kith:tests", type="TurnEnded", subject=mark, time=system_clock(), data={})


def _outgoing(topic: str, envelope: Envelope) -> Outgoing:
    return Outgoing(topic, envelope.subject, envelope.model_dump_json(exclude_none=True).encode())


@asynccontextmanager
async def shared(
    make: Maker,
    settings: type[ServiceSettings],
    database_url: str,
    folder: Path,
    topic: str,
    messaging: MessagingTables,
    consumed: Sequence[str] = (),
) -> AsyncIterator[Turns]:
    """The service as `running` has it, for tests to take turns with; it consumes the topics of `consumed`."""
    async with running(make, settings, database_url, folder, topic) as kit:
        database = Database(database_url)
        async with database.read() as connection:
            rows = await all_rows(connection, messaging.outbox.metadata)
        yield Turns(kit, database, messaging, rows, topic, consumed)
        await database.close()


def problem(response: httpx.Response) -> dict[str, Any]:
    """The problem, but for the request id, which is each answer's own."""
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body.pop("instance") == response.headers[headers.REQUEST_ID]
    assert body["status"] == response.status_code
    return body
