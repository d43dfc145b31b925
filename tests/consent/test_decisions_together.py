"""Decisions that share their way to PostgreSQL: none is forgotten, and none is recorded twice."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.errors import Unavailable
from chassis.ids import new_id, system_clock
from consent.adapters.postgres_decisions import PostgresDecisions
from consent.application.log_rows import sealed
from consent.domain.facts import ChildFacts, Viewer
from tests.consent.shared import Prepared

LOOPBACK = "127.0.0.1"


@pytest.fixture
async def database(prepared: Prepared, tmp_path: Path) -> AsyncIterator[Database]:
    found = Database(await prepared.copied_to(tmp_path, "postgresql", authority=True))
    yield found
    await found.close()


@asynccontextmanager
async def over_one_connection(database: Database) -> AsyncIterator[PostgresDecisions]:
    decisions = PostgresDecisions(database, account_ids_are_identities=True, connections=1)
    async with asyncio.timeout(20):
        yield decisions
        await decisions.close()


def one_entry(viewer: Viewer, _asked: Sequence[str], _children: dict[str, ChildFacts]) -> list[dict[str, Any]]:
    told = {"viewer_id": viewer.viewer_id, "agency_id": None, "action": "whoami", "outcome": "refused"}
    return [{**sealed(told, system_clock()), "override_id": None}]


async def recorded(database: Database, viewer_id: str) -> int:
    async with database.read() as connection:
        query = sa.text("SELECT count(*) FROM access_log WHERE viewer_id = :viewer")
        return int((await connection.execute(query, {"viewer": viewer_id})).scalar_one())


async def test_who_asks_again_at_once_is_answered(database: Database) -> None:
    """Also while the connection that served them is just being put aside."""
    async with over_one_connection(database) as decisions:
        for _ in range(5):
            await decisions("again", [new_id()], False, one_entry)
    assert await recorded(database, "again") == 5


async def test_what_was_perhaps_recorded_is_not_recorded_again(database: Database) -> None:
    """The connection breaks after the rows were written and before anybody hears of it: 503, and the rows stay."""
    async with breaking_after(b"INSERT 0 3", database) as proxied, over_one_connection(proxied) as decisions:
        asked = [decisions("thrice", [new_id()], False, one_entry) for _ in range(3)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in answers] == [Unavailable] * 3
        assert await recorded(database, "thrice") == 3
        await decisions("thrice", [new_id()], False, one_entry)
    assert await recorded(database, "thrice") == 4


@asynccontextmanager
async def breaking_after(answer: bytes, database: Database) -> AsyncIterator[Database]:
    """The database behind a way that breaks each time the server gives this answer, which does not come through."""
    place = database.url

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to_there = await asyncio.open_connection(place.host, place.port)

        async def out() -> None:
            while piece := await reader.read(65536):
                to_there.write(piece)
            to_there.close()

        sending = asyncio.create_task(out())
        while (piece := await there.read(65536)) and answer not in piece:
            writer.write(piece)
        sending.cancel()
        for each in (writer, to_there):
            each.close()

    server = await asyncio.start_server(carry, LOOPBACK, 0)
    proxied = Database(place.set(host=LOOPBACK, port=server.sockets[0].getsockname()[1]).render_as_string(False))
    try:
        yield proxied
    finally:
        server.close()
        await proxied.close()
