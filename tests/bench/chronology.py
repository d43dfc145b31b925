"""Measures the first page of a chronology through the public route: `python -m tests.bench.chronology`.

A child with 20 years of history (2,000 entries) against one with 20 entries, in one whole Kith, on each database:
gateway, decision with its log row, the child index's part, the assessment service's, merge. Both are asked in turn, and
medians compared: with as many entries on the page, and with a page of 50, which the short history does not fill.
"""

import argparse
import asyncio
import os
import platform
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from random import Random
from statistics import median

from chassis.database import Database
from chassis.ids import new_id
from contracts.vocabulary import Category
from tests.assessment import history as own
from tests.bench.__main__ import PARTS, prepare
from tests.child_index import history as of_index
from tests.journeys.scene import SOCIAL_WORKER
from tests.support.postgres import private_postgres
from tests.support.server import Person, Server

SEED = 20_263
SHORT, LONG = 20, 2_000
OF_INDEX = 0.3
"""The part of the entries that is the child index's: a third each begins, ends, and names who leads."""
OTHERS, OTHERS_ENTRIES = 200, 50
BAR = 2.0


def born(worker: Person, name: str) -> str:
    """A child whom the social worker works with, and leads for, with a consent for every category."""
    person = {"given_name": name, "family_name": f"{name}son", "date_of_birth": "2008-02-03"}
    child_id = str(worker.ok("POST", "/v1/children", person)["child_id"])
    path = f"/v1/children/{child_id}"
    worker.ok("POST", f"{path}/episodes", {"service_id": "support", "started_on": "2009-01-01"})
    worker.ok("PUT", f"{path}/lead-professional", {"practitioner_id": SOCIAL_WORKER})
    given = {"given_by": "parent", "basis": "parental_responsibility", "recipients": [{"type": "all"}]}
    worker.ok("POST", f"{path}/consents", given | {"categories": [category.value for category in Category]})
    return child_id


async def fill(urls: Mapping[str, str], children: Mapping[str, int]) -> None:
    draw = Random(SEED)
    index, assessment = Database(urls["CHILD_INDEX"]), Database(urls["ASSESSMENT"])
    for child_id, entries in children.items():
        years = 20 if entries == LONG else 2
        worked = round(entries * OF_INDEX / 3)
        # Opened and led already: two entries more.
        made = own.lived(child_id, entries - 3 * worked, years, draw, Category.EDUCATION)
        number = await of_index.number_of(index, child_id)
        await own.fill(assessment, made)
        await of_index.fill(
            index, of_index.worked_with(number, worked, years, draw, "support", "council", SOCIAL_WORKER)
        )
    others = [own.lived(new_id(), OTHERS_ENTRIES, 5, draw) for _ in range(OTHERS)]
    await own.fill(assessment, *others)
    await index.close()
    await assessment.close()


def first_page(worker: Person, child_id: str, limit: int) -> tuple[float, int]:
    began = time.perf_counter()
    answer = worker.get(f"/v1/children/{child_id}/chronology?limit={limit}")
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, answer.text
    return took, len(answer.json()["items"])


def measure(kind: str, environment: Mapping[str, str], urls: Mapping[str, str], folder: Path, rounds: int) -> None:
    with Server(folder, {"KITH_LOG_LEVEL": "WARNING", **environment}, forked=False) as server:
        prepare(server)
        worker = server.person(SOCIAL_WORKER)
        short, long = born(worker, "Bryony"), born(worker, "Cerys")
        asyncio.run(fill(urls, {short: SHORT, long: LONG}))
        print(f"\n{kind}", flush=True)
        for limit in (SHORT, 50):
            took: dict[str, list[float]] = {short: [], long: []}
            shown = {}
            for turn in range(rounds + 10):
                for child_id in (short, long):
                    milliseconds, shown[child_id] = first_page(worker, child_id, limit)
                    if turn >= 10:
                        took[child_id].append(milliseconds)
            small, large = median(took[short]), median(took[long])
            print(
                f"  limit {limit:<3} {SHORT} entries: {small:6.1f} ms ({shown[short]} shown)   "
                f"{LONG:,} entries: {large:6.1f} ms ({shown[long]} shown)   ratio {large / small:.2f} (bar {BAR:.0f})",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="of each, in turn")
    rounds = parser.parse_args().rounds
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; {rounds} first pages of each, in turn")
    with tempfile.TemporaryDirectory() as folder, private_postgres() as postgres:
        data = Path(folder) / "sqlite"
        files = {part: f"sqlite+aiosqlite:///{data}/{part.lower().replace('_', '-')}.sqlite3" for part in PARTS}
        measure("SQLite, embedded", {}, files, data, rounds)
        urls = {part: postgres.new_database(part.lower()) for part in PARTS}
        environment = {f"KITH_{part}_DATABASE_URL": url for part, url in urls.items()}
        measure("PostgreSQL", environment, urls, Path(folder) / "postgresql", rounds)


if __name__ == "__main__":
    main()
