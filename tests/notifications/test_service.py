"""The service as a whole: its routes, its tables, its worker."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi import FastAPI

from chassis.broker import EmbeddedBroker, Outgoing
from chassis.keys import write_jwks
from contracts.events.base import CHILD_INDEX, NOTIFICATIONS
from contracts.routes import ROUTES, Service
from notifications.adapters.tables import metadata
from notifications.main import create_app
from notifications.settings import NotificationsSettings
from tests.notifications.consent import Deciding
from tests.notifications.inbox import Inboxes, episode, lead
from tests.notifications.kit import INTERNAL_KEY, KEY, Turns, child, enveloped, running


async def test_the_migrations_make_the_tables_that_the_code_uses(turns: Turns) -> None:
    database = turns.database
    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )
    assert differences == []


async def test_it_is_ready_and_its_routes_are_those_of_the_contract(inboxes: Inboxes) -> None:
    ready = await inboxes.kit.client.get("/health/ready")
    assert ready.json() == {"status": "ready", "checks": {"database": "ready", "broker": "ready"}}
    document = (await inboxes.kit.client.get("/internal/openapi.json")).json()
    served = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert served == {(route.method, route.path) for route in ROUTES if route.service is Service.NOTIFICATIONS}
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"].endswith(".")
            assert "application/problem+json" in operation["responses"]["403"]["content"]


async def test_the_worker_takes_events_in_by_itself(tmp_path: Path) -> None:
    """A worker process without an API fills the inbox that a process without a worker answers from."""
    jo = child()
    events = [enveloped(each) for each in (lead(jo, "sw", by="sw"), episode(jo, by="hv"))]
    write_jwks(tmp_path / "keys" / "grant.jwks.json", [KEY.public_jwk])
    broker = EmbeddedBroker(tmp_path / "events.sqlite3")
    await broker.start()
    await broker.publish([Outgoing(CHILD_INDEX, jo, each.model_dump_json().encode()) for each in events])
    await broker.stop()
    environment = {**os.environ, "KITH_DATA_DIR": str(tmp_path), "KITH_INTERNAL_KEY": INTERNAL_KEY}
    environment["KITH_CONSENT_URL"] = "http://127.0.0.1:9"  # nothing is asked of it here
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "notifications.worker", env=environment)

    def api(settings: NotificationsSettings, broker: EmbeddedBroker) -> FastAPI:
        return create_app(settings.model_copy(update={"run_worker": False}), broker, Deciding().transport())

    try:
        database = f"sqlite+aiosqlite:///{tmp_path / 'notifications.sqlite3'}"
        async with running(api, NotificationsSettings, database, tmp_path / "api", NOTIFICATIONS) as kit:
            await kit.settled([each.id for each in events])
            assert [entry["type"] for entry in await Inboxes(kit).items("sw")] == ["new-involvement"]
    finally:
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 20) == 0
