"""Beginning and listing assessments."""

import asyncio
from datetime import UTC, datetime, timedelta

from chassis.ids import is_uuid
from contracts import headers
from contracts.events.child_index import ChildPurged
from contracts.vocabulary import Category
from tests.assessment.desk import BASE, TEACHER, TEMPLATE, Desk
from tests.notifications.kit import child, problem


async def test_an_assessment_is_begun_and_told_of(desk: Desk) -> None:
    jo = child()
    response = await desk.practitioner("sw", jo).begin()

    assert response.status_code == 201
    body = response.json()
    assessment_id = body["assessment_id"]
    assert is_uuid(assessment_id)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(body.pop("begun_at"))) < timedelta(minutes=1)
    assert body == {
        "assessment_id": assessment_id,
        "child_id": jo,
        "template_id": TEMPLATE,
        "template_version": 1,
        "title": "Common assessment",
        "reason": "speech is late",
        "status": "begun",
        "begun_by": "sw",
    }
    assert is_uuid(response.headers[headers.EFFECTS])
    (told,) = await desk.kit.published("AssessmentBegun", 1)
    assert told == {
        "assessment_id": assessment_id,
        "child_id": jo,
        "template_id": TEMPLATE,
        "begun_by": "sw",
        "also_open": False,
        "follows": None,
    }


async def test_why_it_was_begun_belongs_to_the_plan(desk: Desk) -> None:
    jo = child()
    body = (await desk.practitioner("hv", jo, BASE).begin()).json()
    assert "reason" not in body
    assert "reason" not in (await desk.practitioner("hv", jo, BASE).read(body["assessment_id"])).json()
    shown = (await desk.practitioner("teacher", jo, TEACHER).read(body["assessment_id"])).json()
    assert shown["reason"] == "speech is late"


async def test_an_open_assessment_is_pointed_out_before_another_begins(desk: Desk) -> None:
    jo = child()
    standing = await desk.begun(jo)
    teacher = desk.practitioner("teacher", jo, TEACHER)

    for template in (TEMPLATE, "early-help"):
        refused = await teacher.begin(template)
        assert (refused.status_code, problem(refused)["type"]) == (409, "urn:kith:problem:assessment-open")
        (named,) = problem(refused)["open"]
        assert (named["assessment_id"], named["title"], named["begun_by"]) == (standing, "Common assessment", "sw")
        assert "reason" not in (await desk.practitioner("hv", jo, BASE).begin(template)).json()["open"][0]
    # A checklist stands beside an assessment, but not beside another of its kind.
    assert [(await teacher.begin("pre-assessment-checklist")).status_code for _ in range(2)] == [201, 409]
    assert await desk.begun(child()) != standing


async def test_another_is_begun_for_a_reason(desk: Desk) -> None:
    jo = child()
    standing = await desk.begun(jo)
    teacher = desk.practitioner("teacher", jo, TEACHER)
    for wrong in ({"also_open": True}, {"also_open_reason": "x"}, {"also_open": True, "also_open_reason": " "}):
        refused = await teacher.begin(**wrong)
        assert [error["pointer"] for error in problem(refused)["errors"]] == ["/also_open_reason"]
    other = await teacher.begin(also_open=True, also_open_reason="the court asked for one of its own")
    assert (other.status_code, other.json()["also_open_reason"]) == (201, "the court asked for one of its own")
    told = await desk.kit.published("AssessmentBegun", 2)
    assert [each["also_open"] for each in told] == [False, True]
    named = problem(await teacher.begin())["open"]
    assert [each["assessment_id"] for each in named] == [standing, other.json()["assessment_id"]]
    hidden = (await desk.practitioner("hv", jo, BASE).read(other.json()["assessment_id"])).json()
    assert not {"also_open_reason", "reason"} & hidden.keys()
    veiled = desk.practitioner("hv", jo, BASE)
    veiled.viewer.veiled = (jo,)
    assert ["begun_by" in each for each in problem(await veiled.begin())["open"]] == [False, False]


async def test_of_many_who_begin_at_once_one_does(desk: Desk) -> None:
    jo = child()
    templates = (TEMPLATE, "early-help")
    answers = await asyncio.gather(
        *(desk.practitioner(f"p{number}", jo).begin(templates[number % 2]) for number in range(6))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    (begun,) = [answer.json()["assessment_id"] for answer in answers if answer.status_code == 201]
    assert all(
        [each["assessment_id"] for each in problem(answer)["open"]] == [begun]
        for answer in answers
        if answer.status_code == 409
    )
    assert len((await desk.practitioner("sw", jo).listed())["items"]) == 1
    await desk.kit.published("AssessmentBegun", 1)


async def test_a_repeat_with_the_same_key_gets_the_first_answer(desk: Desk) -> None:
    worker = desk.practitioner("sw", child())
    first, again = await worker.begin(key="k1"), await worker.begin(key="k1")
    assert (again.status_code, again.json()) == (201, first.json())
    other = await worker.begin(key="k1", reason="another")
    assert problem(other)["type"] == "urn:kith:problem:idempotency-key-reused"
    await desk.kit.published("AssessmentBegun", 1)


async def test_without_the_involvement_category_there_is_nothing_of_it(desk: Desk) -> None:
    """Nor by a conflict: that an assessment is open would tell that somebody works with the child."""
    jo, nobody = child(), child()
    await desk.begun(jo)
    blind = frozenset(Category) - {Category.INVOLVEMENT}
    answers = [await desk.practitioner("p", each, blind).begin() for each in (jo, nobody)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert problem(answers[0]) == problem(answers[1])
    assert await desk.practitioner("p", jo, blind).listed() == {"items": [], "next_cursor": None}


async def test_a_request_that_cannot_be_taken_is_refused_by_its_field(desk: Desk) -> None:
    worker = desk.practitioner("sw", child())
    secret = "Jamie-Smith"
    refused = [
        (await worker.begin(secret), "/template_id"),
        (await worker.begin(reason=""), "/reason"),
        (await worker.begin(reason="  "), "/reason"),
        (await worker.begin(reason=secret * 200), "/reason"),
        (await worker.begin(reason=f"{secret}\0"), "/reason"),
        (await worker.begin(reason=[secret]), "/reason"),
        (await worker.begin(other=secret), "/other"),
    ]
    for response, pointer in refused:
        assert response.status_code == 422
        assert [error["pointer"] for error in problem(response)["errors"]] == [pointer]
        assert secret not in response.text


async def test_a_reason_that_no_answer_could_hold_is_refused(desk: Desk) -> None:
    jo = child()
    response = await desk.practitioner("sw", jo).viewer.call(
        "POST",
        f"/v1/children/{jo}/assessments",
        "assessment.begin",
        child=jo,
        sent={"Content-Type": "application/json"},
        content=b'{"template_id": "common-assessment", "reason": "half a pair: \\ud800"}',
    )
    assert response.status_code == 422
    assert [error["pointer"] for error in problem(response)["errors"]] == ["/reason"]


async def test_the_list_is_the_childs_own_the_newest_first(desk: Desk) -> None:
    jo, other = child(), child()
    await desk.begun(other)
    assessment_id = await desk.begun(jo)
    page = await desk.practitioner("teacher", jo, BASE).listed(limit=1)
    assert [item["assessment_id"] for item in page["items"]] == [assessment_id]
    assert page["next_cursor"] is None
    assert set(page["items"][0]) == {
        "assessment_id",
        "child_id",
        "template_id",
        "template_version",
        "title",
        "status",
        "begun_by",
        "begun_at",
    }
    assert (await desk.practitioner("sw", child()).listed())["items"] == []


async def test_an_assessment_is_only_there_under_a_grant_for_its_child(desk: Desk) -> None:
    jo, other = child(), child()
    assessment_id = await desk.begun(jo)
    stranger = desk.practitioner("sw", other)
    answers = [
        await stranger.read(assessment_id),
        await stranger.read(child()),
        await stranger.read("%00"),
        await stranger.write(assessment_id, "learning", {"aspirations": "x"}),
        await stranger.write(child(), "learning", {"aspirations": "x"}),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert all(problem(answer) == problem(answers[0]) for answer in answers)


async def test_whose_an_assessment_is_is_told_between_parts_alone(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    assert (await desk.kit.owner("assessment", assessment_id)).json() == {"child_id": jo}
    assert (await desk.kit.owner("assessment", child())).json() == {"child_id": None}
    assert (await desk.kit.owner("assessment", "%00")).json() == {"child_id": None}
    assert (await desk.kit.owner("assessment", assessment_id, key="guess")).status_code == 404
    assert (await desk.kit.owner("episode", assessment_id)).status_code == 404


async def test_a_purged_childs_assessments_are_gone_with_all_that_was_written(desk: Desk) -> None:
    purged, other = child(), child()
    gone, kept = await desk.begun(purged), await desk.begun(other)
    sw = desk.practitioner("sw", purged)
    await sw.write(gone, "child_words", {"words": "I like trains"})
    await sw.draft("PUT", gone, "child_words", {"words": "and buses"})
    await desk.kit.tell(ChildPurged(child_id=purged))
    assert (await sw.read(gone)).status_code == 404
    assert (await sw.listed())["items"] == []
    assert (await desk.practitioner("sw", other).read(kept)).status_code == 200
