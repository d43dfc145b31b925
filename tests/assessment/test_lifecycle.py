"""An assessment from its begin to its end: who may take which step, what is told of it, and what follows."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from assessment.adapters.tables import assessments
from contracts import headers
from contracts.events.child_index import ChildPurged, RecordsMerged
from contracts.events.consent import ConsentRecorded
from contracts.vocabulary import Category, Role
from tests.assessment.desk import BASE, HEALTH_VISITOR, TEACHER, Desk
from tests.assessment.lifecycle import (
    SUMMARY,
    ask,
    close,
    code,
    complete,
    day,
    drafts,
    follow,
    listed,
    pointers,
    read,
    review,
    tag,
)
from tests.assessment.test_plan import add
from tests.assessment.test_teams import joined, known, practitioner
from tests.notifications.kit import Turns, child, problem

WORDS = {"aspirations": "wants to be a vet"}


async def test_from_begun_to_closed(desk: Desk) -> None:
    jo, sw = child(), desk.practitioner("sw", child())
    sw.child_id = jo
    assessment_id = await desk.begun(jo)
    assert (await read(sw, assessment_id))["status"] == "begun"
    await sw.write(assessment_id, "learning", WORDS)
    assert (await read(sw, assessment_id))["status"] == "contributing"
    assert [each["status"] for each in (await sw.listed())["items"]] == ["contributing"]
    assert await tag(sw, assessment_id) == '"begun-1"'

    completed = await complete(sw, assessment_id)
    assert (completed.status_code, completed.headers["ETag"]) == (201, '"completed-2"')
    assert completed.json()["status"] == "completed"
    shown = (await read(sw, assessment_id))["completion"]
    assert shown == completed.json()["completion"]
    assert {name: shown[name] for name in SUMMARY} == SUMMARY
    assert (shown["version"], shown["completed_by"], shown["agreed_action_ids"]) == (1, "sw", [])
    assert abs(datetime.now(UTC) - datetime.fromisoformat(shown["completed_at"])).total_seconds() < 60

    reviewed = await review(sw, assessment_id, next_on=day(42))
    again = await review(sw, assessment_id, reviewed.headers["ETag"], outcome="needs-met")
    assert [each.headers["ETag"] for each in (reviewed, again)] == ['"reviewed-3"', '"reviewed-4"']
    assert (await read(sw, assessment_id))["review"] == again.json()["review"]
    page = (await listed(sw, assessment_id, "review", limit=1)).json()
    rest = (await listed(sw, assessment_id, "review", cursor=page["next_cursor"])).json()
    assert [each["outcome"] for each in page["items"] + rest["items"]] == ["needs-met", "continues"]
    assert rest["items"][0]["next_on"] == day(42)

    closed = await close(sw, assessment_id, '"reviewed-4"')
    assert (closed.status_code, closed.json()["status"], closed.headers["ETag"]) == (201, "closed", '"closed-5"')
    assert (await read(sw, assessment_id))["closure"] == closed.json()["closure"]
    assert closed.json()["closure"]["reason_code"] == "needs-met"
    assert (await desk.practitioner("teacher", jo, TEACHER).begin()).status_code == 201, "it is still taken for open"

    for kind, by in (
        ("AssessmentCompleted", "completed_by"),
        ("AssessmentReviewed", "reviewed_by"),
        ("AssessmentClosed", "closed_by"),
    ):
        told = await desk.kit.published(kind, 2 if kind == "AssessmentReviewed" else 1)
        assert {(each["assessment_id"], each["child_id"], each[by]) for each in told} == {(assessment_id, jo, "sw")}
        assert not {"talks", "Speech", "needs-met", "slowly"} & set(str(told).replace("'", " ").split())
    assert headers.EFFECTS in completed.headers


async def test_who_may_take_a_step_and_by_which_etag(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    other, lead = desk.practitioner("teacher", jo, TEACHER), desk.practitioner("lead", jo)
    lead.viewer.lead = True
    for refused in (
        await complete(other, assessment_id),
        await close(other, assessment_id),
        await review(other, assessment_id),
        await follow(other, assessment_id),
    ):
        assert code(refused) == (409, "assessment-not-yours")
    sw = desk.practitioner("sw", jo)
    for who in (sw, lead):
        assert code(await review(who, assessment_id, '"begun-1"')) == (409, "assessment-not-completed")
        assert (await complete(who, assessment_id, None)).status_code == 428
        assert (await complete(who, assessment_id, '"begun-2"')).status_code == 412
        assert (await close(who, assessment_id, None)).status_code == 428
        assert (await follow(who, assessment_id, None)).status_code == 428
        assert (await follow(who, assessment_id, '"begun-7"')).status_code == 412
    # None of it changed anything.
    assert await tag(sw, assessment_id) == '"begun-1"'
    assert (await complete(lead, assessment_id)).status_code == 201
    assert (await review(lead, assessment_id, None)).status_code == 428
    assert (await review(lead, assessment_id, '"begun-1"')).status_code == 412
    assert (await close(lead, assessment_id, '"completed-2"')).status_code == 201
    for late in (
        await complete(sw, assessment_id, '"closed-3"'),
        await review(sw, assessment_id, "*"),
        await close(sw, assessment_id, '"closed-3"'),
        await follow(sw, assessment_id, '"closed-3"'),
        await ask(sw, assessment_id, "sw"),
        await sw.write(assessment_id, "learning", WORDS),
        await sw.draft("PUT", assessment_id, "learning", WORDS),
    ):
        assert code(late) == (409, "assessment-closed")
    await desk.kit.published("AssessmentCompleted", 1)
    await desk.kit.published("AssessmentClosed", 1)


async def test_a_closed_assessment_leaves_drafts_to_their_author_and_takes_no_offer(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    teacher = desk.practitioner("teacher", jo, TEACHER)
    saved = await teacher.draft("PUT", assessment_id, "learning", WORDS)
    etag = saved.headers["ETag"]
    assert (await close(desk.practitioner("sw", jo), assessment_id)).status_code == 201
    assert code(await teacher.draft("POST", assessment_id, "learning", If_Match=etag)) == (409, "assessment-closed")
    assert (await teacher.draft("GET", assessment_id, "learning")).json()["content"] == WORDS
    assert (await teacher.draft("DELETE", assessment_id, "learning", If_Match=etag)).status_code == 204
    await desk.kit.published("ContributionSaved", 0)


async def test_a_completed_assessment_is_put_right_with_history(desk: Desk) -> None:
    """Both what was contributed and what was said when it was completed; what it rested on stays known."""
    jo = child()
    assessment_id = await desk.begun(jo)
    sw, teacher = desk.practitioner("sw", jo), desk.practitioner("teacher", jo, TEACHER)
    await teacher.write(assessment_id, "learning", WORDS)
    await complete(sw, assessment_id)
    corrected = await teacher.write(assessment_id, "learning", {"aspirations": "a pilot"}, if_match='"1"')
    late = await sw.write(assessment_id, "learning", {"aspirations": "both"})
    assert (corrected.status_code, late.status_code) == (200, 201)

    def rested(body: dict[str, Any]) -> list[tuple[str, int, int | None]]:
        (learning,) = [each for each in body["sections"] if each["key"] == "learning"]
        return [
            (each["contributor_id"], each["version"], each.get("completed_version"))
            for each in learning["contributions"]
        ]

    assert rested(await read(teacher, assessment_id)) == [("sw", 1, None), ("teacher", 2, 1)]
    again = await complete(sw, assessment_id, '"completed-2"', summary="Speech and hearing")
    assert (again.status_code, again.headers["ETag"]) == (201, '"completed-3"')
    assert rested(await read(teacher, assessment_id)) == [("sw", 1, 1), ("teacher", 2, 2)]
    versions = (await listed(teacher, assessment_id, "completion", limit=1)).json()
    rest = (await listed(teacher, assessment_id, "completion", cursor=versions["next_cursor"])).json()
    found = [(each["version"], each["summary"]) for each in versions["items"] + rest["items"]]
    assert found == [(2, "Speech and hearing"), (1, SUMMARY["summary"])]
    assert pointers(await listed(teacher, assessment_id, "completion", cursor="YWJj")) == ["/cursor"]
    reviewed = await review(sw, assessment_id, '"completed-3"')
    # What is put right after a review leaves it reviewed.
    assert (await complete(sw, assessment_id, reviewed.headers["ETag"])).json()["status"] == "reviewed"
    assert [each["version"] for each in await desk.kit.published("AssessmentCompleted", 3)] == [1, 2, 3]


async def test_what_cannot_be_taken_is_named_and_changes_nothing(desk: Desk) -> None:
    jo, elsewhere = child(), child()
    await known(desk, "teacher")
    assessment_id = await desk.begun(jo)
    sw = desk.practitioner("sw", jo)
    others = (await add(desk.kit.viewer("sw", frozenset(Category)), elsewhere)).json()["action_id"]
    mine = (await add(desk.kit.viewer("sw", frozenset(Category)), jo)).json()["action_id"]
    by_words = {"given_by": "parent", "words": "on paper"}
    theirs, consent = consented(elsewhere), consented(jo)
    await desk.kit.tell(theirs, consent)
    for more, where in (
        ({"summary": "  "}, ["/summary"]),
        ({"summary": "a\0b"}, ["/summary"]),
        ({"child_views": None}, ["/child_views"]),
        ({"parent_views": 7}, ["/parent_views"]),
        ({"summary": "x" * 20_001}, ["/summary"]),
        ({"consent": {**by_words, "consent_id": child()}}, ["/consent/words"]),
        ({"consent": {"given_by": "parent"}}, ["/consent/words"]),
        ({"consent": {"given_by": "teacher", "words": "x"}}, ["/consent/given_by"]),
        ({"consent": {"given_by": "parent", "consent_id": "c1"}}, ["/consent/consent_id"]),
        ({"consent": {"given_by": "parent", "consent_id": child()}}, ["/consent/consent_id"]),
        ({"consent": {"given_by": "parent", "consent_id": theirs.consent_id}}, ["/consent/consent_id"]),
        ({"findings": [{"text": "x", "category": "colour"}]}, ["/findings/0/category"]),
        ({"agreed_action_ids": [mine, others, "x"]}, ["/agreed_action_ids/1", "/agreed_action_ids/2"]),
        ({"agreed_action_ids": [mine, mine]}, ["/agreed_action_ids/1"]),
        ({"colour": "red"}, ["/colour"]),
    ):
        assert pointers(await complete(sw, assessment_id, **more)) == where
    for closing, where in (
        ({"reason_code": "stepped-up"}, ["/reason_code"]),
        ({"reason_code": "x"}, ["/reason_code"]),
        ({"reason": " "}, ["/reason"]),
    ):
        assert pointers(await close(sw, assessment_id, **closing)) == where
    for asking, where in (
        ({"practitioner_id": "nobody"}, ["/practitioner_id"]),
        ({"section_key": "no_such"}, ["/section_key"]),
        ({"due_on": day(-2)}, ["/due_on"]),
    ):
        assert pointers(await ask(sw, assessment_id, **{"practitioner_id": "teacher", **asking})) == where
    for begin, where in (
        ({"follows": child()}, ["/follows"]),
        ({"step": None}, ["/step"]),
        ({"also_open": True, "also_open_reason": "x"}, ["/also_open"]),
    ):
        assert pointers(await follow(sw, assessment_id, **begin)) == where
    assert await tag(sw, assessment_id) == '"begun-1"'
    names = {"summary": "Zoë Ångström 李小龙 يوسف 👩‍👧", "child_views": "🙂" * 200}
    by_id = {"given_by": "young_person", "consent_id": consent.consent_id}
    taken = await complete(sw, assessment_id, **names, agreed_action_ids=[mine], consent=by_id)
    assert taken.json()["completion"]["consent"] == by_id
    assert {name: taken.json()["completion"][name] for name in names} == names
    for wrong, where in (
        ({"next_on": day(0)}, ["/next_on"]),
        ({"held_on": "2027-02-29"}, ["/held_on"]),
        ({"outcome": "x"}, ["/outcome"]),
    ):
        assert pointers(await review(sw, assessment_id, **wrong)) == where
    assert (await review(sw, assessment_id, held_on="2024-02-29")).status_code == 201


def consented(child_id: str) -> ConsentRecorded:
    return ConsentRecorded(consent_id=child(), child_id=child_id, categories=[Category.PLAN], valid_until=None)


async def test_a_repeat_with_the_same_key_gets_the_first_answer(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    sw = desk.practitioner("sw", jo)
    first, again = [await complete(sw, assessment_id, key="k") for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert code(await complete(sw, assessment_id, key="k", summary="x")) == (422, "idempotency-key-reused")
    await desk.kit.published("AssessmentCompleted", 1)
    # Nor is it given again to one for whom the plan is closed by now.
    assert (await complete(desk.practitioner("sw", jo, BASE), assessment_id, key="k")).status_code == 404


async def test_of_two_who_take_a_step_at_once_one_does(desk: Desk) -> None:
    for second in (complete, close, follow):
        jo = child()
        assessment_id = await desk.begun(jo)
        sw, lead = desk.practitioner("sw", jo), desk.practitioner("lead", jo)
        lead.viewer.lead = True
        answers = await asyncio.gather(complete(sw, assessment_id), second(lead, assessment_id))
        assert sorted(answer.status_code for answer in answers) == [201, 412]
        statuses = {each["status"] for each in (await sw.listed())["items"]}
        taken = answers[0].status_code == 201
        assert ("completed" in statuses) == (taken or second is complete)


async def test_what_was_acknowledged_before_a_completion_is_in_it(desk: Desk) -> None:
    """Many write while two complete and one closes: whoever is answered is in it, or after it, or refused."""
    jo = child()
    assessment_id = await desk.begun(jo)
    sw = desk.practitioner("sw", jo)
    writers = [desk.practitioner(f"p{number}", jo) for number in range(6)]
    before = await writers[0].write(assessment_id, "learning", WORDS)
    results = await asyncio.gather(
        *(writer.write(assessment_id, "learning", WORDS) for writer in writers[1:3]),
        complete(sw, assessment_id),
        *(writer.write(assessment_id, "learning", WORDS) for writer in writers[3:5]),
        close(sw, assessment_id, "*"),
        writers[5].write(assessment_id, "learning", WORDS),
    )
    assert before.status_code == 201
    wrote = {f"p{number}": results[at].status_code for number, at in zip((1, 2, 3, 4, 5), (0, 1, 3, 4, 6), strict=True)}
    assert set(wrote.values()) <= {201, 409}
    (learning,) = [each for each in (await read(sw, assessment_id))["sections"] if each["key"] == "learning"]
    there = {each["contributor_id"] for each in learning["contributions"]}
    assert there == {"p0"} | {who for who, status in wrote.items() if status == 201}
    if results[2].status_code == 201:
        (first,) = [each for each in learning["contributions"] if each["contributor_id"] == "p0"]
        assert "completed_version" in first


async def test_who_writes_while_it_is_being_closed_waits_and_is_refused(desk: Desk, turns: Turns) -> None:
    """Nothing that a closing has not seen comes into what is closed."""
    jo = child()
    assessment_id = await desk.begun(jo)
    teacher = desk.practitioner("teacher", jo, TEACHER)
    saved = await teacher.draft("PUT", assessment_id, "child_words", {"words": "hello", "recorded_on": day(0)})
    closing = sa.update(assessments).where(assessments.c.assessment_id == assessment_id)
    async with turns.database.write() as connection:
        await connection.execute(closing.values(status="closed", version=2))
        writing = [
            asyncio.create_task(teacher.write(assessment_id, "learning", WORDS)),
            asyncio.create_task(teacher.draft("POST", assessment_id, "child_words", If_Match=saved.headers["ETag"])),
        ]
        done, _ = await asyncio.wait(writing, timeout=0.5)
        assert not done
        await connection.commit()
    assert [code(await each) for each in writing] == [(409, "assessment-closed")] * 2
    await desk.kit.published("ContributionSaved", 0)


async def test_who_is_waited_for(desk: Desk) -> None:
    jo = child()
    await known(desk, "hv", "teacher")
    assessment_id = await desk.begun(jo)
    sw, hv = desk.practitioner("sw", jo), desk.practitioner("hv", jo, HEALTH_VISITOR)
    await hv.write(assessment_id, "development", {"behaviour": "calm"})
    for_section = (await ask(sw, assessment_id, "hv", section_key="development", due_on=day(7))).json()
    for_any = (await ask(sw, assessment_id, "hv")).json()
    of_teacher = (await ask(sw, assessment_id, "teacher")).json()
    assert (for_section["section_key"], for_section["due_on"], for_section["asked_by"]) == ("development", day(7), "sw")

    async def waiting() -> list[str]:
        return [each["request_id"] for each in (await read(sw, assessment_id))["waiting"]]

    ids = [each["request_id"] for each in (of_teacher, for_any, for_section)]
    assert await waiting() == ids
    # Elsewhere answers what was asked for no section; a draft answers nothing.
    await hv.draft("PUT", assessment_id, "development", {"behaviour": "calmer"})
    assert await waiting() == ids
    await hv.write(assessment_id, "child_words", {"words": "hello", "recorded_on": day(0)})
    assert await waiting() == [ids[0], ids[2]]
    draft = await hv.draft("GET", assessment_id, "development")
    await hv.draft("POST", assessment_id, "development", If_Match=draft.headers["ETag"])
    assert await waiting() == [ids[0]]
    page = (await listed(sw, assessment_id, "contribution-requests", limit=2)).json()
    rest = (await listed(sw, assessment_id, "contribution-requests", cursor=page["next_cursor"])).json()
    assert ["answered_at" in each for each in page["items"] + rest["items"]] == [False, True, True]
    # Who has left is shown as gone; of a closed assessment nobody waits for anybody.
    await desk.kit.tell(practitioner("teacher", version=2, status=practitioner("x").status.LEFT))
    assert [each["active"] for each in (await read(sw, assessment_id))["waiting"]] == [False]
    assert pointers(await ask(sw, assessment_id, "teacher")) == ["/practitioner_id"]
    await close(sw, assessment_id)
    assert await waiting() == []
    told = await desk.kit.published("ContributionRequested", 3)
    assert {(each["practitioner_id"], each["asked_by"], each["child_id"]) for each in told} == {
        ("hv", "sw", jo),
        ("teacher", "sw", jo),
    }
    assert "development" not in str(told)


async def test_support_steps_up_and_down_in_one_thread(desk: Desk) -> None:
    jo = child()
    first = (await desk.practitioner("ehw", jo).begin("early-help")).json()["assessment_id"]
    ehw, sw = desk.practitioner("ehw", jo), desk.practitioner("sw", jo)
    sw.viewer.lead = True
    beside = await desk.practitioner("gp", jo).begin(also_open=True, also_open_reason="a court asked")
    await ehw.write(first, "learning", WORDS)
    up = await follow(sw, first)
    assert (up.status_code, up.headers["ETag"]) == (201, '"begun-1"')
    second = up.json()["assessment_id"]
    closure = (await read(sw, first))["closure"]
    assert (closure["reason_code"], closure["reason"], closure["closed_by"]) == (
        "stepped-up", "more than we can do", "sw",
    )  # fmt: skip
    await complete(sw, second)
    third = (await follow(sw, second, '"completed-2"', "down")).json()["assessment_id"]
    thread = (await read(ehw, first))["thread"]
    assert [(each["assessment_id"], each["status"], each.get("follows"), each.get("step")) for each in thread] == [
        (first, "closed", None, None),
        (second, "closed", first, "up"),
        (third, "begun", second, "down"),
    ]
    assert {each["template_id"] for each in thread} == {"early-help", "common-assessment"}
    assert (await read(sw, third))["thread"] == (await read(sw, second))["thread"] == thread
    assert (await read(sw, beside.json()["assessment_id"]))["thread"] == []
    begun = {each["assessment_id"]: each["follows"] for each in await desk.kit.published("AssessmentBegun", 4)}
    assert (begun[second], begun[third], begun[first]) == (first, second, None)
    await desk.kit.published("AssessmentClosed", 2)
    # What was said before is offered, as from any.
    asked = {each["name"]: each for each in (await sw.prefill(third)).json()["asked"]}
    assert [offer["value"] for offer in asked["aspirations"]["offers"]] == [WORDS["aspirations"]]
    # Another that is open stands in the way of a plain begin as ever, and it is not closed twice.
    assert code(await sw.begin()) == (409, "assessment-open")
    assert code(await follow(sw, second, '"closed-3"')) == (409, "assessment-closed")


async def test_completing_is_told_to_the_team_that_works(desk: Desk) -> None:
    jo = child()
    await desk.kit.tell(
        practitioner("teacher"), practitioner("gp"), practitioner("hv"), practitioner("camhs", Role.CAMHS)
    )
    for who in ("teacher", "gp", "hv", "camhs"):
        await joined(desk, jo, who)
    gp = desk.kit.viewer("gp", TEACHER)
    await gp.call("DELETE", f"/v1/children/{jo}/team", "team.leave", child=jo)
    await desk.kit.tell(practitioner("hv", version=2, status=practitioner("x").status.SUSPENDED))
    assessment_id = await desk.begun(jo)
    await complete(desk.practitioner("sw", jo), assessment_id)
    (told,) = await desk.kit.published("AssessmentCompleted", 1)
    assert told["team"] == ["camhs", "teacher"]


async def test_ones_own_drafts_are_found_whatever_the_child(desk: Desk) -> None:
    jo, sam, hidden = child(), child(), child()
    teacher, other = desk.practitioner("teacher", jo, TEACHER), desk.practitioner("sw", jo)
    made = {}
    for each in (jo, sam, hidden):
        made[each] = await desk.begun(each)
        teacher.child_id = each
        for section in ("learning", "child_words"):
            assert (await teacher.draft("PUT", made[each], section, {})).status_code == 201
    asked = await teacher.viewer.call("GET", "/internal/candidates/v1/assessment-drafts", "assessment.contribute")
    assert asked.json()["children"] == [hidden, sam, jo]
    pages, cursor = [], None
    while True:
        page = await drafts(teacher, [jo, sam], limit=1, **({} if cursor is None else {"cursor": cursor}))
        pages += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    assert [(each["child_id"], each["section_key"]) for each in pages] == [
        (sam, "child_words"), (sam, "learning"), (jo, "child_words"), (jo, "learning"),
    ]  # fmt: skip
    assert set(pages[0]) == {"assessment_id", "child_id", "title", "section_key", "saved_at"}
    # A section in which they may write no more is not there for that child, as where it is read.
    teacher.viewer.refused = {Category.EDUCATION: [sam]}
    found = (await drafts(teacher, [jo, sam]))["items"]
    assert [(each["child_id"], each["section_key"]) for each in found] == [
        (sam, "child_words"), (jo, "child_words"), (jo, "learning"),
    ]  # fmt: skip
    assert (await drafts(other, [jo, sam, hidden]))["items"] == []
    asked = await other.viewer.call("GET", "/internal/candidates/v1/assessment-drafts", "assessment.contribute")
    assert asked.json()["children"] == []


async def test_merged_records_and_a_purged_child(desk: Desk) -> None:
    kept, copy = child(), child()
    await known(desk, "teacher")
    await desk.kit.tell(
        RecordsMerged(merge_id=child(), child_id=kept, merged_child_id=copy, merged_at=datetime.now(UTC))
    )
    first = (await desk.practitioner("sw", copy).begin()).json()["assessment_id"]
    sw = desk.practitioner("sw", kept)
    sw.viewer.records = (kept, copy)
    action = (await add(sw.viewer, copy)).json()["action_id"]
    own = (await add(sw.viewer, kept)).json()["action_id"]
    second = (await follow(sw, first)).json()["assessment_id"]
    await ask(sw, second, "teacher")
    await complete(sw, second, agreed_action_ids=[action, own], findings=[{"text": "x", "category": "health"}])
    await review(sw, second)
    await desk.practitioner("p", kept).write(second, "learning", WORDS)
    assert [each["assessment_id"] for each in (await read(sw, second))["thread"]] == [first, second]
    # Apart again, each has its own.
    alone = desk.practitioner("sw", kept)
    body = await read(alone, second)
    assert (body["thread"], body["completion"]["agreed_action_ids"]) == ([], [own])
    assert first not in str(body)
    await desk.kit.tell(ChildPurged(child_id=copy))
    body = await read(sw, second)
    assert (body["thread"], body["completion"]["agreed_action_ids"]) == ([], [own])
    await desk.kit.tell(ChildPurged(child_id=kept))
    assert (await sw.read(second)).status_code == 404


async def test_nothing_of_anothers_child_is_stepped_on(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    elsewhere = desk.practitioner("sw", child())
    elsewhere.viewer.lead = True
    absent = await complete(elsewhere, child())
    for refused in (
        await complete(elsewhere, assessment_id),
        await review(elsewhere, assessment_id),
        await close(elsewhere, assessment_id),
        await ask(elsewhere, assessment_id, "sw"),
        *[await listed(elsewhere, assessment_id, path) for path in ("completion", "review", "contribution-requests")],
    ):
        assert refused.status_code == 404
        assert problem(refused) == problem(absent)
    assert pointers(await follow(elsewhere, assessment_id)) == ["/follows"]
