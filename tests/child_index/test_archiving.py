"""Records of people grown up are archived, by a run that may be repeated; a consent keeps one open for longer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.ids import new_id
from child_index.domain.archiving import Ages
from child_index.domain.days import uk_date
from contracts.events import ConsentRecorded, ConsentWithdrawn
from contracts.vocabulary import Category
from tests.child_index.kit import Index


def _born(years: int, days: int = 0) -> str:
    """A date of birth, so many years and days before today."""
    today = uk_date(datetime.now(UTC))
    leap = (today.month, today.day) == (2, 29)
    return (today.replace(year=today.year - years, day=28 if leap else today.day) - timedelta(days=days)).isoformat()


def _keeping(child: str, *, until: datetime | None = None) -> ConsentRecorded:
    return ConsentRecorded(
        consent_id=new_id(), child_id=child, categories=[Category.HEALTH], valid_until=until, keep_until_25=True
    )


async def _person(index: Index, given_name: str, born: str, **more: Any) -> str:
    return await index.child(given_name=given_name, date_of_birth=born, **more)


@pytest.mark.asyncio(loop_scope="session")
async def test_at_18_or_at_25_where_a_consent_says_so(index: Index) -> None:
    grown, young = await _person(index, "Amara", _born(18)), await _person(index, "Bola", _born(17, 300))
    kept, ended, older = [await _person(index, name, _born(20)) for name in ("Chidi", "Dayo", "Efe")]
    past = await _person(index, "Femi", _born(25, 1))
    withdrawn = _keeping(ended)
    soon = datetime.now(UTC) + timedelta(milliseconds=1)
    await index.tell(_keeping(kept), withdrawn, _keeping(older, until=soon), _keeping(past))
    await index.tell(ConsentWithdrawn(consent_id=withdrawn.consent_id, child_id=ended))
    due = sorted([grown, ended, older, past])
    dry = await index.officer.archive_run(dry_run=True)
    assert (sorted(dry["archived"]), dry["restored"], dry["next_after"]) == (due, [], None)
    assert sorted((await index.officer.archive_run())["archived"]) == due
    told = [each["child_id"] for each in await index.published("ChildArchived", 4)]
    assert sorted(told) == due
    # Again, it changes nothing; what comes late does not bring a withdrawn consent back.
    await index.tell(withdrawn)
    nothing: dict[str, Any] = {"archived": [], "restored": [], "next_after": None}
    assert await index.officer.archive_run() == nothing
    # A wrong date of birth, and a consent that is recorded late, open a record again.
    await index.officer.corrected(grown, date_of_birth=_born(12))
    await index.tell(_keeping(older))
    assert sorted((await index.officer.archive_run())["restored"]) == sorted([grown, older])
    assert len(await index.published("ChildRestored", 2)) == 2
    assert await index.officer.archive_run() == nothing
    assert young not in told


@pytest.mark.asyncio(loop_scope="session")
async def test_merged_records_go_together_when_the_youngest_is_of_age(index: Index) -> None:
    one, other = await _person(index, "Amara", _born(19)), await _person(index, "Zadie", _born(17))
    merge_id = await index.officer.merged(other, one)
    assert (await index.officer.archive_run())["archived"] == []
    await index.officer.undo(merge_id)
    assert (await index.officer.archive_run())["archived"] == [one]
    # Merged with one who is a child it is open, as the decision has it, and by itself it is archived still.
    await index.officer.merged(other, one)
    assert await index.officer.archive_run() == {"archived": [], "restored": [], "next_after": None}


@settings(max_examples=60)
@given(st.lists(st.dates(date(1990, 1, 1), date(2026, 1, 1)), min_size=1, max_size=3), st.dates(date(2020, 1, 1)))
def test_nobody_is_archived_before_their_birthday(born: list[date], today: date) -> None:
    for kept_open, years in ((False, 18), (True, 25)):
        due = Ages().is_due(born, today, kept_open=kept_open)
        latest = max(born)
        assert due == ((today.year - latest.year, today.month, today.day) >= (years, latest.month, latest.day))
