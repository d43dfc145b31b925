"""A small world behind the gateway: who is involved with whom, and services that obey the contract of decisions.

The services are real applications with the real guards (grants, internal key, token verification); only what they
know is made up here.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from jose import jwk
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.database import Database
from chassis.grants import Grant, GrantSigner, GrantVerifier
from chassis.ids import new_id, system_clock
from chassis.inbox import EffectWatch
from chassis.issuer import DevelopmentIssuer, IssuerSettings, make_token_verifier
from chassis.keys import SigningKey, generate_pem
from chassis.messaging import MessagingTables
from chassis.unit_of_work import UnitOfWork
from contracts.decisions import DecisionAnswer, DecisionRequest
from contracts.routes import Service, Subject
from contracts.vocabulary import Outcome, Role

INTERNAL_KEY = "the internal key of these tests, long enough"
_KEY = SigningKey.from_pem(generate_pem())
SIGNER = GrantSigner(_KEY)
VERIFIER = GrantVerifier({_KEY.key_id: jwk.construct(_KEY.public_jwk, "ES256")})


@dataclass(frozen=True)
class Call:
    """A call that reached a service, as its server saw it."""

    service: Service
    method: str
    path: str
    query: str
    headers: dict[str, str]

    @property
    def step(self) -> str:
        return f"{self.method} {self.service} {self.path}"


class Inbox:
    """The consent service's record of the events that it took in: real tables, in SQLite."""

    def __init__(self, folder: Path) -> None:
        self._metadata = sa.MetaData()
        self._tables = MessagingTables(self._metadata)
        self._database = Database(f"sqlite+aiosqlite:///{folder / 'inbox.sqlite3'}")
        self.watch = EffectWatch()

    def unit_of_work(self) -> UnitOfWork:
        return UnitOfWork(self._database, self._tables, system_clock, "urn:kith:tests")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self._database.engine.begin() as connection:
            await connection.run_sync(self._metadata.create_all)
        try:
            yield
        finally:
            await self._database.close()

    async def take(self, event_id: str) -> None:
        async with self.unit_of_work() as uow:
            row = {"event_id": event_id, "consumer": "tests", "received_at": uow.now()}
            await uow.connection.execute(sa.insert(self._tables.inbox).values(row))
            await uow.commit()
        await self.watch.announce()


@dataclass
class World:
    data_dir: Path
    involved: set[tuple[str, str]] = field(default_factory=set)
    """Pairs of viewer and child: what the decision goes by."""
    forbidden: set[str] = field(default_factory=set)
    """Viewers whose role may do nothing."""
    lost: set[str] = field(default_factory=set)
    """Ids that the owning service says 404 to, though the decision permits."""
    owners: dict[str, str] = field(default_factory=dict)
    """Whose child a thing is."""
    found: list[str] = field(default_factory=list)
    """Children that a search finds, before any decision."""
    reviewed: list[str] = field(default_factory=list)
    questions: list[DecisionRequest] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    faults: dict[Service, ASGIApp] = field(default_factory=dict)
    """A service that is replaced by something worse."""
    effect_delay: float | None = 0.0
    """After how many seconds the consent service takes in what others emit; None = never."""
    uploaded: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Holds the second half of a long answer back until it is set."""
    stream_ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.tokens = make_token_verifier(IssuerSettings(data_dir=self.data_dir))
        self.inbox = Inbox(self.data_dir)
        self.background: set[asyncio.Task[None]] = set()

    def token(self, subject: str) -> str:
        return DevelopmentIssuer(self.data_dir).token(subject)

    def relate(self, viewer: str, child: str | None = None) -> str:
        """Makes `viewer` involved with a child; returns the child's id."""
        child = child or new_id()
        self.involved.add((viewer, child))
        return child

    def steps(self) -> list[str]:
        return [call.step for call in self.calls]

    def decide(self, viewer: str, question: DecisionRequest, request_id: str) -> DecisionAnswer:
        self.questions.append(question)
        decision_id = new_id()
        if viewer in self.forbidden:
            return DecisionAnswer(outcome=Outcome.REFUSED, forbidden=True, decision_id=decision_id)
        bound = question.subject in {Subject.CHILD, Subject.OWNED}
        if bound and (viewer, question.child_id) not in self.involved:
            return DecisionAnswer(outcome=Outcome.REFUSED, decision_id=decision_id)
        grant = Grant(
            decision_id=decision_id,
            viewer_id=viewer,
            role=Role.TEACHER,
            agency_id="school",
            team_ids=(),
            action=question.action,
            purpose=question.purpose,
            request_id=request_id,
            child_id=question.child_id,
            categories=frozenset(question.categories),
            children=tuple(child for child in question.children or () if (viewer, child) in self.involved),
        )
        return DecisionAnswer(outcome=Outcome.PERMITTED, decision_id=decision_id, grant=SIGNER.sign(grant))

    def emit(self) -> str:
        """An event that the consent service will take in, or not; its id."""
        event_id, delay = new_id(), self.effect_delay
        if delay is not None:

            async def take(after: float) -> None:
                await asyncio.sleep(after)
                await self.inbox.take(event_id)

            task = asyncio.ensure_future(take(delay))
            self.background.add(task)
            task.add_done_callback(self.background.discard)
        return event_id


class Stage:
    """Where the services look for the world of the present test: they are built once, worlds are many."""

    world: World


class StageWatch(EffectWatch):
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def wait(self, seen: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        return await self._stage.world.inbox.watch.wait(seen, seconds)


class Watched:
    """A service whose calls are noted, and that can be made to fail."""

    def __init__(self, app: FastAPI, service: Service, stage: Stage) -> None:
        self.app, self._service, self._stage = app, service, stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        world = self._stage.world
        world.calls.append(
            Call(
                self._service,
                scope["method"],
                scope["raw_path"].decode(),
                scope["query_string"].decode(),
                headers,
            )
        )
        await world.faults.get(self._service, self.app)(scope, receive, send)


@asynccontextmanager
async def started(apps: dict[Service, Watched]) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for watched in apps.values():
            await stack.enter_async_context(watched.app.router.lifespan_context(watched.app))
        yield


def fails_with(status: int, **headers: Any) -> ASGIApp:
    """A service that answers everything with this status and a text that nobody should see."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": b"the inside of a service"})

    return app


async def crashes(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("the inside of a service")
