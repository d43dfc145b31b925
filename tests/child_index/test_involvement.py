"""Who works with a child: episodes open and end, and one practitioner leads."""

import asyncio
from datetime import date, timedelta

import pytest

from contracts import headers
from contracts.vocabulary import PractitionerStatus, Role
from tests.child_index.kit import NOT_SENSITIVE, Index, code, practitioner, refused_fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNKNOWN = "01900000-0000-7000-8000-000000000000"


async def test_one_opens_ones_own(index: Index) -> None:
    child = await index.child()
    answer = await index.teacher.open_episode(child, service_id="roll")
    assert answer.status_code == 201
    (event,) = await index.published("ServiceEpisodeStarted", 1)
    assert event == {
        "episode_id": answer.json()["episode_id"],
        "child_id": child,
        "service_id": "roll",
        "agency_id": "school",
        "team_id": "staff",
        "practitioner_id": "teacher",
        "sensitive": False,
        "started_on": "2024-05-01",
        "opened_by": "teacher",
        "bulk": False,
    }
    assert answer.headers[headers.EFFECTS] == index.heard[-1].id
    assert (await index.owner("episode", event["episode_id"])).json() == {"child_id": child}
    assert (await index.owner("episode", UNKNOWN)).json() == {"child_id": None}
    assert (await index.owner("episode", event["episode_id"], key="wrong")).status_code == 404


async def test_a_colleague_a_system_and_a_sensitive_service(index: Index) -> None:
    child = await index.child()
    await index.teacher.opened(child, "roll", practitioner_id="deputy")
    await index.school_system.opened(child, "roll")
    await index.teacher.opened(child, "counselling")
    events = await index.published("ServiceEpisodeStarted", 3)
    assert [event["practitioner_id"] for event in events] == ["deputy", None, "teacher"]
    assert [event["sensitive"] for event in events] == [False, False, True]


async def test_what_is_refused_names_the_field(index: Index) -> None:
    child = await index.child(date_of_birth="2014-03-07")
    refused: dict[str, list[dict[str, str | None]]] = {
        "/service_id": [{"service_id": "list"}, {"service_id": "none"}, {"service_id": "\u0000"}, {}],
        "/practitioner_id": [
            {"service_id": "roll", "practitioner_id": named} for named in ("nurse", "nobody", "leaver")
        ],
        "/started_on": [
            {"service_id": "roll", "started_on": started}
            for started in ((date.today() + timedelta(days=2)).isoformat(), "2014-03-06", "2024-5-1", None)
        ],
    }
    texts: dict[str, set[str]] = {}
    for field, bodies in refused.items():
        for body in bodies:
            answer = await index.teacher.open_episode(child, **body)
            assert refused_fields(answer) == [field], body
            texts.setdefault(field, set()).add(answer.json()["detail"])
    # Another agency's practitioner, one who left and one who never was are refused in the same words.
    assert len(texts["/practitioner_id"]) == 1
    missing = await index.teacher.open_episode(UNKNOWN, service_id="roll")
    assert (missing.status_code, code(missing)) == (404, "not-found")
    await index.published("ServiceEpisodeStarted", 0)


async def test_a_second_open_one_is_refused(index: Index) -> None:
    child = await index.child()
    answers = await asyncio.gather(*(index.teacher.open_episode(child, service_id="roll") for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert {code(a) for a in answers if a.status_code == 409} == {"episode-open"}
    (event,) = await index.published("ServiceEpisodeStarted", 1)
    closed = await index.teacher.close_episode(event["episode_id"], child, ended_on="2024-06-01")
    assert closed.status_code == 200
    await index.teacher.opened(child, "roll", started_on="2024-06-02")


async def test_a_refusal_does_not_tell_of_a_colleagues_sensitive_episode(index: Index) -> None:
    child = await index.child()
    await index.teacher.opened(child, "roll", practitioner_id="deputy", sensitive=True)
    plain = index.teacher.but(categories=NOT_SENSITIVE)
    assert (await plain.open_episode(child, service_id="roll", practitioner_id="deputy")).status_code == 201


async def test_a_repeat_with_the_same_key(index: Index) -> None:
    child = await index.child()
    first = await index.teacher.open_episode(child, service_id="roll", key="k")
    again = await index.teacher.open_episode(child, service_id="roll", key="k")
    assert again.json() == first.json()
    await index.published("ServiceEpisodeStarted", 1)


async def test_ending(index: Index) -> None:
    child, other = await index.child(), await index.child(given_name="Oliver", date_of_birth="2012-08-01")
    episode = await index.teacher.opened(child, "roll")
    deputy = index.caller("deputy", "school", Role.TEACHER)

    for body in ({"ended_on": "2024-04-30"}, {"ended_on": "2999-01-01"}, {}):
        assert refused_fields(await deputy.close_episode(episode, child, **body)) == ["/ended_on"]
    for answer in (
        await index.nurse.close_episode(episode, child, ended_on="2024-06-01"),
        await index.teacher.close_episode(episode, other, ended_on="2024-06-01"),
        await index.teacher.close_episode(UNKNOWN, child, ended_on="2024-06-01"),
    ):
        assert (answer.status_code, code(answer)) == (404, "not-found")

    ended = await deputy.close_episode(episode, child, ended_on="2024-05-01", reason="moved school")
    assert (ended.status_code, ended.json()["ended_on"]) == (200, "2024-05-01")
    (event,) = await index.published("ServiceEpisodeEnded", 1)
    assert event == {"episode_id": episode, "child_id": child, "ended_on": "2024-05-01", "ended_by": "deputy"}
    again = await index.teacher.close_episode(episode, child, ended_on="2024-06-01")
    assert (again.status_code, code(again)) == (409, "episode-closed")
    (shown,) = (await index.teacher.record(child))["involvement"]["episodes"]
    assert shown["ended_on"] == "2024-05-01"
    assert (await index.teacher.record(child))["whereabouts"]["schools"] == []


async def test_a_colleagues_sensitive_episode_is_not_there_to_be_ended(index: Index) -> None:
    child = await index.child()
    episode = await index.teacher.opened(child, "counselling")
    deputy = index.caller("deputy", "school", Role.TEACHER, categories=NOT_SENSITIVE)
    assert (await deputy.close_episode(episode, child, ended_on="2024-06-01")).status_code == 404
    own = index.teacher.but(categories=NOT_SENSITIVE)
    assert (await own.close_episode(episode, child, ended_on="2024-06-01")).status_code == 200


async def test_leading(index: Index) -> None:
    child = await index.child()
    assert (await index.teacher.record(child))["involvement"]["lead_professional"] is None
    first = await index.officer.assign_lead(child, practitioner_id="nurse")
    assert (first.status_code, first.json()["practitioner_id"]) == (200, "nurse")
    await index.officer.assign_lead(child, practitioner_id="nurse")
    await index.officer.assign_lead(child, practitioner_id="teacher", reason="moved up")
    assert (await index.nurse.record(child))["involvement"]["lead_professional"]["name"] == "Teacher"
    events = await index.published("LeadProfessionalAssigned", 2)
    assert [(e["previous_practitioner_id"], e["practitioner_id"]) for e in events] == [
        (None, "nurse"),
        ("nurse", "teacher"),
    ]
    for named in ("leaver", "nobody"):
        answer = await index.officer.assign_lead(child, practitioner_id=named)
        assert refused_fields(answer) == ["/practitioner_id"]
    assert (await index.officer.assign_lead(UNKNOWN, practitioner_id="nurse")).status_code == 404


async def test_the_directory_is_followed_and_never_backwards(index: Index) -> None:
    child = await index.child()
    await index.teacher.opened(child, "roll")

    async def name() -> str:
        (episode,) = (await index.nurse.record(child))["involvement"]["episodes"]
        found: str = episode["practitioner"]["name"]
        return found

    await index.tell(practitioner("teacher", "school", Role.TEACHER, name="Ms Abara", version=3))
    await index.tell(practitioner("teacher", "school", Role.TEACHER, name="Ms Older", version=2))
    assert await name() == "Ms Abara"
    await index.tell(practitioner("deputy", "school", Role.TEACHER, status=PractitionerStatus.SUSPENDED, version=2))
    answer = await index.teacher.open_episode(child, service_id="roll", practitioner_id="deputy")
    assert refused_fields(answer) == ["/practitioner_id"]
