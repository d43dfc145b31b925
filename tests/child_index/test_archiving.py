"""Records of people grown up are archived, by a run that may be repeated; a consent keeps one open for longer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.database import Database
from chassis.ids import new_id
from child_index.adapters.archive import OF_A_CHILD
from child_index.adapters.tables import children, metadata
from child_index.domain.archiving import Ages
from child_index.domain.days import uk_date
from contracts.events.consent import ConsentRecorded, ConsentWithdrawn
from contracts.vocabulary import Category
from tests.child_index.conftest import Started
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


async def _backdate(database: Database, child: str, **times: datetime | None) -> None:
    """Makes it longer ago that a run did something: nobody waits six years."""
    async with database.write() as connection:
        await connection.execute(sa.update(children).where(children.c.child_id == child).values(**times))
        await connection.commit()


@pytest.mark.asyncio(loop_scope="session")
async def test_it_takes_two_runs_a_day_apart_to_purge(index: Index, started: Started) -> None:
    database, now = started.database, datetime.now(UTC)
    old = await _person(index, "Amara", _born(25), nhs_number="9434765919", postcode="M1 1AE")
    later = await _person(index, "Bola", _born(25, 3), postcode="M1 1AE")
    child = await _person(index, "Chidi", _born(12))
    await index.teacher.opened(old, "roll", started_on=now.date().isoformat())
    await index.worker.assign_lead(old, practitioner_id="teacher")
    await index.worker.relate(child, relationship="sibling", other_child_id=old)
    await index.officer.corrected(
        old, other_names=[{"given_name": "Mara", "family_name": "Okonkwo", "hidden": True}], sex="female"
    )
    doubtful = {"given_name": "Amara", "family_name": "Okonkwo", "date_of_birth": _born(25)}
    doubtful |= {"nhs_number": "9434765870", "local_id": "9"}
    assert (await index.nurse.register(**doubtful)).status_code == 202
    await index.officer.archive_run()
    nothing: dict[str, Any] = {"noted": [], "taken_back": [], "purged": [], "next_after": None}
    assert await index.officer.purge_run() == nothing
    await _backdate(database, old, archived_at=now - timedelta(days=6 * 366 + 1))
    await _backdate(database, later, archived_at=now - timedelta(days=6 * 365 - 3))
    noted = {**nothing, "noted": [old]}
    assert await index.officer.purge_run(dry_run=True) == await index.officer.purge_run() == noted
    # The same day, and however often: nothing more. A run that finds it not due takes the note back.
    assert await index.officer.purge_run() == nothing
    await _backdate(database, old, purge_due_at=now - timedelta(hours=25), archived_at=now)
    assert await index.officer.purge_run() == {**nothing, "taken_back": [old]}
    await _backdate(database, old, archived_at=now - timedelta(days=6 * 366 + 1))
    assert await index.officer.purge_run() == noted
    await _backdate(database, old, purge_due_at=now - timedelta(hours=25))
    assert await index.officer.purge_run() == {**nothing, "purged": [old]}
    assert await index.published("ChildPurged", 1) == [{"child_id": old}]
    assert (await index.officer.read(old)).status_code == 404
    assert await index.officer.found(nhs_number="9434765919") == []
    assert old not in str(await index.officer.but(related=(old,)).record(child))
    assert old not in str(await index.officer.but(related=(old,)).history(child))
    assert (await index.officer.reviews())["items"] == []
    assert (await index.officer.record(later))["child_id"] == later
    # What waited because somebody was like the child is taken anew.
    assert (await index.nurse.register(**doubtful)).status_code == 201


def test_every_column_that_names_a_child_is_purged() -> None:
    names = {
        "child_no",
        "other_child_no",
        "child_id",
        "other_child_id",
        "from_no",
        "into_no",
        "candidate_no",
        "result_no",
    }
    tables = [table for table in metadata.sorted_tables if not table.name.startswith(("outbox", "inbox"))]
    naming = {column for table in tables for column in table.columns if column.name in names}
    assert naming - {children.c.child_id} == set(OF_A_CHILD)


@settings(max_examples=60)
@given(st.lists(st.dates(date(1990, 1, 1), date(2026, 1, 1)), min_size=1, max_size=3), st.dates(date(2020, 1, 1)))
def test_nobody_is_archived_before_their_birthday(born: list[date], today: date) -> None:
    for kept_open, years in ((False, 18), (True, 25)):
        due = Ages().is_due(born, today, kept_open=kept_open)
        latest = max(born)
        assert due == ((today.year - latest.year, today.month, today.day) >= (years, latest.month, latest.day))
        # Nor purged before they would have been archived, and kept for as long as records are.
        assert not Ages().may_be_purged(born, today - timedelta(days=6 * 365), today) or due or kept_open
