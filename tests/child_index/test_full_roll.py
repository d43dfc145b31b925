"""A list that is the whole roll: who is not on it has left, unless that is doubtful."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from child_index.application import leavers
from tests.child_index.kit import Imported, Index, refused_fields
from tests.generator.rolls import make_lists, write_csv
from tests.generator.row import Row

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROWS = make_lists(53, rolls=30, shared=0).roll


@pytest.fixture
def csv_of(tmp_path: Path) -> Any:
    def written(rows: list[Row], more: str = "") -> str:
        write_csv(rows, tmp_path / "roll.csv")
        return (tmp_path / "roll.csv").read_text() + more

    return written


def _leavers(done: Imported) -> tuple[int, int, str | None]:
    """How many are not on the roll, how many left, and why none did."""
    counts = done.counts
    return counts["leavers"], counts["left"], counts.get("leavers_held")


async def _episodes(index: Index, child: str | None) -> set[tuple[str, str]]:
    assert child is not None
    found = (await index.teacher.record(child))["involvement"]["episodes"]
    return {((each.get("practitioner") or {}).get("name", ""), each.get("ended_on") or "") for each in found}


async def test_who_is_not_on_it_has_left(index: Index, csv_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leavers, "_AT_ONCE", 2)  # several transactions, as with many
    first = await index.school_system.imported(csv_of(ROWS[:29]))
    other = await index.officer.imported(csv_of(ROWS[:2]), "list")
    gone = [first.children[row.local_id] or "" for row in ROWS[:5]]
    assert "" not in gone
    await index.teacher.opened(gone[0], "roll", practitioner_id="teacher")
    roll = csv_of(ROWS[5:])
    check = await index.school_system.imported(roll, full_roll="true", check="true")
    assert _leavers(check) == (5, 5, None)
    await index.published("ServiceEpisodeEnded", 0)
    done = await index.school_system.imported(roll, full_roll="true")
    assert _leavers(done) == _leavers(check)
    assert done.effects is not None
    ended = await index.published("ServiceEpisodeEnded", 5)
    assert {each["child_id"] for each in ended} == set(gone)
    assert {each["ended_by"] for each in ended} == {"mis"}
    today = date.today().isoformat()
    assert await _episodes(index, gone[4]) == {("", today)}
    assert other.children[ROWS[0].local_id] in {gone[0], None}
    assert ("Teacher", "") in await _episodes(index, gone[0])
    assert ("", "") in await _episodes(index, first.children[ROWS[5].local_id])
    again = await index.school_system.imported(roll, full_roll="true")
    assert _leavers(again) == (0, 0, None)
    back = await index.school_system.imported(csv_of(ROWS[:5]))
    assert _leavers(back) == (0, 0, None)
    assert ("", "") in await _episodes(index, gone[4])
    await index.published("ServiceEpisodeEnded", 5)


async def test_nobody_leaves_where_it_is_doubtful(index: Index, csv_of: Any) -> None:
    first = await index.school_system.imported(csv_of(ROWS))
    rows = [row for row in ROWS if first.children[row.local_id]]
    assert len(rows) >= 28
    nameless = ",,2014-02-03,,,,,,{}\n"
    asked = {"full_roll": "true"}
    unknown = await index.school_system.imported(csv_of(rows[1:], nameless.format("")), **asked)
    assert _leavers(unknown) == (1, 0, "rejected-rows")
    known = await index.school_system.imported(csv_of(rows[1:], nameless.format(rows[0].local_id)), **asked)
    assert _leavers(known) == (0, 0, None)
    # The number's child is told of as somebody else: an officer has to say who that is first.
    somebody = f"Zebedee,Quill,2009-12-01,,,,,,{rows[0].local_id}\n"
    asked_about = await index.school_system.imported(csv_of(rows[1:], somebody), **asked)
    assert asked_about.count("review") == (1,)
    assert _leavers(asked_about) == (0, 0, None)
    many = await index.school_system.imported(csv_of(rows[10:]), check="true", **asked)
    assert _leavers(many) == (10, 0, "too-many")
    one, two = (first.children[row.local_id] or "" for row in (rows[1], rows[12]))
    await index.officer.merged(one, two, despite=["different-nhs-numbers", "different-upns"])
    await index.published("ServiceEpisodeEnded", 0)
    done = await index.school_system.imported(csv_of(rows[10:]), leavers_limit="40", **asked)
    assert _leavers(done) == (9, 9, None)
    assert one not in {each["child_id"] for each in await index.published("ServiceEpisodeEnded", 9)}


async def test_what_may_be_asked_of_a_full_roll(index: Index, csv_of: Any) -> None:
    for asked, fields in (
        ({"full_roll": "1"}, ["/full_roll"]),
        ({"leavers_limit": "30"}, ["/leavers_limit"]),
        ({"full_roll": "true", "leavers_limit": "101"}, ["/leavers_limit"]),
        ({"full_roll": "true", "leavers_limit": "-1"}, ["/leavers_limit"]),
    ):
        assert refused_fields(await index.school_system.upload(csv_of(ROWS[:1]), **asked)) == fields
