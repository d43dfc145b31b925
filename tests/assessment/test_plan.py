"""The plan: actions and who may know of them, reminders, reviews, progress."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from icalendar import Calendar

from assessment.adapters.tables import messaging
from assessment.adapters.unit_of_work import SqlUnitOfWork
from assessment.application.remind_of_actions import ActionReminders
from contracts.events.child_index import ChildArchived, ChildPurged, LeadProfessionalAssigned, RecordsMerged
from contracts.vocabulary import Category
from tests.assessment.desk import Desk
from tests.assessment.test_teams import known, practitioner, related
from tests.notifications.kit import Turns, Viewer, child, problem

TODAY = datetime.now(UTC).date()
EDUCATION = frozenset({Category.BASICS, Category.INVOLVEMENT, Category.EDUCATION})
PLAN = frozenset({Category.PLAN})
ALL = frozenset(Category)


def leads(who: str, child_id: str) -> LeadProfessionalAssigned:
    ids = {"child_id": child_id, "practitioner_id": who, "assigned_by": "sw"}
    return LeadProfessionalAssigned(**ids, previous_practitioner_id=None)


async def add(viewer: Viewer, child_id: str, **more: Any) -> httpx.Response:
    body = {"title": "Reading twice a week", "owner_id": "teacher", "due_on": TODAY.isoformat(), **more}
    return await viewer.call("POST", f"/v1/children/{child_id}/actions", "action.add", child=child_id, json=body)


async def actions(viewer: Viewer, child_id: str, **query: Any) -> dict[str, Any]:
    path = f"/v1/children/{child_id}/actions"
    return dict((await viewer.call("GET", path, "action.read", child=child_id, params=query)).json())


async def change(
    viewer: Viewer, child_id: str, action_id: str, body: dict[str, Any], if_match: str | None = '"1"'
) -> httpx.Response:
    sent = {} if if_match is None else {"If-Match": if_match}
    path = f"/v1/actions/{action_id}"
    return await viewer.call("PATCH", path, "action.change", child=child_id, json=body, sent=sent)


async def review(viewer: Viewer, child_id: str, **more: Any) -> httpx.Response:
    body = {"held_on": TODAY.isoformat(), "attendees": ["teacher"], **more}
    path = f"/v1/children/{child_id}/reviews"
    return await viewer.call("POST", path, "review-meeting.record", child=child_id, json=body)


async def reviews(viewer: Viewer, child_id: str, **query: Any) -> dict[str, Any]:
    path = f"/v1/children/{child_id}/reviews"
    return dict((await viewer.call("GET", path, "review-meeting.read", child=child_id, params=query)).json())


async def progress(viewer: Viewer, child_id: str) -> Any:
    path = f"/v1/children/{child_id}/progress"
    return (await viewer.call("GET", path, "review-meeting.read", child=child_id)).json()


async def test_an_action_is_added_changed_done_and_dropped_with_a_reason(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", PLAN)
    await known(desk, "teacher", "gp")
    made = await add(sw, jo, outcome="enjoy-and-achieve")
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    action_id = made.json()["action_id"]
    assert (made.json()["category"], made.json()["status"]) == ("plan", "open")

    assert (await change(sw, jo, action_id, {"status": "done"}, None)).status_code == 428
    assert (await change(sw, jo, action_id, {"status": "done"}, '"7"')).status_code == 412
    changed = await change(sw, jo, action_id, {"owner_id": "gp", "status": "done"})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json()["owner_id"] == "gp"
    for wrong, pointer in (
        ({"status": "dropped"}, "/reason"),
        ({"reason": "moved"}, "/reason"),
        ({"owner_id": "nobody"}, "/owner_id"),
        ({"category": "health"}, "/category"),
        ({"title": None}, "/title"),
    ):
        refused = await change(sw, jo, action_id, wrong, '"2"')
        assert [error["pointer"] for error in problem(refused)["errors"]] == [pointer]
    dropped = await change(sw, jo, action_id, {"status": "dropped", "reason": "moved away"}, '"2"')
    assert dropped.json()["reason"] == "moved away"
    again = await change(sw, jo, action_id, {"status": "open", "outcome": None}, '"3"')
    assert {"reason", "outcome"}.isdisjoint(again.json())
    assert [each["status"] for each in await desk.kit.published("ActionChanged", 3)] == ["done", "dropped", "open"]
    assert (await actions(sw, jo, status="done"))["items"] == []


async def test_what_is_of_another_category_leaves_no_sign(desk: Desk) -> None:
    """Not its existence, owner, date or count: every answer is the same to the byte as without it."""
    jo, other = child(), child()
    await known(desk, "teacher", "hv")
    sw, teacher = desk.kit.viewer("sw", ALL), desk.kit.viewer("teacher", EDUCATION | PLAN)
    shown = (await add(sw, jo, category="education")).json()
    await review(sw, jo, decisions=[{"text": "Extra reading"}], progress=[{"outcome": "enjoy-and-achieve", "score": 4}])

    async def seen() -> list[Any]:
        return [
            await actions(teacher, jo, limit=1), await actions(teacher, jo), await reviews(teacher, jo),
            await progress(teacher, jo),
        ]  # fmt: skip

    before = await seen()
    hidden = (await add(sw, jo, category="health", owner_id="hv")).json()["action_id"]
    assert await seen() == before
    assert [each["action_id"] for each in before[1]["items"]] == [shown["action_id"]]
    path = f"/v1/actions/{hidden}"
    for refused in (
        await teacher.call("GET", path, "action.read", child=jo),
        await change(teacher, jo, hidden, {"status": "done"}),
        await change(desk.kit.viewer("sw", ALL), other, hidden, {"status": "done"}),
        await add(teacher, jo, category="health"),
        await review(teacher, jo, decisions=[{"text": "Hearing test", "category": "health"}]),
        await review(desk.kit.viewer("teacher", EDUCATION), jo),
    ):
        assert refused.status_code == 404
    blind = desk.kit.viewer("other", EDUCATION)
    assert (await reviews(blind, jo))["items"] == []
    assert await progress(blind, jo) == {"outcomes": []}

    said = {"text": "Hearing test", "category": "health"}
    scored = [{"outcome": "be-healthy", "score": 2, "category": "health"}, {"outcome": "stay-safe", "score": 9}]
    await review(sw, jo, decisions=[said, {"text": "Walks to school"}], progress=scored)
    assert "Hearing" not in str(await reviews(teacher, jo))
    newest = (await reviews(teacher, jo, limit=1))["items"][0]
    assert [each["text"] for each in newest["decisions"]] == ["Walks to school"]
    assert [line["outcome"] for line in (await progress(teacher, jo))["outcomes"]] == ["stay-safe", "enjoy-and-achieve"]
    assert len((await progress(sw, jo))["outcomes"]) == 3


async def test_progress_is_lines_over_time_and_reviews_are_paged_latest_first(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", PLAN)
    await known(desk, "teacher")
    days = ["2026-03-02", "2026-09-07", "2026-06-01"]
    for day, score in zip(days, (2, 7, 5), strict=True):
        await review(sw, jo, held_on=day, progress=[{"outcome": "stay-safe", "score": score}])
    (line,) = (await progress(sw, jo))["outcomes"]
    assert [(point["on"], point["score"]) for point in line["points"]] == list(
        zip(sorted(days), (2, 5, 7), strict=True)
    )
    first = await reviews(sw, jo, limit=2)
    rest = await reviews(sw, jo, limit=2, cursor=first["next_cursor"])
    assert [each["held_on"] for each in first["items"] + rest["items"]] == sorted(days, reverse=True)
    for wrong, pointer in (
        ({"progress": [{"outcome": "stay-safe", "score": 11}]}, "/progress/0/score"),
        ({"progress": [{"outcome": "stay-safe", "score": 1}] * 2}, "/progress/1/outcome"),
        ({"next_on": TODAY.isoformat()}, "/next_on"),
        ({"attendees": ["nobody"]}, "/attendees/0"),
    ):
        refused = await review(sw, jo, **wrong)
        assert [error["pointer"] for error in problem(refused)["errors"]] == [pointer]


async def test_an_action_past_its_day_is_told_to_its_owner_and_later_to_the_lead_once_each(
    desk: Desk, turns: Turns
) -> None:
    jo, copy, grown = child(), child(), child()
    sw = desk.kit.viewer("sw", PLAN)
    await known(desk, "teacher")
    await desk.kit.tell(
        RecordsMerged(merge_id=child(), child_id=jo, merged_child_id=copy, merged_at=datetime.now(UTC)),
        leads("sw", jo),
        ChildArchived(child_id=grown),
    )
    made = (await add(sw, copy)).json()
    done = (await add(sw, jo)).json()
    await change(sw, jo, done["action_id"], {"status": "done"})
    await add(sw, grown)
    await add(sw, jo, due_on=(TODAY + timedelta(days=400)).isoformat())
    told: list[tuple[str, bool]] = []
    for days in (0, 1, 1, 3, 8, 9):

        def at(days: int = days) -> datetime:
            return datetime.now(UTC) + timedelta(days=days)

        def units() -> SqlUnitOfWork:
            return SqlUnitOfWork(turns.database, messaging, at, "urn:kith:assessment")

        await ActionReminders(units, units, timedelta(days=7), 1).remind()
        expected = {0: 0, 8: 2, 9: 2}.get(days, 1)
        found = await desk.kit.published("ActionOverdue", expected)
        told = [(each["practitioner_id"], each["as_lead"]) for each in found]
        assert {each["action_id"] for each in found} <= {made["action_id"]}
    assert told == [("teacher", False), ("sw", True)]


async def test_two_reviews_of_one_family_in_a_week_are_told_of_and_one_together_is_not(desk: Desk) -> None:
    jo, sam = child(), child()
    await desk.kit.tell(practitioner("teacher"))
    await desk.kit.tell(related(jo, sam))
    viewer = desk.kit.viewer("sw", PLAN)
    monday = date.fromordinal((TODAY + timedelta(days=21)).toordinal() // 7 * 7 + 1)
    for child_id, planned in ((jo, 0), (sam, 0), (sam, 7)):
        await review(viewer, child_id, next_on=(monday + timedelta(days=planned)).isoformat())
    await desk.kit.published("FamilyClashFound", 0)
    await review(viewer, sam, next_on=(monday + timedelta(days=6)).isoformat())
    await review(viewer, sam, next_on=(monday + timedelta(days=5)).isoformat())
    told = await desk.kit.published("FamilyClashFound", 2)
    assert {(each["child_id"], each["kind"]) for each in told} == {(jo, "reviews"), (sam, "reviews")}


async def test_merged_records_have_one_plan_and_a_purged_child_none(desk: Desk) -> None:
    kept, copy = child(), child()
    await known(desk, "teacher")
    sw = desk.kit.viewer("sw", PLAN)
    made = (await add(sw, copy)).json()["action_id"]
    await review(sw, copy, decisions=[{"text": "x"}], progress=[{"outcome": "stay-safe", "score": 1}])
    assert (await desk.kit.owner("action", made)).json() == {"child_id": copy}
    sw.records = (kept, copy)
    assert [each["child_id"] for each in (await actions(sw, kept))["items"]] == [kept]
    assert [each["child_id"] for each in (await reviews(sw, kept))["items"]] == [kept]
    await desk.kit.tell(ChildPurged(child_id=copy))
    assert (await actions(sw, kept))["items"] == (await reviews(sw, kept))["items"] == []
    assert (await desk.kit.owner("action", made)).json() == {"child_id": None}


async def test_where_the_child_is_shows_in_no_owner_or_attendee(desk: Desk) -> None:
    jo = child()
    await known(desk, "teacher")
    await add(desk.kit.viewer("sw", PLAN), jo)
    await review(desk.kit.viewer("sw", PLAN), jo)
    veiled = desk.kit.viewer("gp", PLAN)
    veiled.veiled = (jo,)
    (action,), (meeting,) = (await actions(veiled, jo))["items"], (await reviews(veiled, jo))["items"]
    assert {"owner_id", "added_by", "changed_by"}.isdisjoint(action)
    assert {"attendees", "recorded_by"}.isdisjoint(meeting)


async def test_the_leads_calendar_says_what_and_when_and_nothing_of_anybody(desk: Desk) -> None:
    jo, other, hidden = child(), child(), child()
    sw, day = desk.kit.viewer("sw", ALL), (TODAY + timedelta(days=9)).isoformat()
    await known(desk, "teacher")
    for each, who in ((jo, "sw"), (hidden, "sw"), (other, "gp")):
        await desk.kit.tell(
            LeadProfessionalAssigned(
                child_id=each, practitioner_id=who, previous_practitioner_id=None, assigned_by="sw"
            )
        )
        await review(sw, each, next_on=day)
    action = (await add(sw, jo)).json()["action_id"]
    await add(sw, jo, category="health")
    asked = await sw.call("GET", "/internal/candidates/v1/calendar", "calendar.read")
    assert set(asked.json()["children"]) == {jo, hidden}
    (meeting,) = (await reviews(sw, jo))["items"]
    reader = desk.kit.viewer("sw", PLAN)
    shown = (await reader.call("GET", "/v1/calendar", "calendar.read", children=[jo])).json()["items"]
    assert [(each["kind"], each["on"]) for each in shown] == [("action", TODAY.isoformat()), ("review", day)]
    assert shown[1]["link"].endswith(f"/v1/reviews/{meeting['review_id']}")
    text = await reader.call("GET", "/v1/calendar?format=ics", "calendar.read", children=[jo])
    assert text.headers["content-type"].startswith("text/calendar")
    events = Calendar.from_ical(text.text).walk("VEVENT")
    assert [str(each["summary"]) for each in events] == ["Action due", "Review"]
    assert [each.decoded("dtstart").isoformat() for each in events] == [TODAY.isoformat(), day]
    assert str(events[0]["url"]).endswith(f"/v1/actions/{action}")
    assert not {jo, "Reading", "teacher"} & set(text.text.replace("/", " ").split())


async def test_one_review_is_read_by_its_link(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    await known(desk, "teacher")
    made = (await review(sw, jo, decisions=[{"text": "Hearing test", "category": "health"}])).json()
    path = f"/v1/reviews/{made['review_id']}"
    assert (await sw.call("GET", path, "review-meeting.read", child=jo)).json() == made
    teacher = desk.kit.viewer("teacher", PLAN)
    assert (await teacher.call("GET", path, "review-meeting.read", child=jo)).json()["decisions"] == []
    for refused in (
        await teacher.call("GET", path, "review-meeting.read", child=child()),
        await desk.kit.viewer("teacher", EDUCATION).call("GET", path, "review-meeting.read", child=jo),
        await sw.call("GET", f"/v1/reviews/{child()}", "review-meeting.read", child=jo),
    ):
        assert refused.status_code == 404
    assert (await desk.kit.owner("review", made["review_id"])).json() == {"child_id": jo}
