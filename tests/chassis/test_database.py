"""The pool of connections to PostgreSQL, and when it counts as being away."""

import asyncio
import signal

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.errors import Unavailable
from stack.programs import LOOPBACK
from tests.support.postgres import Postgres, private_postgres

NO_TLS_HERE = (80877103).to_bytes(4)
"""SSLRequest, which asks whether the server speaks TLS."""
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


async def there_are(database: Database) -> int:
    """How many other connections PostgreSQL has, each of which is told to end."""
    async with database.read() as connection:
        told = await connection.execute(sa.text(f"SELECT pg_terminate_backend(pid) {OTHERS}"))
        return len(told.all())


async def test_connections_that_were_cut_are_made_anew_and_nobody_notices(postgres: Postgres) -> None:
    url = postgres.new_database("pool")
    database, other = Database(url, pool_size=3), Database(url)

    async def backend() -> int:
        async with database.read() as connection:
            await asyncio.sleep(0.05)  # so that those at once each have one of their own
            return int((await connection.execute(sa.text("SELECT pg_backend_pid()"))).scalar_one())

    async def three() -> set[int]:
        return set(await asyncio.gather(*(backend() for _ in range(3))))

    before = await three()
    assert await three() == before
    async with asyncio.timeout(10):
        while await there_are(other):  # ends them, and looks whether they have ended
            await asyncio.sleep(0.01)
    after = await three()
    assert len(after) == 3
    assert not before & after
    await database.close()
    await other.close()
    postgres.drop_database(url)


async def asked(url: str) -> None:
    database = Database(url)
    try:
        await database.ping()
    finally:
        await database.close()


async def test_a_server_without_room_for_one_more_is_away(postgres: Postgres) -> None:
    administrator = Database(postgres.url_of("postgres"))
    async with administrator.write() as connection:
        await connection.execute(sa.text("CREATE ROLE squeezed LOGIN CONNECTION LIMIT 1 PASSWORD 'squeezed'"))
        await connection.commit()
    squeezed = postgres.url_of("postgres", "squeezed", "squeezed")
    first = Database(squeezed)
    async with first.read() as connection:
        await connection.execute(sa.text("SELECT 1"))
        with pytest.raises(Unavailable) as full:
            await asked(squeezed)
    assert "too many connections" in str(full.value.__cause__)
    await first.close()
    async with administrator.write() as connection:
        await connection.execute(sa.text("DROP ROLE squeezed"))
        await connection.commit()
    await administrator.close()


async def test_a_server_that_stops_or_starts_is_away() -> None:
    with private_postgres(durable=False) as stopping:
        url = stopping.url_of("postgres")
        database = Database(url)
        async with database.read() as connection:
            await connection.execute(sa.text("SELECT 1"))
            stopping.send(signal.SIGTERM)  # waits for those who are connected, and lets nobody else in
            async with asyncio.timeout(10):
                while not await away_because(url, "the database system is shutting down"):
                    await asyncio.sleep(0.01)
        await database.close()


async def test_a_pooler_whose_server_is_gone_is_away() -> None:
    """As PgBouncer refuses then: by an error of the protocol's own."""
    fields = (b"SFATAL", b"VFATAL", b"C08P01", b"Mserver login has been failing", b"")
    refusal = b"".join(field + b"\0" for field in fields)

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await reader.readexactly(8))[4:] == NO_TLS_HERE:
            writer.write(b"N")
        writer.write(b"E" + (len(refusal) + 4).to_bytes(4) + refusal)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, LOOPBACK, 0) as pooler:
        port = pooler.sockets[0].getsockname()[1]
        assert await away_because(
            f"postgresql+asyncpg://kith_consent:password@{LOOPBACK}:{port}/kith_consent",
            "server login has been failing",
        )


async def away_because(url: str, why: str) -> bool:
    """Whether the server refuses for that reason; raises where it is not taken as being away."""
    try:
        await asked(url)
    except Unavailable as away:
        return why in str(away.__cause__)
    return False
