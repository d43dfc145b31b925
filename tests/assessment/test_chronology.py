"""The chronology: one time line from all sources, as far as its reader may see."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from assessment.adapters.tables import actions, assessments, stages, team_invitations, team_memberships
from chassis.chronology import Place
from chassis.chronology_query import cursor_of, place_of
from chassis.errors import Invalid
from contracts.events.child_index import ChildPurged
from contracts.vocabulary import Category, ChronologyKind, Role
from tests.assessment.desk import TEACHER, Desk
from tests.assessment.lifecycle import close, complete
from tests.assessment.offers import AGREED, offered, sent
from tests.assessment.test_plan import add, change, review
from tests.assessment.test_stages import agree
from tests.assessment.test_teams import joined, known, leave, practitioner
from tests.assessment.timeline import ask, chronology, entries, episode, recorded
from tests.notifications.kit import Turns, Viewer, child, problem

ALL = frozenset(Category)
TODAY = datetime.now(UTC).date()
START, END = ChronologyKind.EPISODE_STARTED, ChronologyKind.EPISODE_ENDED


async def test_one_line_from_all_sources_newest_first(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    await known(desk, "teacher", "gp")
    begun = await desk.begun(jo)
    await joined(desk, jo, "teacher")
    action = (await add(sw, jo)).json()["action_id"]
    await change(sw, jo, action, {"status": "done"})
    still_open = await add(sw, jo, title="Still to do")
    held = (await review(sw, jo, held_on="2026-02-01")).json()["review_id"]
    agreed = await agree(sw, jo)
    event = await recorded(sw, jo, occurred_on="2025-06-01", accuracy="EAA", words="Fought in the yard")
    await leave(desk.kit.viewer("teacher", TEACHER), jo)

    found = await entries(sw, jo, episode("2026-01-15"), episode("2026-01-20", END))

    assert [each["kind"] for each in found] == [
        "team-left", "action-done", "stage-agreed", "team-joined", "assessment-begun", "review-held",
        "episode-ended", "episode-started", "life-event",
    ]  # fmt: skip
    assert still_open.status_code == 201
    by_kind = {each["kind"]: each for each in found}
    assert by_kind["life-event"] == {
        "entry_id": f"life-event.{event}",
        "kind": "life-event",
        "at": {"date": "2025-06-01", "accuracy": "EAA"},
        "recorded_at": by_kind["life-event"]["recorded_at"],
        "title": "Suspended from school",
        "words": "Fought in the yard",
        "category": "education",
        "source": {"agency_id": "agency"},
        "by": {"practitioner_id": "sw"},
        "link": f"/v1/life-events/{event}",
    }
    # Placed where it happened, not when it was written down.
    assert by_kind["life-event"]["recorded_at"][:4] == str(TODAY.year)
    assert by_kind["review-held"]["at"] == {"date": "2026-02-01", "accuracy": "AAA"}
    assert {each["kind"]: (each.get("words"), each["link"], each["category"]) for each in found} == {
        "assessment-begun": ("Common assessment", f"/v1/assessments/{begun}", "involvement"),
        "team-joined": ("reading support", f"/v1/children/{jo}/team", "plan"),
        "team-left": ("reading support", f"/v1/children/{jo}/team", "plan"),
        "action-done": ("Reading twice a week", f"/v1/actions/{action}", "plan"),
        "review-held": (None, f"/v1/reviews/{held}", "plan"),
        "stage-agreed": ("Stage 2: Early help", f"/v1/children/{jo}/stage", "plan"),
        "life-event": ("Fought in the yard", f"/v1/life-events/{event}", "education"),
        "episode-started": (None, f"/v1/children/{jo}", "involvement"),
        "episode-ended": (None, f"/v1/children/{jo}", "involvement"),
    }
    assert by_kind["episode-started"]["by"] == {
        "practitioner_id": "teacher", "name": "Tia Teacher", "role": "teacher",
    }  # fmt: skip
    assert by_kind["team-joined"]["by"] == {"practitioner_id": "teacher", "role": "teacher"}
    assert by_kind["team-joined"]["source"] == {"agency_id": "agency"}
    assert len({each["entry_id"] for each in found}) == len(found)
    assert agreed.status_code == 200


async def test_referrals_and_how_an_assessment_ended_are_in_it_for_whom_they_are(desk: Desk) -> None:
    jo, plain, hidden = child(), await offered(desk), await offered(desk, sensitive=True)
    sw = desk.practitioner("sw", jo)
    begun = (await sw.begin()).json()["assessment_id"]
    assert (await complete(sw, begun)).status_code == 201
    assert (await close(sw, begun, '"completed-2"')).is_success
    sender = desk.kit.viewer("sw", ALL)
    seen = await sent(sender, jo, plain)
    reader = desk.kit.viewer("other", frozenset({Category.INVOLVEMENT, Category.BASICS}))

    before = (await ask(reader, jo)).content
    told = {each["kind"]: (each["title"], each["link"], each.get("words")) for each in await entries(reader, jo)}
    assert told == {
        "assessment-begun": ("An assessment was begun", f"/v1/assessments/{begun}", "Common assessment"),
        "assessment-completed": ("An assessment was completed", f"/v1/assessments/{begun}", None),
        "assessment-closed": ("An assessment was closed", f"/v1/assessments/{begun}", None),
        "referral-sent": ("The child was referred to a service", f"/v1/referrals/{seen}", None),
    }
    kept = await sent(sender, jo, hidden, consent=AGREED)
    assert (await ask(reader, jo)).content == before
    sensitive = desk.kit.viewer("camhs", ALL)
    assert f"referral-sent.{kept}" in {each["entry_id"] for each in await entries(sensitive, jo)}
    assert await entries(desk.kit.viewer("other", frozenset({Category.HEALTH})), jo) == []


async def test_a_page_goes_on_where_the_one_before_ended_whatever_comes_in_front(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    days = ["2024-02-29", "2024-03-01", "2024-03-01", "2024-03-02", "2023-12-31"]
    for day in days:
        await recorded(sw, jo, occurred_on=day)
    given = [episode("2024-03-01"), episode("2024-03-01", END), episode("2020-01-01")]
    whole = await entries(sw, jo, *given)
    assert len(whole) == 8
    same_day = [each["kind"] for each in whole if each["at"]["date"] == "2024-03-01"]
    assert same_day == ["episode-ended", "life-event", "life-event", "episode-started"]
    for limit in (1, 2, 3, 7):
        read, cursor = [], None
        while True:
            page = await chronology(sw, jo, *given, limit=limit, **({} if cursor is None else {"cursor": cursor}))
            read += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
            assert len(page["items"]) == limit
            assert len(read) <= len(whole) + 100, "the pages come round again"
            newest = await recorded(sw, jo, occurred_on=TODAY.isoformat())
        shown = [each["entry_id"] for each in read if each["at"]["date"] < "2025"]
        assert shown == [each["entry_id"] for each in whole]
        assert f"life-event.{newest}" not in {each["entry_id"] for each in read}
    assert (await chronology(sw, jo, limit=200))["next_cursor"] is None
    assert await chronology(desk.kit.viewer("sw", ALL), child()) == {"items": [], "next_cursor": None}


async def test_of_kinds_and_days_that_are_asked_for_and_no_others(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    for day in ("2024-02-29", "2024-03-01", "2024-03-02"):
        await recorded(sw, jo, occurred_on=day)
    await review(sw, jo, held_on="2024-03-01", attendees=[])
    given = [episode("2024-03-01"), episode("2024-03-05")]

    async def days(**query: Any) -> list[tuple[str, str]]:
        found = await entries(sw, jo, *given, **query)
        return [(each["at"]["date"][5:], each["kind"]) for each in found]

    assert await days(kind="life-event") == [(day, "life-event") for day in ("03-02", "03-01", "02-29")]
    both = await days(**{"kind": ["review-held", "episode-started"]})
    assert both == [("03-05", "episode-started"), ("03-01", "review-held"), ("03-01", "episode-started")]
    on_a_day = await days(**{"from": "2024-03-01", "to": "2024-03-01"})
    assert on_a_day == [("03-01", "review-held"), ("03-01", "life-event"), ("03-01", "episode-started")]
    assert await days(**{"from": "2024-03-06"}) == []
    assert await days(to="2024-02-28") == []
    for wrong, pointer in (
        ({"kind": "nonsense"}, "/kind/0"),
        ({"from": "2024"}, "/from"),
        ({"to": "2024-02-30"}, "/to"),
        ({"from": "2024-03-02", "to": "2024-03-01"}, "/to"),
        ({"limit": "0"}, "/limit"),
        ({"limit": "201"}, "/limit"),
        ({"cursor": "bm9uZQ"}, "/cursor"),
    ):
        query: dict[str, Any] = wrong
        refused = await ask(sw, jo, **query)
        assert [error["pointer"] for error in problem(refused)["errors"]] == [pointer], wrong


async def test_what_is_of_another_category_leaves_no_sign(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    teacher = desk.kit.viewer("teacher", TEACHER)
    await desk.kit.tell(practitioner("camhs", Role.CAMHS), practitioner("teacher"), practitioner("hv"))
    shown = [await recorded(sw, jo, occurred_on=f"2024-03-0{day}") for day in (1, 3, 5)]

    async def seen() -> list[bytes]:
        pages = [await ask(teacher, jo, limit=limit) for limit in (1, 2, 200)]
        pages.append(await ask(teacher, jo, limit=1, cursor=pages[0].json()["next_cursor"]))
        pages += [await ask(teacher, jo, kind=kind) for kind in ("life-event", "action-done", "team-joined")]
        return [each.content for each in pages]

    before = await seen()
    for day in (1, 2, 3, 4, 5, 6):
        await recorded(sw, jo, occurred_on=f"2024-03-0{day}", category="health", code="diagnosis")
    done = (await add(sw, jo, category="health", owner_id="hv")).json()["action_id"]
    await change(sw, jo, done, {"status": "done"})
    await joined(desk, jo, "camhs")
    assert await seen() == before
    assert [each["entry_id"][11:] for each in await entries(teacher, jo)] == shown[::-1]
    # What should never have come along goes no further.
    hidden = episode("2024-03-02", category=Category.SENSITIVE)
    assert (await ask(teacher, jo, hidden)).content == (await ask(teacher, jo)).content
    assert len(await entries(desk.kit.viewer("camhs", TEACHER), jo)) == 4  # that I am in the team is no news to me
    assert len(await entries(desk.kit.viewer("p", TEACHER | {Category.SENSITIVE}), jo)) == 4


async def test_without_involvement_nobody_is_named_and_no_service(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    await recorded(sw, jo)
    await desk.begun(jo)
    blind = desk.kit.viewer("p", {Category.EDUCATION, Category.BASICS})
    (entry,) = await entries(blind, jo, episode("2024-03-01"))
    assert (entry["kind"], {"by", "source"}.isdisjoint(entry)) == ("life-event", True)
    assert await entries(desk.kit.viewer("p", ()), jo, episode("2024-03-01")) == []


async def test_where_the_child_is_shows_in_no_entry(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    await known(desk, "teacher")
    await joined(desk, jo, "teacher")
    await recorded(sw, jo, occurred_on="2024-03-01")
    area_wide = episode("2024-03-02")
    veiled = desk.kit.viewer("gp", ALL)
    veiled.veiled = (jo,)
    team, given, event = await entries(veiled, jo, area_wide)
    for entry in (team, event):
        assert {"by", "source"}.isdisjoint(entry)
    assert "words" not in team
    assert given["by"]["name"] == "Tia Teacher", "what may be told of the index's part, the index decides"
    veiled.viewer_id = "teacher"
    assert (await entries(veiled, jo))[0]["by"]["practitioner_id"] == "teacher"


async def test_merged_records_are_one_line_and_parted_ones_two(desk: Desk) -> None:
    kept, copy = child(), child()
    sw = desk.kit.viewer("sw", ALL)
    for number, record in enumerate((kept, copy) * 3):
        await recorded(sw, record, occurred_on=f"2024-03-0{number + 1}")
    both = desk.kit.viewer("sw", ALL)
    both.records = (kept, copy)
    read: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await chronology(both, kept, limit=2, **({"cursor": cursor} if cursor else {}))
        read, cursor = read + page["items"], page["next_cursor"]
        assert len(read) <= 6, "the pages come round again"
    assert [each["at"]["date"][-1] for each in read] == list("654321")
    for record, days in ((kept, "531"), (copy, "642")):
        assert [each["at"]["date"][-1] for each in await entries(sw, record)] == list(days)
    await desk.kit.tell(ChildPurged(child_id=copy))
    assert len(await entries(both, kept)) == 3


async def test_without_what_the_index_knows_there_is_no_answer(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    assert (await ask(sw, jo, brought=False)).status_code == 503


async def test_an_action_done_stays_where_it_was_done_until_it_is_open_again(desk: Desk, turns: Turns) -> None:
    jo, sw, gp = child(), desk.kit.viewer("sw", ALL), desk.kit.viewer("gp", ALL)
    await known(desk, "teacher", "gp")
    action = (await add(sw, jo)).json()["action_id"]
    await change(gp, jo, action, {"status": "done"})
    (done,) = await entries(sw, jo)
    assert done["by"]["practitioner_id"] == "gp"
    await change(sw, jo, action, {"title": "Reading every day"}, '"2"')
    (renamed,) = await entries(sw, jo)
    assert renamed == done | {"words": "Reading every day"}
    await change(sw, jo, action, {"status": "open"}, '"3"')
    assert await entries(sw, jo) == []
    # Done by the release before, which kept no more than the last change.
    await change(gp, jo, action, {"status": "done"}, '"4"')
    (again,) = await entries(sw, jo)
    await written(turns, sa.update(actions).values(done_at=None, done_by=None))
    assert await entries(sw, jo) == [again]
    await change(sw, jo, action, {"title": "Reading twice a week"}, '"5"')
    assert await entries(sw, jo) == [again | {"words": "Reading twice a week"}]


async def test_who_joined_while_the_release_before_ran_is_told_of(desk: Desk, turns: Turns) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    await known(desk, "teacher", "gp")
    await joined(desk, jo, "teacher")
    told = await entries(sw, jo)
    await written(turns, sa.update(team_memberships).values(joined_at=None))
    assert await entries(sw, jo) == told
    assert [each["kind"] for each in told] == ["team-joined"]


async def written(turns: Turns, *statements: Any) -> None:
    async with turns.database.write() as connection:
        for statement in statements:
            await connection.execute(statement)
        await connection.commit()


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "2026-03-29"),
        (datetime(2026, 6, 30, 22, 59, 59, 999999, tzinfo=UTC), "2026-06-30"),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "2026-07-01"),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), "2026-12-31"),
    ],
)
async def test_a_moment_is_of_its_day_in_the_united_kingdom(
    desk: Desk, turns: Turns, moment: datetime, day: str
) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    await known(desk, "teacher")
    await desk.begun(jo)
    await agree(sw, jo)
    await joined(desk, jo, "teacher")
    await written(
        turns,
        sa.update(assessments).values(begun_at=moment),
        sa.update(stages).values(set_at=moment),
        sa.update(team_memberships).values(joined_at=moment),
        sa.update(team_invitations).values(answered_at=moment),
    )
    await recorded(sw, jo, occurred_on=day if day < TODAY.isoformat() else TODAY.isoformat())
    whole = await entries(sw, jo)
    assert {each["at"]["date"] for each in whole if each["kind"] != "life-event"} == {day}
    assert await paged(sw, jo) == whole
    on_it = await entries(sw, jo, **{"from": day, "to": day})
    assert on_it == [each for each in whole if each["at"]["date"] == day]
    beside = [date.fromisoformat(day) + timedelta(days=days) for days in (-1, 1)]
    for other in beside:
        found = await entries(sw, jo, **{"from": other.isoformat(), "to": other.isoformat()})
        assert found == [each for each in whole if each["at"]["date"] == other.isoformat()]


async def paged(viewer: Viewer, child_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await chronology(viewer, child_id, limit=1, **({"cursor": cursor} if cursor else {}))
        found, cursor = found + page["items"], page["next_cursor"]
        assert len({each["entry_id"] for each in found}) == len(found), "the pages come round again"
    return found


def test_a_cursor_is_a_place_and_no_other_text_is() -> None:
    at = datetime(2026, 6, 30, 23, 0, 0, 17, tzinfo=UTC)
    for place in (Place.at(at, ChronologyKind.STAGE_AGREED, child()), Place(TODAY, START, None, child())):
        assert place_of(cursor_of(place)) == place
    for wrong in (
        Place(TODAY, START, None, "no-id"),
        Place(date(2026, 6, 30), ChronologyKind.STAGE_AGREED, at, child()),
        Place(date(2026, 7, 1), ChronologyKind.STAGE_AGREED, at.replace(tzinfo=None), child()),
        Place(date(1, 1, 1), ChronologyKind.STAGE_AGREED, datetime(1, 1, 1, tzinfo=UTC), child()),
        Place(date(9999, 12, 31), START, datetime(9999, 12, 31, 23, tzinfo=UTC), child()),
    ):
        with pytest.raises(Invalid):
            place_of(cursor_of(wrong))


async def test_days_at_the_ends_of_the_calendar_are_paged_too(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", ALL)
    await agree(sw, jo)
    for day in ("0001-01-01", "9999-12-31"):
        assert (await review(sw, jo, held_on=day, attendees=[])).status_code == 201
    whole = await entries(sw, jo)
    assert [each["kind"] for each in whole] == ["review-held", "stage-agreed", "review-held"]
    assert await paged(sw, jo) == whole
    assert await entries(sw, jo, **{"from": "0001-01-01", "to": "9999-12-31"}) == whole
