"""Beginning and listing assessments."""

import asyncio
from datetime import UTC, datetime, timedelta

from chassis.ids import is_uuid
from contracts import headers
from contracts.events import ChildPurged
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
    assert told == {"assessment_id": assessment_id, "child_id": jo, "template_id": TEMPLATE, "begun_by": "sw"}


async def test_why_it_was_begun_belongs_to_the_plan(desk: Desk) -> None:
    jo = child()
    body = (await desk.practitioner("hv", jo, BASE).begin()).json()
    assert "reason" not in body
    assert "reason" not in (await desk.practitioner("hv", jo, BASE).read(body["assessment_id"])).json()
    shown = (await desk.practitioner("teacher", jo, TEACHER).read(body["assessment_id"])).json()
    assert shown["reason"] == "speech is late"


async def test_one_assessment_of_a_template_is_open_at_a_time(desk: Desk) -> None:
    jo = child()
    standing = await desk.begun(jo)

    refused = await desk.practitioner("teacher", jo, TEACHER).begin()

    assert refused.status_code == 409
    assert problem(refused)["type"] == "urn:kith:problem:assessment-open"
    assert standing in problem(refused)["detail"]
    assert await desk.begun(child()) != standing


async def test_of_many_who_begin_at_once_one_does(desk: Desk) -> None:
    jo = child()
    answers = await asyncio.gather(*(desk.practitioner(f"p{number}", jo).begin() for number in range(6)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    (begun,) = [answer.json()["assessment_id"] for answer in answers if answer.status_code == 201]
    assert all(begun in problem(answer)["detail"] for answer in answers if answer.status_code == 409)
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
    await desk.kit.tell(ChildPurged(child_id=purged))
    assert (await sw.read(gone)).status_code == 404
    assert (await sw.listed())["items"] == []
    assert (await desk.practitioner("sw", other).read(kept)).status_code == 200
