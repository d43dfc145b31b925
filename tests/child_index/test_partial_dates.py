"""Dates of birth of which only the month or the year is known: taken, shown as such, and weighed for what they say."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from child_index.domain.accuracy import ACCURATE, accuracy_code, known_as, latest, partial_date
from tests.child_index.kit import Index, code, refused_fields

HOME = {"address_line": "12 Canal Street", "postcode": "M1 1AE"}
AMARA = {"given_name": "Amara", "family_name": "Okonkwo"}
HEADER = "local_id,given_name,family_name,date_of_birth,postcode,address_line\n"


async def _born(index: Index, child: str) -> tuple[str, str | None]:
    basics = (await index.officer.record(child))["basics"]
    return basics["date_of_birth"], basics.get("date_of_birth_accuracy")


@pytest.mark.asyncio(loop_scope="session")
async def test_a_month_is_kept_shown_and_gives_way_to_a_date(index: Index) -> None:
    child = await index.worker.registered(**AMARA, date_of_birth="2014-03-31", date_of_birth_accuracy="UAA", **HOME)
    assert await _born(index, child) == ("2014-03-01", "UAA")
    mais = await index.officer.call("GET", f"/v1/children/{child}?format=mais", "child.read", child=child)
    assert mais.json()["person"]["dateOfBirth"] == {"date": "2014-03-01", "accuracyIndicator": "UAA"}
    assert await index.officer.found(**AMARA, date_of_birth="2014-03-19") == [child]
    assert await index.officer.found(
        family_name="Okonkwo", given_name="Amara", date_of_birth="2014-03-01", date_of_birth_accuracy="UAA"
    ) == [child]
    broad = await index.officer.search(family_name="Okonkwo", date_of_birth="2014-01-01", date_of_birth_accuracy="UUA")
    assert (broad.status_code, code(broad)) == (422, "search-too-broad")
    for wrong in ("AUA", "UUU", "uaa", "AA"):
        refused = await index.worker.register(**AMARA, date_of_birth="2014-03-31", date_of_birth_accuracy=wrong)
        assert (refused.status_code, refused_fields(refused)) == (422, ["/date_of_birth_accuracy"])
    # A list knows the day: it is the same child, and the day is known from now on.
    done = await index.school_system.imported(HEADER + "1,Amara,Okonkwo,2014-03-07,M1 1AE,12 Canal Street\n")
    assert (done.count("matched"), done.children) == ((1,), {"1": child})
    assert await _born(index, child) == ("2014-03-07", None)
    # One that knows only the month adds nothing, and takes nothing away.
    done = await index.caller("gp", "practice", index.school_system.role).imported(
        HEADER + "9,Amara,Okonkwo,03/2014,M1 1AE,12 Canal Street\n", "list"
    )
    assert done.children == {"9": child}
    assert await _born(index, child) == ("2014-03-07", None)
    # Nor does one that knew the day and now sends the month alone.
    for told in ("2014-03", "2014"):
        done = await index.school_system.imported(HEADER + f"1,Amara,Okonkwo,{told},M1 1AE,12 Canal Street\n")
        assert (done.children, await _born(index, child)) == ({"1": child}, ("2014-03-07", None))


@pytest.mark.asyncio(loop_scope="session")
async def test_lists_with_months_and_years(index: Index) -> None:
    written = ("2014", "2014-03", "3/2014", "2014-13", "00/2014", "0000", "2999", "2014-3")
    rows = [f"{at},Zofia{'abcdefgh'[at]},Nowak{'abcdefgh'[at]},{text},,\n" for at, text in enumerate(written)]
    done = await index.school_system.imported(HEADER + "".join(rows))
    shown = {at: await _born(index, child) for at, child in done.children.items() if child}
    assert shown == {
        "0": ("2014-01-01", "UUA"),
        "1": ("2014-03-01", "UAA"),
        "2": ("2014-03-01", "UAA"),
        "7": ("2014-03-01", "UAA"),
    }
    assert [(each["row"], each["field"]) for each in done.rejections] == [
        (row, "date_of_birth") for row in (4, 5, 6, 7)
    ]
    # Sent again they are the same; another month is another child until a human has looked.
    again = await index.school_system.imported(HEADER + "".join(rows[:3]))
    assert again.count("created", "matched") == (0, 3)
    other = await index.worker.register(
        given_name="Zofiab", family_name="Nowakb", date_of_birth="2014-09-09", date_of_birth_accuracy="EAA"
    )
    assert other.status_code in (201, 202)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_year_links_nobody_without_a_human(index: Index) -> None:
    await index.worker.registered(**AMARA, date_of_birth="2014-03-07", **HOME)
    told = await index.worker.register(**AMARA, date_of_birth="2014-01-01", date_of_birth_accuracy="UUA", **HOME)
    assert told.status_code == 202
    (review,) = (await index.officer.reviews())["items"]
    assert review["submitted"]["date_of_birth_accuracy"] == "UUA"
    assert "years of birth are the same" in str(review["candidate"]["because"])
    # Sure of the month: a parent's word to one list and to another.
    told = await index.worker.register(**AMARA, date_of_birth="2014-03-01", date_of_birth_accuracy="EAA", **HOME)
    assert told.status_code == 200


@pytest.mark.asyncio(loop_scope="session")
async def test_corrected_with_its_history_and_archived_not_a_day_too_early(index: Index) -> None:
    child = await index.worker.registered(**AMARA, date_of_birth="2008-01-01")
    alone = await index.officer.correct(child, date_of_birth_accuracy="UUA", reason="Told by the family")
    assert alone.status_code == 422
    answer = await index.officer.corrected(
        child, date_of_birth="2008-05-06", date_of_birth_accuracy="UUA", reason="Told by the family"
    )
    assert answer["basics"]["date_of_birth"] == "2008-01-01"
    changes = {each["field"]: (each["before"], each["after"]) for each in (await index.officer.history(child))["items"]}
    assert changes["date_of_birth_accuracy"] == ("AAA", "UUA")
    whole = await index.worker.registered(given_name="Leo", family_name="Smith", date_of_birth="2008-01-01")
    done = await index.officer.archive_run(dry_run=True)
    assert done["archived"] == [whole]
    await index.officer.corrected(child, date_of_birth="2008-01-02", reason="A certificate was seen")
    assert await _born(index, child) == ("2008-01-02", None)
    assert sorted((await index.officer.archive_run(dry_run=True))["archived"]) == sorted([child, whole])


@given(born=st.dates(date(1990, 1, 1), date(2030, 12, 31)), unsure=st.sampled_from(["UAA", "UUA", "EAA", "EUA", "AAE"]))
def test_the_laws_of_codes(born: date, unsure: str) -> None:
    kept = known_as(born, unsure)
    assert known_as(kept, unsure) == kept <= born <= latest(kept, unsure).replace(year=born.year)
    assert latest(born, ACCURATE) == born
    assert (latest(kept, unsure).year, accuracy_code([kept], unsure)) == (born.year, unsure)
    assert partial_date(f"{born.year}") == (date(born.year, 1, 1), "UUA")
    for text in (f"{born:%Y-%m}", f"{born:%m/%Y}"):
        assert partial_date(text) == (born.replace(day=1), "UAA")
    assert partial_date(born.isoformat()) is None
    assert accuracy_code([born, born + timedelta(days=1)]).startswith("E")
