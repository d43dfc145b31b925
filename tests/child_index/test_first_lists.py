"""A list into an index without children is taken another way, with the same outcome, and nobody between is lost."""

import asyncio
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from child_index.adapters import tables
from child_index.application.first_lists import FirstLists
from tests.child_index.kit import DIRECTORY, Imported, Index, running
from tests.generator.rolls import make_lists, write_csv
from tests.generator.row import Row
from tests.support.postgres import Postgres
from tests.support.rows import all_rows

pytestmark = pytest.mark.asyncio(loop_scope="session")

MADE = {"address_id", "episode_id", "change_id", "statement_no", "import_id", "next_chunk"}
"""Columns of ids that are drawn, and point nowhere; and how many chunks there were."""
LIST = (
    tables.children, tables.other_names, tables.addresses, tables.blocking_keys, tables.source_records,
    tables.statements, tables.match_reviews, tables.episodes, tables.record_changes, tables.imports,
    tables.import_results, tables.import_rejections, tables.import_refused_rows, tables.import_chunks,
)  # fmt: skip


def _one_list(seed: int) -> list[Row]:
    """Children twice under two numbers or none, twins, bad rows; and some of whom the sender says more further down."""
    random = Random(seed)
    lists = make_lists(seed, 260, 120, bad_rows=6)
    rows = [
        replace(row, local_id="") if random.random() < 0.1 else row
        for row in random.sample([*lists.roll, *lists.gp_list], 380)
    ]
    return rows + [replace(row, postcode="LS1 4AP", address_line="9 New Street") for row in random.sample(rows, 30)]


def _csv(rows: Collection[Row], folder: Path) -> bytes:
    write_csv([*rows], folder / "list.csv")
    return (folder / "list.csv").read_bytes()


async def _outcome(url: str, done: Imported, index: Index) -> Counter[Any]:
    """All that the index holds and has told of, with a child named by the row that brought it."""
    names: dict[Any, str] = {None: ""}
    for line in done.results:
        if line["outcome"] == "created":
            names[line["child_id"]] = f"child of row {line['row']}"
    database = Database(url)
    async with database.read() as connection:
        held = await all_rows(connection, tables.metadata)
    await database.close()
    for child in held[tables.children]:
        names[child["child_no"]] = names[child["child_id"]]
    for review in held[tables.match_reviews]:
        names[review["review_id"]] = f"review of {review['source_key']}"
    told = Counter(
        (table.name, *((name, _named(name, value, names)) for name, value in row.items() if name not in MADE))
        for table in LIST
        for row in held[table]
    )
    for each in index.heard:
        data = {name: _named(name, value, names) for name, value in each.data.items() if name not in MADE}
        told[each.type, *data.items()] += 1
    return told


def _named(column: str, value: Any, names: dict[Any, str]) -> Any:
    if column.endswith(("child_id", "_no", "review_id")) and column != "row_no":
        return names[value]
    return None if column.endswith("_at") or column == "last_event_id" else repr(value)


async def test_it_ends_as_any_list_of_as_large_batches_does(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("child_index.application.knowledge._LOOK_SECONDS", 1e9)  # both weigh by the same, however slow
    sent = _csv(_one_list(31), tmp_path)
    kept = count()
    keep = FirstLists.keep
    monkeypatch.setattr(FirstLists, "keep", lambda *given: (next(kept), keep(*given)))
    outcomes = []
    for folder, options in (
        ("quick", {"import_batch_rows": 75}),
        ("usual", {"import_batch_rows": 300, "import_load_rows": 100}),  # too few for it
    ):
        url = postgres.new_database("first")
        async with running(
            url, tmp_path / folder, likeness_key="one secret for all of them, long enough", **options
        ) as index:
            await index.tell(*DIRECTORY)
            done = await index.school_system.imported(sent)
            assert done.counts["state"] == "completed"
            async with asyncio.timeout(20):
                while done.effects not in {each.id for each in index.heard}:
                    await asyncio.sleep(0.01)
            outcomes.append((done, await _outcome(url, done, index)))
    (quick, its), (_, usual) = outcomes
    assert next(kept) == 2, "both batches of the first went the quick way, none of the second"
    assert min(quick.count("created", "matched", "review", "rejected")) > 0
    assert (its - usual, usual - its) == (Counter(), Counter())


async def test_who_is_registered_meanwhile_is_found_and_a_stop_loses_nothing(
    postgres: Postgres, tmp_path: Path
) -> None:
    rows = make_lists(12, 160, 0).roll
    last = Row("Zofia", "Nowakowska", "03/02/2015", "F", "1 Mill Lane", "JX1 1AA", "9990000018", "", "last")
    person = {
        "given_name": "Zofia", "family_name": "Nowakowska", "date_of_birth": "2015-02-03", "sex": "female",
        "postcode": "JX1 1AA", "address_line": "1 Mill Lane", "nhs_number": "9990000018",
    }  # fmt: skip
    url = postgres.new_database("between")
    options = {"import_batch_rows": 5, "import_poll_seconds": 0.05}
    async with running(url, tmp_path / "index", **options) as index:
        await index.tell(*DIRECTORY)
        import_id = (await index.school_system.upload(_csv([*rows, last], tmp_path))).json()["import_id"]
        while not (await index.school_system.import_state(import_id)).json()["processed"]:
            await asyncio.sleep(0.005)
        known = (await index.worker.register(**person)).json()["child_id"]
        state = (await index.school_system.import_state(import_id)).json()
    assert state["state"] == "running", "it was not cut off"
    async with running(url, tmp_path / "index", **options) as index:
        done = await index.school_system.finished(import_id)
    assert done.children["last"] == known
    assert [line["row"] for line in done.results] == list(range(1, 162))
    database = Database(url)
    async with database.read() as connection:
        children = (await connection.execute(sa.select(sa.func.count()).select_from(tables.children))).scalar_one()
    await database.close()
    assert children == done.counts["created"] + 1
