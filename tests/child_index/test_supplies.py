"""What the index gives to the answer of another service: what the record shows under the same grant, and no more."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.chronology import Asked, Place
from chassis.chronology_query import cursor_of
from chassis.days import uk_date
from chassis.grants import KeptBack
from child_index.adapters.chronology import SqlChronology
from child_index.adapters.tables import episodes, lead_professionals
from contracts.supplies import ChronologyEntries, ChronologyEntry, DocumentFacts, NamedChild
from contracts.vocabulary import Category, ChronologyKind, PractitionerStatus, Role
from tests.child_index.conftest import Started
from tests.child_index.history import fill, number_of, worked_with
from tests.child_index.kit import NOT_SENSITIVE, Caller, Index, practitioner, service
from tests.support.reading import Read, reading

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARIA = {"given_name": "Maria", "family_name": "Okonkwo", "phone": "01632 960123"}
ACTION, CHRONOLOGY = "assessment.prefill", "chronology.read"


async def known(who: Caller, child: str) -> list[dict[str, Any]]:
    answer = await who.call("GET", f"/internal/supplies/{ACTION}", ACTION, child=child)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_what_a_form_would_ask_is_given_as_far_as_the_reader_may_see(index: Index) -> None:
    amara = await index.child()
    today = datetime.now(UTC).date().isoformat()
    await index.teacher.opened(amara, "roll", started_on="2026-09-01")
    await index.teacher.relate(amara, relationship="parent", person=MARIA)
    await index.teacher.relate(amara, relationship="grandparent", person={**MARIA, "given_name": "Nneka"})

    found = await known(index.nurse, amara)

    name = {"given_name": "Amara", "family_name": "Okonkwo"}
    assert [(each["key"], each["category"], each["value"], each["recorded_on"]) for each in found] == [
        ("child.name", "basics", name, today),
        ("child.date_of_birth", "basics", "2014-03-07", today),
        ("child.school", "whereabouts", {"name": found[2]["value"]["name"]}, "2026-09-01"),
        ("child.carer", "family", {**MARIA, "relationship": "parent"}, today),
    ]
    for category, keys in (
        (Category.BASICS, {"child.name", "child.date_of_birth"}),
        (Category.WHEREABOUTS, {"child.school"}),
        (Category.FAMILY, {"child.carer"}),
        (Category.HEALTH, set()),
    ):
        told = await known(index.nurse.but(categories={category}), amara)
        assert {each["key"] for each in told} == keys
    # Who may not know that there is a school, a sibling or a phone number, is told of none.
    veiled = index.nurse.but(veiled=(amara,), categories={Category.BASICS, Category.FAMILY})
    assert "phone" not in (await known(veiled, amara))[2]["value"]
    hidden = index.nurse.but(hidden=(amara,))
    assert (await hidden.call("GET", f"/internal/supplies/{ACTION}", ACTION, child=amara)).status_code == 404
    refused = await index.nurse.call("GET", f"/internal/supplies/{ACTION}", "child.read", child=amara)
    assert refused.status_code == 403


async def ask(who: Caller, child: str, **query: Any) -> httpx.Response:
    return await who.call("GET", f"/internal/supplies/{CHRONOLOGY}", CHRONOLOGY, child=child, params=query)


async def part(who: Caller, child: str, **query: Any) -> list[ChronologyEntry]:
    """The index's part of the chronology, as it travels."""
    answer = await ask(who, child, **query)
    assert answer.status_code == 200, answer.text
    return ChronologyEntries.model_validate_json(answer.content).items


async def whole(who: Caller, child: str, limit: int) -> list[ChronologyEntry]:
    """Page by page, each cut as the chronology's own is."""
    found: list[ChronologyEntry] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        items = await part(who, child, **query)
        assert len(items) <= limit + 1
        found += items[:limit]
        assert len({(each.kind, each.key) for each in found}) == len(found), "the pages come round again"
        if len(items) <= limit:
            return found
        last = items[limit - 1]
        query["cursor"] = cursor_of(Place(last.day, last.kind, last.moment, last.key))


async def lived(index: Index) -> str:
    """A child with episodes at a school, a practice and the council, and two lead professionals."""
    amara = await index.child(date_of_birth="2014-03-07")
    await index.teacher.opened(amara, "roll", started_on="2024-09-01")
    ended = await index.nurse.opened(amara, "list", started_on="2024-03-01")
    assert (await index.nurse.close_episode(ended, amara, ended_on="2024-09-01")).status_code == 200
    await index.worker.opened(amara, "front-door", started_on="2024-09-01")
    for name in ("nurse", "worker"):
        assert (await index.officer.assign_lead(amara, practitioner_id=name)).status_code == 200
    return amara


def days_of(found: list[ChronologyEntry]) -> list[tuple[str, str, str | None]]:
    return [(each.kind.value, each.day.isoformat(), each.by.practitioner_id if each.by else None) for each in found]


async def test_the_part_of_a_chronology_is_who_began_and_ended_and_led(index: Index) -> None:
    amara = await lived(index)
    today = uk_date(datetime.now(UTC)).isoformat()

    found = await part(index.teacher, amara)

    assert days_of(found)[:3] == [
        ("lead-assigned", today, "worker"), ("lead-assigned", today, "nurse"), ("episode-ended", "2024-09-01", "nurse"),
    ]  # fmt: skip
    assert sorted(days_of(found)[3:5]) == [
        ("episode-started", "2024-09-01", "teacher"), ("episode-started", "2024-09-01", "worker"),
    ]  # fmt: skip
    assert days_of(found)[5:] == [("episode-started", "2024-03-01", "nurse")]
    (school,) = (each for each in found if each.source.service_id == "roll")
    assert school.source.model_dump() == {
        "agency_id": "school", "agency_name": "School", "service_id": "roll", "service_name": "Hilltop School",
        "service_type": "school",
    }  # fmt: skip
    assert school.by is not None
    assert (school.by.name, school.by.role, school.category) == ("Teacher", "teacher", "involvement")
    # Dated in the past, written down today.
    assert school.recorded_at is not None
    assert uk_date(school.recorded_at).isoformat() == today
    assert await part(index.teacher.but(categories=set(Category) - {Category.INVOLVEMENT}), amara) == []
    assert days_of(await part(index.teacher, amara, kind="episode-ended")) == [("episode-ended", "2024-09-01", "nurse")]
    assert len(await part(index.teacher, amara, **{"from": "2024-03-01", "to": "2024-08-31"})) == 1
    assert (await ask(index.teacher.but(hidden=(amara,)), amara)).status_code == 404
    refused = await index.teacher.call("GET", f"/internal/supplies/{CHRONOLOGY}", "child.read", child=amara)
    assert refused.status_code == 403
    assert (await ask(index.teacher, amara, cursor="bm9uZQ")).status_code == 422


async def test_sensitive_episodes_are_in_no_page_of_who_may_not_know(index: Index) -> None:
    amara = await lived(index)
    plain = index.teacher.but(categories=NOT_SENSITIVE)

    async def seen() -> list[bytes]:
        return [(await ask(plain, amara, limit=limit)).content for limit in (1, 3, 4, 200)]

    before = await seen()
    for day in ("2024-08-31", "2024-09-01", "2024-09-02"):
        hidden = await index.teacher.opened(amara, "counselling", started_on=day)
        assert (await index.teacher.close_episode(hidden, amara, ended_on="2024-09-03")).status_code == 200
    deputy = index.caller("deputy", "school", Role.TEACHER)
    await deputy.opened(amara, "roll", started_on="2024-09-02", sensitive=True)
    assert await seen() == before
    told = [each for each in await part(index.teacher, amara) if each.category is Category.SENSITIVE]
    assert len(told) == 7
    # A service that is marked later takes its episodes with it.
    await index.tell(service("front-door", "council", "social_care", sensitive=True, version=2))
    assert "front-door" not in str([await seen(), await whole(plain, amara, 2)])


async def test_where_the_child_is_shows_in_no_entry(index: Index) -> None:
    amara = await lived(index)
    veiled = index.caller("deputy", "school", Role.TEACHER, veiled=(amara,))
    for found in (await part(veiled, amara), await whole(veiled, amara, 1), await whole(veiled, amara, 2)):
        assert [each.kind for each in found].count(ChronologyKind.LEAD_ASSIGNED) == 1, "the nurse works near the child"
        near = [each for each in found if each.source.service_type in {"school", "gp"}]
        assert len(near) == 3
        for each in near:
            assert each.source.model_dump(exclude_none=True).keys() == {"service_type"}
            assert each.by is None
        told = str([each.model_dump(exclude={"source": {"service_type"}}) for each in found])
        assert [
            word for word in ("roll", "Hilltop", "list", "nurse", "teacher", "practice", "school") if word in told
        ] == []


async def test_what_an_officer_keeps_back_is_in_no_page(index: Index) -> None:
    amara = await lived(index)
    before = await whole(index.teacher, amara, 200)
    began = datetime.now(UTC)
    await index.nurse.opened(amara, "list", started_on="2024-10-01")
    await index.officer.assign_lead(amara, practitioner_id="teacher")
    for kept in (KeptBack(began), KeptBack(began, practitioners=("nurse", "teacher"))):
        for limit in (1, 2, 5, 200):
            assert await whole(index.teacher.but(kept_back=(kept,)), amara, limit) == before


async def test_merged_records_give_one_line_and_parted_ones_their_own(index: Index) -> None:
    one, other = await index.child(), await index.child(given_name="Chidi", date_of_birth="2012-01-02")
    draw = random.Random(20_261)
    days = [date(2024, 1, 1) + timedelta(days=draw.randrange(20)) for _ in range(8)]
    for number, day in enumerate(days):
        opened = await index.teacher.opened((one, other)[number % 2], "roll", started_on=day.isoformat())
        closed = await index.teacher.close_episode(opened, (one, other)[number % 2], ended_on="2024-02-01")
        assert closed.status_code == 200
    apart = [await whole(index.teacher, record, 3) for record in (one, other)]
    merge = await index.officer.merged(other, one)
    together = await whole(index.teacher, one, 200)
    assert len(together) == 16
    assert sorted(each.key + each.kind for each in together) == sorted(
        each.key + each.kind for each in (*apart[0], *apart[1])
    )
    order = [(each.day, each.kind == "episode-ended", each.key) for each in together]
    assert order == sorted(order, reverse=True)
    for limit in (1, 2, 3, 15, 16):
        assert await whole(index.teacher, one, limit) == together
    assert (await index.officer.undo(merge)).status_code == 200
    assert [await whole(index.teacher, record, 3) for record in (one, other)] == apart


async def test_a_page_of_a_long_history_reads_no_more_than_that_of_a_short_one(index: Index, started: Started) -> None:
    draw, limit = random.Random(20_262), 10
    names = ("Amara", "Bryony", "Cerys", "Delyth")
    numbers = [await number_of(started.database, await index.child(given_name=name)) for name in names]
    short, long, *others = numbers
    sizes = {short: (30, 5), long: (1_000, 20)} | dict.fromkeys(others, (200, 5))
    of_school = ("roll", "school", "teacher")
    hidden = worked_with(short, 300, 1, draw, "counselling", "school", "teacher")
    hidden[lead_professionals].clear()
    await fill(started.database, hidden, *(worked_with(no, *size, draw, *of_school) for no, size in sizes.items()))

    async def read(number: int, after: Place | None = None, *, sensitive: bool = False) -> tuple[Read, list[Place]]:
        shown: list[Place] = []

        async def page(connection: AsyncConnection) -> None:
            asked = Asked(frozenset(ChronologyKind), None, None, after, limit)
            shown.extend(await SqlChronology(connection).page([number], asked, sensitive=sensitive))

        done = await reading(started.database, page)
        assert len(shown) == limit + 1
        return done, shown

    first, places = await read(short)
    most = first.amount * 1.15
    assert first.statements == 1
    _, below = await read(long)
    for done, _ in (await read(long), await read(long, below[-1]), await read(long, sensitive=True)):
        assert done.statements == 1
        assert done.amount <= most, f"{done} after {first}"
    assert places == sorted(places, key=lambda place: place.order, reverse=True)
    # What is hidden is in no page, so nothing has to be read in its place.
    assert not {place.key for place in places} & {row["episode_id"] for row in hidden[episodes]}


def facts_of(answer: httpx.Response) -> DocumentFacts:
    assert answer.status_code == 200, answer.text
    return DocumentFacts.model_validate_json(answer.content)


async def for_document(who: Caller, child: str, action: str = "plan.document") -> DocumentFacts:
    return facts_of(await who.call("GET", f"/internal/supplies/{action}", action, child=child))


async def test_a_document_is_told_whose_it_is_who_leads_and_who_is_around(index: Index) -> None:
    amara = await index.child()
    await index.teacher.opened(amara, "roll")
    await index.nurse.opened(amara, "list", contact="Ring before ten")
    await index.teacher.opened(amara, "counselling")
    await index.officer.assign_lead(amara, practitioner_id="nurse")

    found = await for_document(index.nurse, amara)

    assert found.child == NamedChild(given_name="Amara", family_name="Okonkwo", date_of_birth=date(2014, 3, 7))
    assert found.lead is not None
    assert (found.lead.practitioner_id, found.lead.leads) == ("nurse", True)
    assert found.around is not None
    assert [(each.practitioner_id, each.leads) for each in found.around] == [("nurse", True), ("teacher", False)]
    assert (found.around[0].contact, found.around[0].service_name is None) == ("Ring before ten", False)
    # Of an assessment it is told the child alone; and of each category what is granted.
    assert await for_document(index.nurse, amara, "assessment.document") == DocumentFacts(child=found.child)
    assert await for_document(index.nurse.but(categories={Category.INVOLVEMENT}), amara) == found.model_copy(
        update={"child": None}
    )
    assert await for_document(index.nurse.but(categories={Category.PLAN}), amara) == DocumentFacts()
    for action in ("me.plan", "me.plan-document"):
        assert await for_document(index.teacher, amara, action) == found
    # Where the reader may not learn where the child is, of who works near the child that there is such a service.
    veiled = await for_document(index.nurse.but(veiled=(amara,)), amara)
    assert veiled.lead is None
    assert veiled.around is not None
    assert {each.service_type for each in veiled.around} == {"school", "gp"}
    assert "nurse" not in veiled.model_dump_json()
    hidden = index.nurse.but(hidden=(amara,))
    answer = await hidden.call("GET", "/internal/supplies/me.plan", "me.plan", child=amara)
    assert answer.status_code == 404


async def test_what_is_kept_back_from_the_family_is_not_around_them_and_leads_for_others(index: Index) -> None:
    amara = await index.child()
    await index.teacher.opened(amara, "roll")
    before = await for_document(index.teacher, amara)
    began = datetime.now(UTC)
    await index.nurse.opened(amara, "list")
    await index.officer.assign_lead(amara, practitioner_id="nurse")
    told = await for_document(index.teacher.but(kept_back=(KeptBack(began),)), amara)
    assert told.around == before.around
    assert told.lead is not None
    assert told.lead.practitioner_id == "nurse"


async def test_who_has_left_or_is_over_is_not_there_to_be_reached(index: Index) -> None:
    amara = await index.child()
    episode = await index.teacher.opened(amara, "roll", started_on="2026-01-01")
    await index.nurse.opened(amara, "list")
    await index.officer.assign_lead(amara, practitioner_id="nurse")
    await index.tell(practitioner("nurse", "practice", Role.SCHOOL_NURSE, status=PractitionerStatus.LEFT, version=2))
    assert (await index.teacher.close_episode(episode, amara, ended_on="2026-02-01")).status_code == 200
    found = await for_document(index.teacher, amara)
    assert found.lead is None
    assert found.around is not None
    assert [(each.practitioner_id, each.service_type) for each in found.around] == [(None, "gp")]
