"""The service as a whole: its guard, its routes, its tables, its worker."""

import asyncio
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi import FastAPI

from assessment.adapters.tables import messaging, metadata
from assessment.main import create_app
from assessment.settings import AssessmentSettings
from chassis.broker import EmbeddedBroker, Message
from chassis.database import Database
from chassis.grants import GrantSigner
from chassis.ids import new_id
from chassis.keys import SigningKey, generate_pem, write_jwks
from contracts.events.base import ASSESSMENT, Envelope
from contracts.routes import ROUTES, Service
from tests.assessment.desk import Desk
from tests.notifications.kit import INTERNAL_KEY, KEY, Turns, child, problem, running


async def test_nothing_is_answered_without_this_requests_grant(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    viewer = desk.practitioner("sw", jo).viewer
    stranger = GrantSigner(SigningKey.from_pem(generate_pem()))
    for route in [each for each in ROUTES if each.service is Service.ASSESSMENT]:
        ids = {"child_id": jo, "assessment_id": assessment_id, "key": "learning", "template_id": "common-assessment"}
        path = route.path.format_map(defaultdict(new_id, ids))
        refused = [
            await viewer.call(route.method, path, route.action, child=jo, send_grant=False),
            await viewer.call(route.method, path, "child.read", child=jo),
            await viewer.call(route.method, path, route.action, child=jo, granted_request=new_id()),
            await viewer.call(route.method, path, route.action, child=jo, signer=stranger),
        ]
        assert {answer.status_code for answer in refused} == {403}
        assert {problem(answer)["type"] for answer in refused} == {"urn:kith:problem:grant-required"}


async def test_the_migrations_make_the_tables_that_the_code_uses(turns: Turns) -> None:
    database = turns.database
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )
    assert differences == []


async def test_it_is_ready_and_its_routes_are_those_of_the_contract(desk: Desk) -> None:
    ready = await desk.kit.client.get("/health/ready")
    assert ready.json() == {"status": "ready", "checks": {"database": "ready", "broker": "ready", "templates": "ready"}}
    document = (await desk.kit.client.get("/internal/openapi.json")).json()
    served = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert served == {(route.method, route.path) for route in ROUTES if route.service is Service.ASSESSMENT}
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"].endswith(".")
            assert "application/problem+json" in operation["responses"]["403"]["content"]


async def test_the_worker_relays_events_by_itself(tmp_path: Path) -> None:
    """What a process without a worker wrote, a worker process without an API publishes."""
    jo = child()
    write_jwks(tmp_path / "keys" / "grant.jwks.json", [KEY.public_jwk])

    def api(settings: AssessmentSettings, broker: EmbeddedBroker) -> FastAPI:
        return create_app(settings.model_copy(update={"run_worker": False}), broker)

    database = f"sqlite+aiosqlite:///{tmp_path / 'assessment.sqlite3'}"
    async with running(api, AssessmentSettings, database, tmp_path / "api", ASSESSMENT) as kit:
        assessment_id = await Desk(kit).begun(jo)
    environment = {**os.environ, "KITH_DATA_DIR": str(tmp_path), "KITH_INTERNAL_KEY": INTERNAL_KEY}
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "assessment.worker", env=environment)
    try:
        async with asyncio.timeout(60):
            while await _waiting(database):
                await asyncio.sleep(0.05)
    finally:
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 20) == 0
    heard: asyncio.Queue[Message] = asyncio.Queue()

    async def listen(batch: Sequence[Message]) -> None:
        for message in batch:
            heard.put_nowait(message)

    broker = EmbeddedBroker(tmp_path / "events.sqlite3")
    broker.subscribe("tests", [ASSESSMENT], listen)
    await broker.start()
    event = Envelope.model_validate_json((await asyncio.wait_for(heard.get(), 10)).value)
    await broker.stop()
    assert (event.type, event.subject, event.data["assessment_id"]) == ("AssessmentBegun", jo, assessment_id)


async def _waiting(database_url: str) -> int:
    """How many events stand in the outbox."""
    database = Database(database_url)
    async with database.read() as connection:
        found = await connection.execute(sa.select(sa.func.count()).select_from(messaging.outbox))
    await database.close()
    return int(found.scalar_one())
