"""Measures an index of all of England's children: `python -m tests.bench.national --children 12000000`.

Three sizes in one run, each a whole Kith on one PostgreSQL: 10,000, 1,000,000 and as many as are asked for. Their
rows come by COPY, as the service would have stored them, with the blocking keys' index built afterwards. Measured are
the loading; a search without HTTP, by the child index's own use case (retrieval and weighing, twice as for
`POST /v1/children/search`), of each size in turn; whom it finds; and a few searches and a read through the gateway.

PostgreSQL has its own settings but for those in `SETTINGS`. It takes some 25 GB of disk for twelve million.
"""

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from array import array
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import numpy as np

from chassis.database import Database
from chassis.grants import Grant
from chassis.ids import new_id, system_clock
from chassis.likeness import Likeness
from child_index.adapters import tables
from child_index.adapters.unit_of_work import SqlUnitOfWork
from child_index.application.knowledge import KnowledgeSource
from child_index.application.ports import IndexUnitOfWork, Units
from child_index.application.search_children import MOST_SHOWN, candidates, search
from child_index.domain.matching import PersonDetails, blocking_keys, rank
from child_index.domain.matching import prepare as prepared
from child_index.domain.placement import Knowledge
from child_index.domain.wholes import weighed, wholes
from contracts.vocabulary import Category, Role
from tests.bench.__main__ import PARTS, prepare
from tests.bench.crowd import Known, as_indexed, crowd
from tests.bench.imports import TODAY
from tests.bench.recall import KINDS, MOST_CANDIDATES, as_held, day_and_month_swapped, reads_both_ways
from tests.bench.search import body
from tests.journeys.scene import SOCIAL_WORKER
from tests.support.postgres import Postgres, private_postgres
from tests.support.server import Server

SEED = 20_263
PORTION = 20_000
TURN = 20
SETTINGS = {
    "max_wal_size": "6GB",
    "maintenance_work_mem": "1GB",
    "synchronous_commit": "off",
    "checkpoint_timeout": "15min",
}
_COPY_BEGINS = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_COPY_ENDS = b"\xff\xff"
_PAIR = np.dtype([("count", ">i2"), ("size", ">i4"), ("h", ">i8"), ("size_too", ">i4"), ("child_no", ">i8")])
"""A row of two bigints in the form of a binary COPY."""


@dataclass
class Loaded:
    """Seconds that it took."""

    making: float = 0.0
    copying: float = 0.0
    indexing: float = 0.0


@dataclass
class Nation:
    """One Kith and some of its children, with their ids."""

    children: int
    server: Server
    url: str
    at_first: str
    """The id of the one child who was registered by hand."""
    known: list[tuple[str, Known]]
    took: list[float] = field(default_factory=list)


@dataclass
class Of:
    """Of searches of one kind."""

    asked: int = 0
    fetched: int = 0
    first_five: int = 0
    shown: int = 0


def _rows_of_keys(pairs: list[tuple[int, tuple[int, ...]]]) -> bytes:
    keys = array("q")
    for _, each in pairs:
        keys.extend(each)
    rows = np.empty(len(keys), dtype=_PAIR)
    rows["count"], rows["size"], rows["size_too"] = 2, 8, 8
    rows["h"] = np.frombuffer(keys, dtype=np.int64)
    rows["child_no"] = np.repeat([number for number, _ in pairs], [len(each) for _, each in pairs])
    return _COPY_BEGINS + rows.tobytes() + _COPY_ENDS


async def _one_portion(connection: asyncpg.Connection, first: int, some: list[Known], random: Random, took: Loaded) -> (
    list[str]
):  # fmt: skip
    began, now = time.perf_counter(), system_clock()
    people = [as_indexed(random, known) for known in some]
    ids = [new_id() for _ in people]
    children, homes, keys = [], [], []
    for number, id_, c in zip(range(first, first + len(people)), ids, people, strict=True):
        children.append((number, id_, c.given_name, c.family_name, c.date_of_birth, c.sex, c.nhs_number, c.upn, now))
        homes.append((new_id(), number, c.address_line, c.postcode, TODAY))
        keys.append((number, blocking_keys(prepared(c.details()))))
    pairs = _rows_of_keys(keys)
    copying = time.perf_counter()
    await connection.copy_records_to_table(
        "children",
        records=children,
        columns=("child_no", "child_id", "given_name", "family_name", "date_of_birth", "sex", "nhs_number", "upn",
                 "created_at"),
    )  # fmt: skip
    await connection.copy_records_to_table(
        "addresses", records=homes, columns=("address_id", "child_no", "address_line", "postcode", "since")
    )

    async def source() -> Any:
        yield pairs

    await connection.copy_to_table("blocking_keys", source=source(), columns=("h", "child_no"), format="binary")
    took.making += copying - began
    took.copying += time.perf_counter() - copying
    return ids


async def load(connection: asyncpg.Connection, count: int, sample: int, took: Loaded) -> list[tuple[str, Known]]:
    """Puts the children behind those that there are, and returns some with their ids."""
    random = Random(SEED + 1)
    picked = set(random.sample(range(count), sample))
    kept: list[tuple[str, Known]] = []
    everybody = crowd(SEED, count)
    await connection.execute("ALTER TABLE blocking_keys DROP CONSTRAINT blocking_keys_pkey")
    # Each address would be held against its child as it comes: they are, all at once, when the constraint comes back.
    await connection.execute("ALTER TABLE addresses DROP CONSTRAINT addresses_child_no_fkey")
    before = 1 + (await connection.fetchval("SELECT max(child_no) FROM children") or 0)
    began, done, told = time.perf_counter(), 0, 0
    while True:
        making = time.perf_counter()
        some = list(islice(everybody, PORTION))
        took.making += time.perf_counter() - making
        if not some:
            break
        ids = await _one_portion(connection, before + done, some, random, took)
        kept += [(ids[at], known) for at, known in enumerate(some) if done + at in picked]
        done += len(some)
        if done - told >= 500_000:
            told = done
            print(f"    {done:,} of {count:,}, {done / (time.perf_counter() - began):,.0f} a second", flush=True)
    indexing = time.perf_counter()
    await connection.execute("ALTER TABLE blocking_keys ADD CONSTRAINT blocking_keys_pkey PRIMARY KEY (h, child_no)")
    await connection.execute(
        "ALTER TABLE addresses ADD CONSTRAINT addresses_child_no_fkey FOREIGN KEY (child_no) REFERENCES children"
    )
    took.indexing = time.perf_counter() - indexing
    await connection.execute(
        "SELECT setval(pg_get_serial_sequence('children', 'child_no'), max(child_no)) FROM children"
    )
    await connection.execute("VACUUM ANALYZE")
    return kept


async def told_to_consent(index: asyncpg.Connection, consent_url: str, folder: Path) -> None:
    """The children about whom the consent service decides."""
    consent = await asyncpg.connect(consent_url.replace("+asyncpg", ""))
    file = folder / "ids"
    known = [row["child_id"] for row in await consent.fetch("SELECT child_id FROM children")]
    query = "SELECT child_id, 0 FROM children WHERE child_id <> ALL ($1)"
    await index.copy_from_query(query, known, output=file)
    await consent.copy_to_table("children", source=file, columns=("child_id", "epoch"))
    await consent.execute("VACUUM ANALYZE")
    await consent.close()
    file.unlink()


async def sizes(connection: asyncpg.Connection) -> str:
    found = await connection.fetch(
        "SELECT relname, pg_table_size(oid) AS rows, pg_indexes_size(oid) AS indexes FROM pg_class"
        " WHERE relname IN ('children', 'addresses', 'blocking_keys') ORDER BY relname"
    )
    return ", ".join(f"{row['relname']} {row['rows'] / 1e9:.2f} + {row['indexes'] / 1e9:.2f}" for row in found)


def founded(stack: ExitStack, postgres: Postgres, folder: Path, children: int, sample: int) -> Nation:
    urls = {part: postgres.new_database(part.lower()) for part in PARTS}
    server = stack.enter_context(
        Server(folder / f"{children}", {f"KITH_{part}_DATABASE_URL": url for part, url in urls.items()})
    )
    at_first = prepare(server)
    server.stop()
    took = Loaded()

    async def filled() -> list[tuple[str, Known]]:
        index = await asyncpg.connect(urls["CHILD_INDEX"].replace("+asyncpg", ""))
        kept = await load(index, children, sample, took)
        await told_to_consent(index, urls["CONSENT"], folder)
        print(f"  on disk, rows + indexes, GB: {await sizes(index)}", flush=True)
        await index.close()
        return kept

    began = time.perf_counter()
    known = asyncio.run(filled())
    print(
        f"  {children:,} children in {time.perf_counter() - began:,.0f} s: made up in {took.making:,.0f}, rows copied"
        f" in {took.copying:,.0f} ({children / took.copying:,.0f} a second), keys' index and addresses' constraint"
        f" {took.indexing:,.0f}; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return Nation(children, server, urls["CHILD_INDEX"], at_first, known)


def granted(records: list[str]) -> Grant:
    return Grant(
        "", "", Role.SOCIAL_WORKER, None, (), "child.search", "", "",
        categories=frozenset(Category), children=tuple(records), records=tuple(records),
    )  # fmt: skip


def reading(database: Database) -> Units:
    def units(*, patient: bool = False) -> IndexUnitOfWork:
        return SqlUnitOfWork(
            likeness=Likeness("none is made"),
            database=database,
            messaging=tables.messaging,
            clock=system_clock,
            source="bench",
            read_only=True,
            patient=patient,
        )

    return units


async def asked(units: Units, source: KnowledgeSource, query: PersonDetails) -> tuple[float, list[str]]:
    """Milliseconds of the two steps of a search, each a transaction, and the ids that it shows."""
    began = time.perf_counter()
    knowledge = await source.current()
    async with units() as uow:
        named = await candidates(uow, knowledge, query)
    async with units() as uow:
        _, matches = await search(uow, knowledge, query, granted(named))
    return (time.perf_counter() - began) * 1000, [match.child.child_id for match in matches]


async def ranked(units: Units, knowledge: Knowledge, query: PersonDetails) -> list[str]:
    """All that are fetched for the query, best first, plausible or not."""
    sought = prepared(query)
    async with units() as uow:
        records = await uow.children.sharing(blocking_keys(sought), MOST_CANDIDATES)
    held = [(root, prepared(weighed(child, hidden=False, veiled=False)[0])) for root, child in wholes(records).items()]
    found = rank(sought, held, knowledge.frequencies, knowledge.weights, population=knowledge.population)
    return [each.candidate_id for each in found]


def queries(nation: Nation, count: int) -> Iterator[tuple[str, str, PersonDetails]]:
    """The kind, the child's id and the query, all kinds in turn."""
    random = Random(SEED)
    kinds = {kind: iter(random.sample(nation.known, len(nation.known))) for kind in KINDS}
    for _ in range(count):
        for kind, errors in KINDS.items():
            swapped = day_and_month_swapped in errors
            child_id, known = next(pair for pair in kinds[kind] if not swapped or reads_both_ways(as_held(pair[1])))
            query = replace(as_held(known), address_line=None)
            for error in errors:
                query = error(random, query)
            yield kind, child_id, query


async def searched(nations: list[Nation], count: int) -> None:
    """Asks each size in turn; prints how long it took and whom it found."""
    async with AsyncExitStack() as stack:
        units: list[Units] = []
        knowing: list[KnowledgeSource] = []
        for nation in nations:
            database = Database(nation.url)
            stack.push_async_callback(database.close)
            units.append(reading(database))
            knowing.append(KnowledgeSource(units[-1]))
            began = time.perf_counter()
            await knowing[-1].current()
            print(f"  {nation.children:,}: names counted in {time.perf_counter() - began:.1f} s", flush=True)
        streams = [queries(nation, count + TURN) for nation in nations]
        found: list[dict[str, Of]] = [defaultdict(Of) for _ in nations]
        for at in range(0, (count + TURN) * len(KINDS), TURN):
            for nation, unit, source, stream, kinds in zip(nations, units, knowing, streams, found, strict=True):
                for kind, child_id, query in islice(stream, TURN):
                    took, shown = await asked(unit, source, query)
                    if at < TURN * len(KINDS):
                        continue  # to warm up
                    nation.took.append(took)
                    told = await ranked(unit, await source.current(), query)
                    of = kinds[kind]
                    of.asked += 1
                    of.fetched += child_id in told
                    of.first_five += child_id in told[:MOST_SHOWN]
                    of.shown += child_id in shown
        for nation, kinds in zip(nations, found, strict=True):
            cuts = statistics.quantiles(nation.took, n=100)
            small = statistics.quantiles(nations[0].took, n=100)
            print(
                f"  {nation.children:,} children, {len(nation.took):,} searches: p50 {cuts[49]:.1f} ms,"
                f" p95 {cuts[94]:.1f}, p99 {cuts[98]:.1f}; p95 over that of {nations[0].children:,}:"
                f" {cuts[94] / small[94]:.2f}",
                flush=True,
            )
            for kind, of in kinds.items():
                share = [each / of.asked for each in (of.fetched, of.first_five, of.shown)]
                print("    {:<48} fetched {:.4f}, first five {:.4f}, shown {:.4f}".format(kind, *share), flush=True)


def answers(nation: Nation, count: int) -> None:
    """Searches and a read through the gateway of a whole Kith."""
    took = nation.server.start()
    print(f"  a whole Kith of {nation.children:,} is ready in {took:.1f} s", flush=True)
    client = nation.server.person(SOCIAL_WORKER)
    spent, found = [], 0
    for kind, child_id, query in islice(queries(nation, count), count):
        began = time.perf_counter()
        answer = client("POST", "/v1/children/search", body(query))
        spent.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text
        hit = child_id in [match["child_id"] for match in answer.json()["matches"]]
        found += hit
        print(f"    {kind:<48} {spent[-1]:8.0f} ms  {'found' if hit else 'not shown'}", flush=True)
    began = time.perf_counter()
    record = client.ok("GET", f"/v1/children/{nation.at_first}")
    read = (time.perf_counter() - began) * 1000
    assert record["child_id"] == nation.at_first
    print(
        f"  over HTTP: {found} of {count} found, the first in {spent[0]:.0f} ms, the middle one of the others in"
        f" {statistics.median(spent[1:]):.0f}; a record read in {read:.0f} ms",
        flush=True,
    )
    nation.server.stop()


async def set_up(url: str) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    for name, value in SETTINGS.items():
        await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=12_000_000)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=300, help="of each kind")
    parser.add_argument("--wait-for", type=Path, help="search only once this file is there, so when others are quiet")
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; PostgreSQL with {SETTINGS}", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(private_postgres())
        asyncio.run(set_up(postgres.new_database("settings")))
        sample = 12 * (given.queries + TURN)
        nations = [
            founded(stack, postgres, folder, size, min(size, sample))
            for size in (given.small, given.large, given.children)
        ]
        while given.wait_for and not given.wait_for.exists():
            time.sleep(5)
        print(f"  load before the searches {os.getloadavg()[0]:.1f}", flush=True)
        asyncio.run(searched(nations, given.queries))
        print(f"  load after them {os.getloadavg()[0]:.1f}", flush=True)
        answers(nations[-1], 2 * len(KINDS))


if __name__ == "__main__":
    main()
