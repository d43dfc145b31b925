"""A list tells its sender of no child who is kept from them, and opens no episode: nobody decides row by row."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.likeness import Likeness
from contracts.events.consent import BlockLifted, BlockPlaced
from contracts.vocabulary import Category, PartyType, Role
from tests.child_index.kit import LIKENESS_KEY, Caller, Index, practitioner

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADER = "local_id,given_name,family_name,date_of_birth,postcode,address_line"
HOME = {"address_line": "12 Canal Street", "postcode": "M1 1AE"}
AMARA = "Amara,Okonkwo,2014-03-07"
AT_HOME, ELSEWHERE = "M1 1AE,12 Canal Street", "LS1 4AP,3 Mill Lane"


def block(child: str, kind: str, party: str, **changed: Any) -> BlockPlaced:
    key = Likeness(LIKENESS_KEY).party(kind, party)
    return BlockPlaced(block_id=new_id(), child_id=child, viewer_type=PartyType(kind), viewer_key=key, **changed)


def lifted(placed: BlockPlaced) -> BlockLifted:
    return BlockLifted(block_id=placed.block_id, child_id=placed.child_id)


async def answer(sender: Caller, row: str, **asked: str) -> tuple[str, bool]:
    """What becomes of one row, and whether its child is named."""
    (line,) = (await sender.imported(f"{HEADER}\n{row}", **asked)).results
    # How well it agrees would tell a child who is kept from the sender from one who is merely doubtful.
    assert line["outcome"] != "review" or line["score"] is None
    return line["outcome"], line.get("child_id") is not None


async def test_whom_a_block_names(index: Index) -> None:
    """Everyone of the same list: blocked in each of the ways, or not."""
    await index.tell(practitioner("mis", "school", Role.SYSTEM).model_copy(update={"team_ids": ["office"]}))
    ended, goes_on = datetime.now(UTC) - timedelta(seconds=1), datetime.now(UTC) + timedelta(days=1)
    blocked: list[tuple[str, str, dict[str, Any]]] = [
        ("agency", "school", {}),
        ("practitioner", "mis", {}),
        ("team", "office", {}),
        ("team", "staff", {}),  # whose service the list is for
        ("agency", "school", {"valid_until": goes_on}),
        ("agency", "school", {"categories": [Category.BASICS]}),
    ]
    open_: list[tuple[str, str, dict[str, Any]]] = [
        ("agency", "practice", {}),
        ("practitioner", "school", {}),  # of another kind
        ("practitioner", "teacher", {}),  # a colleague
        ("agency", "school", {"valid_until": ended}),
        ("agency", "school", {"categories": [Category.HEALTH]}),
    ]
    names = ("Abara", "Bello", "Chukwu", "Danjuma", "Eze", "Fashola", "Gowon", "Hassan", "Ibe", "Jaja", "Kalu")
    rows = []
    for number, (name, (kind, party, more)) in enumerate(zip(names, [*blocked, *open_], strict=True)):
        person = {"family_name": name, "date_of_birth": f"{2008 + number}-03-07", "postcode": f"M{number + 1} 1AE"}
        child = await index.child(**person)
        await index.tell(block(child, kind, party, **more))
        rows.append(f"{name},Amara,{name},{person['date_of_birth']},{person['postcode']},")
    listed = "\n".join([HEADER, *rows])
    checked = await index.school_system.imported(listed, check="true")
    done = await index.school_system.imported(listed)
    expected = ["review"] * len(blocked) + ["matched"] * len(open_)
    for sent in (checked, done):
        assert [line["outcome"] for line in sent.results] == expected
    assert [line.get("child_id") is not None for line in done.results] == [outcome == "matched" for outcome in expected]
    # No episode either: who is not told of a child does not become involved.
    begun = [each for each in index.heard if each.type == "ServiceEpisodeStarted"]
    assert len(begun) == len(open_)


async def test_a_child_whom_the_sender_has_already(index: Index) -> None:
    child = await index.child(**HOME)
    row, changed = f"1,{AMARA},{AT_HOME}", f"1,{AMARA},{ELSEWHERE}"
    assert await answer(index.school_system, row) == ("matched", True)
    placed = block(child, "agency", "school")
    await index.tell(placed)
    for sent in (row, changed, row):
        assert await answer(index.school_system, sent) == ("review", False)
    assert (await index.officer.record(child))["whereabouts"]["addresses"][0]["postcode"] == "M1 1AE"
    await index.tell(lifted(placed))
    assert await answer(index.school_system, f"2,{AMARA},{AT_HOME}") == ("matched", True)
    # What a human was asked meanwhile still waits for one.
    assert await answer(index.school_system, row) == ("review", False)


async def test_where_the_child_lives_is_not_tried_out(index: Index) -> None:
    child = await index.child(**HOME)
    rows = [f"{number},Tamara,Okonkwo,2014-05-07,{place}" for number, place in enumerate((AT_HOME, ELSEWHERE))]
    told = [(await answer(index.school_system, row, check="true"))[0] for row in rows]
    assert told == ["review", "created"]
    await index.tell(block(child, "agency", "school", categories=[Category.WHEREABOUTS]))
    assert len({(await answer(index.school_system, row))[0] for row in rows}) == 1


async def test_a_block_on_one_of_merged_records_holds_for_them_all(index: Index) -> None:
    child = await index.child(**HOME)
    other = await index.child(given_name="Zadie", **HOME)
    await index.officer.merged(other, child, despite=["parted"])
    await index.tell(block(other, "agency", "school"))
    assert await answer(index.school_system, f"1,{AMARA},{AT_HOME}") == ("review", False)


async def test_a_lifted_block_stays_lifted_in_whatever_order_events_come(index: Index) -> None:
    child = await index.child(**HOME)
    for first, then in permutations((0, 1)):
        placed = block(child, "agency", "school")
        events = (placed, lifted(placed))
        await index.tell(events[first], events[then], placed)
    assert await answer(index.school_system, f"1,{AMARA},{AT_HOME}") == ("matched", True)
