"""Several lists at once: nobody waits for somebody else's long list, and one child in two lists is one child."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.child_index.conftest import Started
from tests.child_index.kit import Index, running
from tests.generator.rolls import make_lists, write_csv
from tests.generator.row import Row

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _csv(rows: list[Row], folder: Path) -> bytes:
    write_csv(rows, folder / "list.csv")
    return (folder / "list.csv").read_bytes()


async def test_a_short_list_overtakes_a_long_one(index: Index, started: Started, tmp_path: Path) -> None:
    rows = make_lists(71, rolls=240, shared=0).roll
    async with AsyncExitStack() as stack:
        if not started.database.is_sqlite:  # a second process at the same imports
            url = started.database.url.render_as_string(hide_password=False)
            await stack.enter_async_context(running(url, tmp_path / "second", import_batch_rows=20))
        long = (await index.school_system.upload(_csv(rows, tmp_path))).json()["import_id"]
        shorts = [
            (await index.officer.upload(_csv(rows[place : place + 20], tmp_path), service)).json()["import_id"]
            for service, place in (("list", 220), ("front-door", 210))
        ]
        done = [await index.officer.finished(each) for each in shorts]
        state = (await index.school_system.import_state(long)).json()
        assert state["processed"] < state["total"]
        whole = await index.school_system.finished(long)
    found: dict[str, set[str]] = {}
    for each in (whole, *done):
        for local_id, child_id in each.children.items():
            found.setdefault(local_id, set()).update({child_id} if child_id else ())
    assert {local_id: ids for local_id, ids in found.items() if len(ids) > 1} == {}
    assert sum(each.count("created")[0] for each in (whole, *done)) == len(
        {id_ for ids in found.values() for id_ in ids}
    )
    assert whole.count("created", "matched", "review")[1] + done[0].count("matched")[0] >= 15


async def test_lists_of_one_service_are_taken_in_their_order(index: Index, tmp_path: Path) -> None:
    """The later list is what the sender says now."""
    header = "given_name,family_name,date_of_birth,postcode,local_id\n"
    first, second = [
        (await index.school_system.upload(f"{header}Amara,Okonkwo,2014-03-07,{code},A1\n")).json()["import_id"]
        for code in ("M1 1AE", "LS1 4AP")
    ]
    ends = await asyncio.gather(*(index.school_system.finished(each) for each in (first, second)))
    child = ends[1].children["A1"]
    assert child == ends[0].children["A1"]
    assert child is not None
    addresses = (await index.teacher.record(child))["whereabouts"]["addresses"]
    assert [each["postcode"] for each in addresses] == ["LS1 4AP", "M1 1AE"]
