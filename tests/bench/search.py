"""Measures a search through the public route, a small index against a large one: `python -m tests.bench.search`.

Each index is a whole Kith in one process on PostgreSQL, asked over HTTP through the gateway: candidates, a decision on
each of them with its log row, weighing, answer. Both are asked in turns, by one client, with what a practitioner types.
Since the gateway tells at set times whether anybody was found (ADR 14), what the services say in their log that they
took is measured too.
"""

import argparse
import asyncio
import json
import platform
import statistics
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

import asyncpg  # type: ignore[import-untyped]

from child_index.domain.matching import PersonDetails
from tests.bench.__main__ import PARTS, prepare
from tests.bench.crowd import Known, as_indexed, crowd
from tests.bench.imports import fill
from tests.bench.recall import KINDS, as_held
from tests.journeys.scene import SOCIAL_WORKER
from tests.support.postgres import Postgres, private_postgres
from tests.support.server import Person, Server

SEED = 20_262
TURN = 20
SHOWN = ("no error", "typo", "old postcode", "typo, old postcode")


@dataclass
class Asked:
    """One Kith, some of its children, and how long its searches took, in milliseconds."""

    children: int
    client: Person
    known: list[tuple[str, Known]]
    """With their ids."""
    log: Path
    took: list[float] = field(default_factory=list)
    found: int = 0


async def fill_all(urls: dict[str, str], children: int, sample: int) -> list[tuple[str, Known]]:
    """Puts the children into the index, and those whom decisions are about into the consent service."""
    random = Random(SEED)
    everybody = crowd(SEED, children)
    index, consent = [await asyncpg.connect(urls[part].replace("+asyncpg", "")) for part in ("CHILD_INDEX", "CONSENT")]
    picked = set(random.sample(range(children), sample))
    kept: dict[int, Known] = {}

    def told(number: int, known: Known) -> Known:
        if number in picked:
            kept[number + 1] = known
        return known

    await fill(index, (as_indexed(random, told(number, known)) for number, known in enumerate(everybody)))
    ids = {row["child_no"]: row["child_id"] for row in await index.fetch("SELECT child_no, child_id FROM children")}
    first = await index.fetchval("SELECT max(child_no) FROM children") - children
    await consent.copy_records_to_table(
        "children", records=[(id_, 0) for number, id_ in ids.items() if number > first], columns=("child_id", "epoch")
    )
    await consent.execute("VACUUM ANALYZE")
    await index.close()
    await consent.close()
    return [(ids[first + number], known) for number, known in kept.items()]


def begun(stack: ExitStack, postgres: Postgres, folder: Path, children: int, sample: int) -> Asked:
    urls = {part: postgres.new_database(part.lower()) for part in PARTS}
    environment = {f"KITH_{part}_DATABASE_URL": url for part, url in urls.items()}
    server = stack.enter_context(Server(folder / f"{children}", environment))
    prepare(server)
    began = time.perf_counter()
    known = asyncio.run(fill_all(urls, children, sample))
    print(f"  filled {children:,} in {time.perf_counter() - began:.0f} s", flush=True)
    return Asked(children, server.person(SOCIAL_WORKER), known, server.log)


def by_service(asked: Asked) -> dict[str, list[float]]:
    """What each service took for each of the counted searches, in milliseconds, as its log says."""
    took: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for line in asked.log.read_text().splitlines():
        said = json.loads(line) if line.startswith("{") else {}
        if said.get("event") == "request.answered" and said["part"] != "gateway":
            took[said["request_id"]][said["part"]] += said["ms"]
    searches = list(took.values())[-len(asked.took) :]
    return {part: [each[part] for each in searches] for part in ("child-index", "consent")}


def show(name: str, took: list[float]) -> float:
    """Returns the 95th of a hundred."""
    cuts = statistics.quantiles(took, n=100)
    print(f"  {name:<34} p50 {cuts[49]:7.1f} ms  p95 {cuts[94]:7.1f} ms  p99 {cuts[98]:7.1f} ms")
    return cuts[94]


def body(query: PersonDetails) -> dict[str, str]:
    sent = {
        "given_name": query.given_name,
        "family_name": query.family_name,
        "date_of_birth": query.date_of_birth.isoformat() if query.date_of_birth else "",
        "postcode": query.postcode or "",
        "sex": {"M": "male", "F": "female"}[str(query.sex)],
    }
    return {name: value for name, value in sent.items() if value}


def ask(asked: Asked, at: int, random: Random, *, count: bool) -> None:
    child_id, known = asked.known[at % len(asked.known)]
    query = as_held(known)
    for error in KINDS[SHOWN[at % len(SHOWN)]]:
        query = error(random, query)
    sent = body(query)
    began = time.perf_counter()
    answer = asked.client("POST", "/v1/children/search", sent)
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, answer.text
    if count:
        asked.took.append(took)
        asked.found += child_id in [match["child_id"] for match in answer.json()["matches"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=400)
    given = parser.parse_args()
    print(f"Python {platform.python_version()}; {given.searches} searches of each, in turns of {TURN}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        postgres = stack.enter_context(private_postgres())
        both = [begun(stack, postgres, folder, size, given.searches) for size in (given.small, given.large)]
        random = Random(SEED)
        for asked in both:
            for at in range(2 * TURN):
                ask(asked, at, random, count=False)
        time.sleep(6)  # names are counted again some seconds after an index has grown
        for first in range(0, given.searches, TURN):
            for asked in both:
                for at in islice(range(first, given.searches), TURN):
                    ask(asked, at, random, count=True)
        taken = []
        for asked in both:
            print(f"  {asked.children:,} children: found {asked.found} of {len(asked.took)}")
            told = {"as the caller has it": asked.took, **by_service(asked)}
            taken.append({name: show(name, took) for name, took in told.items()})
        for name, small in taken[0].items():
            print(f"  {name}: p95, large over small {taken[1][name] / small:.2f}")


if __name__ == "__main__":
    main()
