"""The report on data quality: what an index officer reads of all children and of each agency."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Database
from chassis.written import compact
from child_index.adapters import tables
from child_index.adapters.quality import is_nhs_number, is_upn
from child_index.domain.matching import identifiers
from contracts.vocabulary import Sector
from tests.child_index.conftest import Started
from tests.child_index.kit import Index, agency, refused_fields, service

pytestmark = pytest.mark.asyncio(loop_scope="session")

NHS, OTHER_NHS = "9434765919", "9990000018"
UPN = "H801200001001"
NAMES = ("Amara", "Bartholomew", "Clementine", "Dominic", "Esme", "Finlay", "Georgina", "Hamish", "Imogen", "Jasper")


@pytest.fixture
def database(started: Started) -> Database:
    return started.database


async def ask(index: Index, **query: Any) -> httpx.Response:
    return await index.officer.call("GET", "/v1/data-quality", "quality.read", params=query)


async def report(index: Index, **query: Any) -> dict[str, Any]:
    response = await ask(index, **query)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


async def children(index: Index, count: int, **more: Any) -> list[str]:
    return [
        await index.child(
            given_name=name, family_name=f"{name}son", date_of_birth=f"20{10 + place}-0{place + 1}-11", **more
        )
        for place, name in enumerate(NAMES[:count])
    ]


async def age(database: Database, table: sa.Table, days: int) -> None:
    """Lets a table's rows be so many days old."""
    columns = [c for c in table.c if c.name in {"created_at", "recorded_at", "since", "assigned_at", "said_on"}]
    async with database.write() as connection:
        for column in columns:
            past: date = datetime.now(UTC) - timedelta(days=days)
            past = past if isinstance(column.type, type(tables.children.c.created_at.type)) else past.date()  # type: ignore[attr-defined]
            await connection.execute(sa.update(table).values({column: past}))
        await connection.commit()


async def test_an_empty_index(index: Index) -> None:
    found = await report(index)
    assert found["all"]["children"] == 0
    assert found["all"]["nhs_number"]["valid_share"] is None
    assert found["agencies"] == []


async def test_identifiers_are_counted_for_all_and_by_agency(index: Index) -> None:
    first = await index.child(nhs_number=NHS, upn=UPN)
    second, third, fourth = await children(index, 3)
    for child in (first, second, third):
        await index.teacher.opened(child, "roll")
    await index.nurse.opened(first, "list")
    ended = await index.nurse.opened(fourth, "list")
    await index.nurse.close_episode(ended, fourth, ended_on="2024-06-01")

    found = await report(index)
    assert found["all"]["children"] == 4
    assert found["all"]["nhs_number"] == {
        "valid": 1,
        "valid_share": 0.25,
        "verified": None,
        "invalid": 0,
        "missing": 3,
        "shared": 0,
        "conflicting": 0,
    }
    assert found["all"]["upn"] == {"permanent": 1, "temporary": 0, "invalid": 0, "missing": 3}
    by_agency = {each["agency_id"]: each for each in found["agencies"]}
    assert {id_: (each["children"], each["nhs_number"]["valid_share"]) for id_, each in by_agency.items()} == {
        "practice": (1, 1.0),
        "school": (3, 0.3333),
    }
    assert by_agency["school"]["agency_name"] == "School"


async def test_no_child_is_named(index: Index) -> None:
    child = await index.child(nhs_number=NHS, upn=UPN, postcode="M1 1AE", address_line="1 Tall Street")
    await index.teacher.opened(child, "roll")
    for query in ({}, {"format": "csv"}):
        text = (await ask(index, **query)).text
        for told in (child, NHS, UPN, "Amara", "Okonkwo", "M1 1AE", "Tall Street", "2014-03-07"):
            assert told not in text


async def test_merged_records_count_once(index: Index) -> None:
    one = await index.child(nhs_number=NHS)
    other = await index.child(
        given_name="Bola", family_name="Adeyemi", date_of_birth="2012-01-09", nhs_number=OTHER_NHS
    )
    for child in (one, other):
        await index.teacher.opened(child, "roll")
    merge = await index.officer.merged(one, other, despite=["different-nhs-numbers"])

    found = await report(index)
    for figures in (found["all"], found["agencies"][0]):
        assert figures["children"] == 1
        assert figures["nhs_number"]["valid"] == figures["nhs_number"]["conflicting"] == 1

    await index.officer.undo(merge)
    found = await report(index)
    for figures in (found["all"], found["agencies"][0]):
        assert figures["children"] == figures["nhs_number"]["valid"] == 2
        assert figures["nhs_number"]["conflicting"] == 0


async def test_a_number_that_two_children_have_is_shared(index: Index) -> None:
    await index.child(nhs_number=NHS)
    await index.child(given_name="Bola", family_name="Adeyemi", date_of_birth="2008-01-09", nhs_number=NHS)
    (await children(index, 1)).pop()
    found = await report(index)
    assert (found["all"]["children"], found["all"]["nhs_number"]["shared"]) == (3, 2)


async def test_a_number_that_fails_its_check_is_invalid(index: Index, database: Database) -> None:
    """None gets in by a route; an older release, or a hand at the database, may have left one."""
    child, *_ = await children(index, 2)
    async with database.write() as connection:
        spoilt = {"nhs_number": "9434765918", "upn": "B801200001001"}
        await connection.execute(sa.update(tables.children).where(tables.children.c.child_id == child).values(**spoilt))
        await connection.commit()
    found = (await report(index))["all"]
    assert (found["nhs_number"]["invalid"], found["nhs_number"]["missing"]) == (1, 1)
    assert (found["upn"]["invalid"], found["upn"]["missing"]) == (1, 1)


async def test_sensitive_services_stand_beside_no_agency(index: Index) -> None:
    child = await index.child()
    await index.teacher.opened(child, "counselling", sensitive=True)
    assert (await report(index))["agencies"] == []
    await index.teacher.opened(child, "roll")
    assert [each["children"] for each in (await report(index))["agencies"]] == [1]
    await index.tell(service("roll", "school", "school", sensitive=True, version=2))
    assert (await report(index))["agencies"] == []


async def test_reviews_are_those_of_the_day_before_and_rounded(index: Index, database: Database) -> None:
    await index.child(nhs_number=NHS)
    submitted = []
    for day in range(1, 9):
        sent = {"given_name": "Bola", "family_name": "Adeyemi", "date_of_birth": f"2008-01-0{day}", "nhs_number": NHS}
        submitted.append(await index.officer.register(**sent))
    assert [each.status_code for each in submitted] == [202] * 8

    assert (await report(index))["all"]["reviews_waiting"] == 0
    await age(database, tables.match_reviews, 1)
    found = await report(index)
    assert found["all"]["reviews_waiting"] == 10
    assert {each["agency_id"]: each["reviews_waiting"] for each in found["agencies"]} == {"council": 10}

    for each in submitted[:3]:
        await index.officer.resolve(each.json()["review_id"], same=True)
    assert (await report(index))["all"]["reviews_waiting"] == 10, "as they stood when the day began"


async def test_what_a_blocked_officer_sends_moves_no_number(index: Index) -> None:
    """A record of somebody hidden, and one that is merely doubtful, leave the report as it was."""
    hidden = await index.child(nhs_number=NHS)
    before = await report(index)
    blocked = index.officer.but(hidden=(hidden,))
    for family_name in ("Okonkwo", "Adeyemi"):
        sent = await blocked.register(
            given_name="Amara", family_name=family_name, date_of_birth="2014-03-07", nhs_number=NHS
        )
        assert sent.status_code == 202
    assert await report(index) == before


async def test_stale_is_of_whom_nothing_was_heard(index: Index, database: Database) -> None:
    _, _, _, seen, merged, into = await children(index, 6)
    for table in (tables.children, tables.addresses, tables.other_names, tables.statements):
        await age(database, table, 400)
    assert (await report(index))["all"]["stale"] == 6
    assert (await report(index, stale_months=24))["all"]["stale"] == 0

    await index.teacher.opened(seen, "roll")
    assert (await report(index))["all"]["stale"] == 5
    await index.officer.register(
        given_name=NAMES[1], family_name=f"{NAMES[1]}son", date_of_birth="2011-02-11", postcode="M1 1AE"
    )
    assert (await report(index))["all"]["stale"] == 4
    rows = f"given_name,family_name,date_of_birth\n{NAMES[2]},{NAMES[2]}son,2012-03-11\n"
    imported = await index.school_system.imported(rows)
    assert imported.count("matched") == (1,)
    await age(database, tables.episodes, 400)
    assert (await report(index))["all"]["stale"] == 4, "the row that was sent counts, also where it changed nothing"
    await index.officer.merged(merged, into)
    found = (await report(index))["all"]
    assert (found["children"], found["stale"]) == (5, 3)


async def test_rows_refused_for_a_number_are_counted_by_sender(index: Index) -> None:
    rows = (
        "given_name,family_name,date_of_birth,nhs_number,upn\n"
        "Esme,Stone,2012-03-11,9434765918,\n"
        "Finlay,Brook,2012-03-12,,A1\n"
        "Hamish,Ford,2012-33-12,,\n"
        "Imogen,Hill,2012-03-13,,\n"
    )
    imported = await index.school_system.imported(rows)
    assert imported.count("rejected") == (3,)
    found = await report(index)
    expected = {"nhs_number": 1, "upn": 1, "date_of_birth": 1}
    assert found["all"]["refused_rows"] == expected
    assert {each["agency_id"]: each["refused_rows"] for each in found["agencies"]} == {"school": expected}


async def test_csv_says_the_same_and_runs_nothing(index: Index) -> None:
    await index.tell(agency("school", Sector.EDUCATION, '=HYPERLINK("http://example.org","Hilltop")', version=2))
    child = await index.child(nhs_number=NHS)
    await index.teacher.opened(child, "roll")

    response = await ask(index, format="csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert response.headers["content-disposition"].startswith("attachment; ")
    every, school = csv.DictReader(io.StringIO(response.text))
    assert (every["agency_id"], every["children"], every["nhs_number_valid_share"]) == ("", "1", "1.0")
    assert every["nhs_number_verified"] == ""
    assert (school["agency_id"], school["nhs_number_valid"]) == ("school", "1")
    assert school["agency_name"] == '\'=HYPERLINK("http://example.org","Hilltop")'


async def test_what_cannot_be_asked(index: Index) -> None:
    for query in ({"stale_months": 0}, {"stale_months": 241}, {"stale_months": "many"}, {"format": "xlsx"}):
        response = await ask(index, **query)
        assert refused_fields(response) == [f"/{next(iter(query))}"]


def _is_plain(text: str) -> bool:
    return text == compact(text) and text.isprintable()


NUMBERS: st.SearchStrategy[str] = st.one_of(
    st.text(max_size=14),
    st.from_regex(r"[0-9]{9,11}", fullmatch=True),
    st.integers(0, 10**9 - 1).map(lambda n: _with_check(f"{n:09d}")),
    st.from_regex(r"[A-Z][0-9]{11}[0-9A-Z]", fullmatch=True),
    st.tuples(st.from_regex(r"[0-9]{11}[0-9A-Z]", fullmatch=True)).map(lambda parts: _with_letter(parts[0])),
).filter(_is_plain)


def _with_check(nine: str) -> str:
    check = -sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), nine, strict=True)) % 11
    return f"{nine}{check}"


def _with_letter(rest: str) -> str:
    return next((found for letter in "ABCDEFGHJKLMNPQRTUVWXYZ" if identifiers.upn(found := letter + rest)), f"A{rest}")


@pytest.mark.parametrize("kind", ["nhs_number", "upn"])
async def test_the_database_checks_numbers_as_the_matcher_does(database: Database, kind: str) -> None:
    texts: list[str] = []

    @given(st.lists(NUMBERS, max_size=50))
    def gather(found: list[str]) -> None:
        texts.extend(found)

    gather()
    check = identifiers.nhs_number if kind == "nhs_number" else identifiers.upn
    expected = {text: bool(check(text)) for text in texts}
    assert True in expected.values()
    assert False in expected.values()
    async with database.read() as connection:
        assert await _checked(connection, kind, list(expected)) == expected


async def _checked(connection: AsyncConnection, kind: str, texts: list[str]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for begin in range(0, len(texts), 300):
        listed = sa.union_all(*(sa.select(sa.literal(t).label("text")) for t in texts[begin : begin + 300])).subquery()
        sqlite = connection.dialect.name == "sqlite"
        valid = is_nhs_number(listed.c.text) if kind == "nhs_number" else is_upn(listed.c.text, sqlite=sqlite)
        rows = await connection.execute(sa.select(listed.c.text, sa.case((valid, 1), else_=0)))
        found |= {text: bool(ok) for text, ok in rows}
    return found
