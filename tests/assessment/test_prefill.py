"""Tell it once: what was answered elsewhere is offered, as far as the reader may see, with whose and how old it is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from assessment.adapters.tables import contribution_versions, contributions
from assessment.domain.prefill import months_before
from contracts.supplies import KnownFact
from contracts.vocabulary import Category
from tests.assessment.desk import BASE, TEACHER, TEMPLATE, Desk, Practitioner
from tests.notifications.kit import Turns, child, problem

NAME = KnownFact(key="child.name", category=Category.BASICS, value={"given_name": "Jo"}, recorded_on=date(2026, 1, 2))
SCHOOL = KnownFact(key="child.school", category=Category.WHEREABOUTS, value={"name": "Elm School"})
CARER = KnownFact(key="child.carer", category=Category.FAMILY, value={"given_name": "Maria"})


async def begun(who: Practitioner, template_id: str) -> str:
    response = await who.begin(template_id, also_open=True, also_open_reason="for the test")
    assert response.status_code == 201, response.text
    assessment_id: str = response.json()["assessment_id"]
    return assessment_id


async def asked(who: Practitioner, assessment_id: str, **query: Any) -> dict[str, dict[str, Any]]:
    """Each field by `section.name`."""
    response = await who.prefill(assessment_id, **query)
    assert response.status_code == 200, response.text
    return {f"{each['section_key']}.{each['name']}": each for each in response.json()["asked"]}


async def grown_older(turns: Turns, days: int) -> None:
    """As if everything had been written so many days before."""
    async with turns.database.write() as connection:
        for table, column in ((contributions, "updated_at"), (contribution_versions, "saved_at")):
            rows = (await connection.execute(sa.select(table))).all()
            for row in rows:
                keys = [column_.name for column_ in table.primary_key.columns]
                await connection.execute(
                    sa.update(table)
                    .where(*(table.c[key] == getattr(row, key) for key in keys))
                    .values({column: getattr(row, column) - timedelta(days=days)})
                )
        await connection.commit()


async def test_what_was_answered_in_another_form_is_offered(desk: Desk, turns: Turns) -> None:
    jo = child()
    teacher, sw = desk.practitioner("teacher", jo, TEACHER), desk.practitioner("sw", jo)
    first = await begun(teacher, TEMPLATE)
    await teacher.write(first, "learning", {"aspirations": "a vet", "progress_and_achievement": "good"})
    await sw.write(first, "learning", {"aspirations": "a pilot"})
    await sw.draft("PUT", first, "learning", {"participation_and_attendance": "a draft"})
    await grown_older(turns, 100)
    # What is saved again unchanged is no younger for it.
    changed = {"aspirations": "a vet", "progress_and_achievement": "better"}
    await teacher.write(first, "learning", changed, if_match='"1"')
    second = await begun(sw, "school-based")

    found = await asked(teacher, second)

    aspirations = found["learning.aspirations"]
    assert (aspirations["national_key"], aspirations["category"], aspirations["ask"]) == (
        "learning.aspirations",
        "education",
        False,
    )
    offers = {offer["contributor_id"]: offer for offer in aspirations["offers"]}
    assert {who: offer["value"] for who, offer in offers.items()} == {"teacher": "a vet", "sw": "a pilot"}
    age = datetime.now(UTC) - datetime.fromisoformat(offers["teacher"]["recorded_at"])
    assert timedelta(days=99) < age < timedelta(days=101)
    assert (offers["teacher"]["assessment_id"], offers["teacher"]["title"]) == (first, "Common assessment")
    (better,) = found["learning.progress_and_achievement"]["offers"]
    assert better["value"] == "better"
    assert datetime.now(UTC) - datetime.fromisoformat(better["recorded_at"]) < timedelta(days=1)
    assert found["learning.participation_and_attendance"] == {
        "section_key": "learning",
        "name": "participation_and_attendance",
        "category": "education",
        "national_key": "learning.participation_and_attendance",
        "ask": True,
        "offers": [],
    }
    assert found["support_in_school.support_level"]["ask"]
    # What is old is asked anew, and still offered: by the reader's age, or the field's own (six months).
    for query, ask in (({"max_age_months": 3}, True), ({"max_age_months": 4}, False), ({}, False)):
        again = (await asked(teacher, second, **query))["learning.aspirations"]
        assert (again["ask"], len(again["offers"])) == (ask, 2)
    await grown_older(turns, 100)
    assert (await asked(teacher, second))["learning.aspirations"]["ask"]


async def test_a_reader_is_offered_what_they_may_see_and_no_sign_of_the_rest(desk: Desk) -> None:
    jo = child()
    sw = desk.practitioner("sw", jo)
    first = await begun(sw, TEMPLATE)
    second = await begun(sw, "early-help")
    teacher = desk.practitioner("teacher", jo, BASE | {Category.EDUCATION})
    known = (NAME, SCHOOL, CARER)
    before = await teacher.prefill(second, *known)
    await sw.write(first, "development", {"general_health": "hearing test is due"})
    await sw.write(first, "parents_and_carers", {"basic_care_and_safety": "well kept"})
    after = await teacher.prefill(second, *known)
    assert after.content == before.content
    assert {each["category"] for each in after.json()["asked"]} == {"education", "involvement"}
    assert [each["key"] for each in after.json()["known"]] == ["child.name"]
    (name,) = after.json()["known"]
    assert name == {
        "key": "child.name",
        "category": "basics",
        "value": {"given_name": "Jo"},
        "recorded_on": "2026-01-02",
    }
    shown = (await sw.prefill(second, *known)).json()
    assert [each["key"] for each in shown["known"]] == ["child.name", "child.school", "child.carer"]
    assert [each["name"] for each in shown["asked"] if each["offers"]] == ["general_health", "basic_care_and_safety"]
    # Whose it is and where it was given tells of an involvement.
    blind = desk.practitioner("p", jo, frozenset({Category.HEALTH}))
    (offer,) = (await asked(blind, second))["development.general_health"]["offers"]
    assert set(offer) == {"value", "recorded_at"}
    sw.viewer.viewer_id = "other"
    sw.viewer.veiled = (jo,)
    (offer,) = (await asked(sw, second))["development.general_health"]["offers"]
    assert "contributor_id" not in offer


async def test_without_what_the_index_knows_or_for_another_child_there_is_no_answer(desk: Desk) -> None:
    jo, other = child(), child()
    sw, stranger = desk.practitioner("sw", jo), desk.practitioner("sw", other)
    assessment_id = await begun(sw, TEMPLATE)
    assert (await sw.prefill(assessment_id, brought=False)).status_code == 503
    hidden, none = await stranger.prefill(assessment_id), await stranger.prefill(child())
    assert (hidden.status_code, problem(hidden)) == (404, problem(none))
    theirs = await begun(stranger, "early-help")
    await sw.write(assessment_id, "learning", {"aspirations": "a vet"})
    assert (await asked(stranger, theirs))["learning.aspirations"]["offers"] == []


def test_months_are_those_of_the_calendar() -> None:
    for at, months, expected in (((2026, 3, 31), 1, (2026, 2, 28)), ((2026, 1, 15), 13, (2024, 12, 15))):
        assert months_before(datetime(*at, tzinfo=UTC), months) == datetime(*expected, tzinfo=UTC)
