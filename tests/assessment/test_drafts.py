"""Drafts: their author's alone until they are offered, and safe to save with every word."""

import asyncio
from typing import Any

import httpx

from contracts.vocabulary import Category
from tests.assessment.desk import HEALTH_VISITOR, TEACHER, Desk, Practitioner
from tests.notifications.kit import child, problem

HALF = {"aspirations": "wants to be a v"}
WHOLE = {"aspirations": "wants to be a vet"}


async def everything_told(who: Practitioner, assessment_id: str, section: str) -> list[Any]:
    """All that somebody can ask for about the section, to the byte."""
    answers = [
        await who.read(assessment_id),
        await who.history(assessment_id, section),
        await who.draft("GET", assessment_id, section),
        await who.draft("DELETE", assessment_id, section, If_Match="*"),
        await who.draft("POST", assessment_id, section, If_Match="*"),
    ]
    told: list[Any] = [await who.listed()]
    for answer in answers:
        body = problem(answer) if answer.status_code >= 400 else answer.content
        told.append((answer.status_code, answer.headers.get("ETag"), body))
    return told


async def test_a_draft_is_seen_by_its_author_alone(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    teacher, other = desk.practitioner("teacher", jo, TEACHER), desk.practitioner("sw", jo)
    before = await everything_told(other, assessment_id, "learning")
    by_author = (await teacher.read(assessment_id)).content

    saved = await teacher.draft("PUT", assessment_id, "learning", HALF)
    await teacher.draft("PUT", assessment_id, "learning", WHOLE, If_Match=saved.headers["ETag"])

    assert await everything_told(other, assessment_id, "learning") == before
    # Not even where its author reads what all read: that could be looked at over a shoulder, or printed.
    assert (await teacher.read(assessment_id)).content == by_author
    own = await teacher.draft("GET", assessment_id, "learning")
    assert own.json()["content"] == WHOLE
    assert set(own.json()) == {"content", "saved_at"}
    assert (await other.draft("PUT", assessment_id, "learning", {})).status_code == 201
    assert (await teacher.draft("GET", assessment_id, "learning")).content == own.content
    await desk.kit.published("AssessmentBegun", 1)
    assert {each.type for each in desk.kit.heard} == {"AssessmentBegun"}, "an event tells of a draft"


async def test_a_draft_that_is_offered_is_a_contribution_and_gone(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    teacher, other = desk.practitioner("teacher", jo, TEACHER), desk.practitioner("sw", jo)
    await other.write(assessment_id, "learning", {"aspirations": "a pilot"})
    first = await teacher.draft("PUT", assessment_id, "learning", WHOLE)

    offered = await teacher.draft(
        "POST", assessment_id, "learning", If_Match=first.headers["ETag"], Idempotency_Key="k"
    )
    again = await teacher.draft("POST", assessment_id, "learning", If_Match=first.headers["ETag"], Idempotency_Key="k")

    assert (offered.status_code, offered.headers["ETag"], offered.json()["version"]) == (201, '"1"', 1)
    assert (again.status_code, again.json()) == (201, offered.json())
    assert (await teacher.draft("GET", assessment_id, "learning")).status_code == 204
    shown = (await other.sections(assessment_id))["learning"]
    assert [(each["contributor_id"], each["content"]) for each in shown] == [
        ("sw", {"aspirations": "a pilot"}),
        ("teacher", WHOLE),
    ]
    # A correction is drafted and offered alike, and is the next version.
    second = await teacher.draft("PUT", assessment_id, "learning", HALF)
    stale = await teacher.draft("POST", assessment_id, "learning", If_Match=first.headers["ETag"])
    corrected = await teacher.draft("POST", assessment_id, "learning", If_Match=second.headers["ETag"])
    assert (stale.status_code, corrected.status_code, corrected.json()["version"]) == (412, 200, 2)
    assert [each["version"] for each in await desk.kit.published("ContributionSaved", 3)] == [1, 1, 2]
    # The first answer is not given again where the section is closed to them by now.
    closed = desk.practitioner("teacher", jo, TEACHER - {Category.EDUCATION})
    assert (await closed.draft("POST", assessment_id, "learning", Idempotency_Key="k")).status_code == 404


async def test_a_draft_is_saved_by_its_etag(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    teacher = desk.practitioner("teacher", jo, TEACHER)

    async def put(**sent: str) -> httpx.Response:
        return await teacher.draft("PUT", assessment_id, "learning", HALF, **sent)

    assert (await put(If_Match="*")).status_code == 412
    first = await put(If_None_Match="*")
    tag = first.headers["ETag"]
    answers = [await put(), await put(If_None_Match="*"), await put(If_Match='"draft-1"')]
    assert [answer.status_code for answer in (first, *answers)] == [201, 428, 412, 412]
    same = await teacher.draft("GET", assessment_id, "learning", If_None_Match=tag)
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    second = await put(If_Match=tag)
    assert (second.status_code, second.headers["ETag"] != tag) == (200, True)
    assert (await teacher.draft("GET", assessment_id, "learning", If_None_Match=tag)).status_code == 200
    gone = [
        await teacher.draft("DELETE", assessment_id, "learning"),
        await teacher.draft("DELETE", assessment_id, "learning", If_Match=tag),
        await teacher.draft("DELETE", assessment_id, "learning", If_Match=second.headers["ETag"]),
        await teacher.draft("DELETE", assessment_id, "learning", If_Match=second.headers["ETag"]),
    ]
    assert [answer.status_code for answer in gone] == [428, 412, 204, 404]
    # A new draft is not taken for the one before.
    await put()
    assert (await put(If_Match=second.headers["ETag"])).status_code == 412
    kept = await teacher.write(assessment_id, "learning", WHOLE)
    refused = await teacher.viewer.call(
        "PUT",
        f"/v1/assessments/{assessment_id}/sections/learning/contribution",
        "assessment.contribute",
        child=jo,
        sent={"If-None-Match": "*"},
        json={"content": {}},
    )
    assert (kept.status_code, refused.status_code) == (201, 412)


async def test_a_draft_may_be_half_written_but_not_of_another_kind(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    worker = desk.practitioner("sw", jo)
    half = await worker.draft("PUT", assessment_id, "child_words", {"recorded_on": "2026-1"})
    early = await worker.draft("POST", assessment_id, "child_words", If_Match=half.headers["ETag"])
    assert (half.status_code, early.status_code) == (201, 422)
    assert [error["pointer"] for error in problem(early)["errors"]] == ["/content/recorded_on", "/content/words"]
    assert (await worker.draft("GET", assessment_id, "child_words")).status_code == 200, "it is lost"
    wrongs: list[tuple[Any, str]] = [({"words": 7}, "/content/words"), ({"colour": "x"}, "/content"), ([], "/content")]
    for content, pointer in wrongs:
        wrong = await worker.draft("PUT", assessment_id, "child_words", content, If_Match=half.headers["ETag"])
        assert wrong.status_code == 422
        assert [error["pointer"] for error in problem(wrong)["errors"]] == [pointer]


async def test_where_one_may_not_write_there_is_no_draft(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    visitor = desk.practitioner("hv", jo, HEALTH_VISITOR)
    await visitor.draft("PUT", assessment_id, "development", {"behaviour": "calm"})
    closed = desk.practitioner("hv", jo, TEACHER)
    for method in ("GET", "PUT", "DELETE", "POST"):
        content: Any = {} if method == "PUT" else None
        hidden = await closed.draft(method, assessment_id, "development", content, If_Match="*")
        unknown = await closed.draft(method, assessment_id, "no_such_section", content, If_Match="*")
        assert hidden.status_code == unknown.status_code == 404
        assert problem(hidden) == problem(unknown)
    assert (await visitor.draft("GET", assessment_id, "development")).status_code == 200


async def test_of_many_who_save_at_once_nobody_loses_a_word(desk: Desk) -> None:
    """Two contributors, each on two devices that save as they type and then offer: what was acknowledged is there."""
    jo = child()
    assessment_id = await desk.begun(jo)
    acknowledged: dict[str, list[str]] = {"p0": [], "p1": []}

    async def device(who: Practitioner, name: str) -> None:
        for number in range(4):
            words, refused = f"{name} {number}", True
            while refused:
                # As a device does that finds its draft changed: it reads what stands, and adds to it.
                standing = await who.draft("GET", assessment_id, "child_words")
                text = standing.json()["content"]["words"] + "|" + words if standing.status_code == 200 else words
                sent = {"If_Match": standing.headers["ETag"]} if standing.status_code == 200 else {"If_None_Match": "*"}
                saved = await who.draft("PUT", assessment_id, "child_words", {"words": text}, **sent)
                assert saved.status_code in {200, 201, 412}
                refused = saved.status_code == 412
            acknowledged[who.viewer.viewer_id].append(words)
            if number == 1:
                await who.draft("POST", assessment_id, "child_words", If_Match=saved.headers["ETag"])

    people = [desk.practitioner(each, jo) for each in acknowledged]
    await asyncio.gather(*(device(who, name) for who in people for name in ("phone", "laptop")))
    for who in people:
        rest = await who.draft("GET", assessment_id, "child_words")
        if rest.status_code == 200:
            assert (
                await who.draft("POST", assessment_id, "child_words", If_Match=rest.headers["ETag"])
            ).status_code in {200, 201}
    kept: dict[str, list[str]] = {"p0": [], "p1": []}
    for version in (await people[0].history(assessment_id, "child_words")).json()["items"]:
        kept[version["contributor_id"]] += version["content"]["words"].split("|")
    assert {who: sorted(words) for who, words in kept.items()} == {
        who: sorted(words) for who, words in acknowledged.items()
    }


async def test_every_version_stays_readable_to_those_who_may_read_the_section(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    teacher, other = desk.practitioner("teacher", jo, TEACHER), desk.practitioner("sw", jo)
    await teacher.write(assessment_id, "learning", HALF)
    await other.write(assessment_id, "learning", {"aspirations": "a pilot"})
    await teacher.write(assessment_id, "learning", WHOLE, if_match='"1"')
    found: list[Any] = []
    cursor = None
    while cursor is not None or not found:
        page = (
            await other.history(assessment_id, "learning", limit=2, **({"cursor": cursor} if cursor else {}))
        ).json()
        found += page["items"]
        cursor = page["next_cursor"]
    assert [(each["contributor_id"], each["version"], each["content"]) for each in found] == [
        ("teacher", 1, HALF),
        ("sw", 1, {"aspirations": "a pilot"}),
        ("teacher", 2, WHOLE),
    ]
    assert [each["updated_at"] for each in found] == sorted(each["updated_at"] for each in found)
    visitor = desk.practitioner("hv", jo, HEALTH_VISITOR)
    hidden = await visitor.history(assessment_id, "learning")
    assert (hidden.status_code, problem(hidden)) == (404, problem(await visitor.history(assessment_id, "none_such")))
    assert (await visitor.history(assessment_id, "development")).json()["items"] == []
    wrong = await other.history(assessment_id, "learning", cursor="YWJj")
    assert [error["pointer"] for error in problem(wrong)["errors"]] == ["/cursor"]
    visitor.viewer.veiled = (jo,)
    other.viewer.veiled = (jo,)
    veiled = (await other.history(assessment_id, "learning")).json()["items"]
    assert [each.get("contributor_id") for each in veiled] == [None, "sw", None]
