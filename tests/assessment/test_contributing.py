"""Contributing: each their own part, in the order of their own versions, and only where the category is granted."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.vocabulary import Category
from tests.assessment.desk import BASE, HEALTH_VISITOR, TEACHER, Desk
from tests.notifications.kit import child, problem

HEARING = {"general_health": "hearing test is due"}
READING = {"progress_and_achievement": "reads well"}


async def test_two_contribute_and_each_sees_what_the_rules_give(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    teacher = desk.practitioner("teacher", jo, TEACHER)
    visitor = desk.practitioner("hv", jo, HEALTH_VISITOR)

    saved = await teacher.write(assessment_id, "learning", READING)
    await visitor.write(assessment_id, "development", HEARING)
    await visitor.write(assessment_id, "child_words", {"words": "I like trains"})
    await teacher.write(assessment_id, "child_words", {"words": "I like lunch"})

    assert (saved.status_code, saved.headers["ETag"]) == (201, '"1"')
    body = saved.json()
    assert body.pop("updated_at")
    assert body == {
        "assessment_id": assessment_id,
        "section_key": "learning",
        "contributor_id": "teacher",
        "content": READING,
        "version": 1,
    }
    by_teacher, by_visitor = await teacher.sections(assessment_id), await visitor.sections(assessment_id)
    assert list(by_teacher) == [
        "learning",
        "parents_and_carers",
        "family_and_environment",
        "strengths_and_needs",
        "child_words",
        "parent_words",
    ]
    assert set(by_visitor) == set(by_teacher) - {"learning"} | {"development"}
    assert [each["content"] for each in by_teacher["learning"]] == [READING]
    assert [each["content"] for each in by_visitor["development"]] == [HEARING]
    both = [(each["contributor_id"], each["content"]["words"]) for each in by_teacher["child_words"]]
    assert both == [("hv", "I like trains"), ("teacher", "I like lunch")]
    assert by_visitor["child_words"] == by_teacher["child_words"]


async def test_a_section_that_is_not_granted_leaves_no_trace(desk: Desk) -> None:
    """Whatever is written there, the whole answer to one without that category stays the same to the byte."""
    jo = child()
    assessment_id = await desk.begun(jo)
    teacher, visitor = desk.practitioner("teacher", jo, TEACHER), desk.practitioner("hv", jo, HEALTH_VISITOR)
    await teacher.write(assessment_id, "learning", READING)
    before, listed = await teacher.read(assessment_id), await teacher.listed()

    first = await visitor.write(assessment_id, "development", HEARING)
    await visitor.write(assessment_id, "development", {"behaviour": "x" * 900}, if_match=first.headers["ETag"])

    after = await teacher.read(assessment_id)
    assert after.content == before.content
    assert after.headers["ETag"] == before.headers["ETag"]
    assert await teacher.listed() == listed
    hidden = await teacher.write(assessment_id, "development", {"unheard": "of"}, if_match='"9"')
    unknown = await teacher.write(assessment_id, "no_such_section", {"unheard": "of"}, if_match='"9"')
    assert hidden.status_code == unknown.status_code == 404
    assert problem(hidden) == problem(unknown)
    assert [each["version"] for each in (await visitor.sections(assessment_id))["development"]] == [2]


async def test_who_contributed_is_an_involvement(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    await desk.practitioner("teacher", jo, TEACHER).write(assessment_id, "learning", READING)
    body = (await desk.practitioner("p", jo, frozenset({Category.EDUCATION})).read(assessment_id)).json()
    assert list(body) == ["sections"]
    (section,) = body["sections"]
    assert section["key"] == "learning"
    assert set(section["contributions"][0]) == {"content", "version", "updated_at"}


async def test_one_writes_over_ones_own_contribution_by_its_etag(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    teacher = desk.practitioner("teacher", jo, TEACHER)
    of_assessment = (await teacher.read(assessment_id)).headers["ETag"]

    assert (await teacher.write(assessment_id, "learning", READING, if_match='"1"')).status_code == 412
    first = await teacher.write(assessment_id, "learning", READING, if_match=of_assessment)
    without = await teacher.write(assessment_id, "learning", {})
    by_assessment = await teacher.write(assessment_id, "learning", {}, if_match=of_assessment)
    second = await teacher.write(assessment_id, "learning", {"aspirations": "vet"}, if_match=first.headers["ETag"])
    stale = await teacher.write(assessment_id, "learning", {}, if_match=first.headers["ETag"])

    assert (first.status_code, second.status_code) == (201, 200)
    assert (without.status_code, problem(without)["type"]) == (428, "urn:kith:problem:if-match-required")
    assert (by_assessment.status_code, stale.status_code) == (412, 412)
    assert problem(stale)["type"] == "urn:kith:problem:stale"
    assert (second.headers["ETag"], second.json()["version"]) == ('"2"', 2)
    (standing,) = (await teacher.sections(assessment_id))["learning"]
    assert standing["content"] == {"aspirations": "vet"}
    assert (await teacher.write(assessment_id, "child_words", {"words": "hi"}, if_match="*")).status_code == 201

    told = await desk.kit.published("ContributionSaved", 3)
    assert told[1] == {
        "assessment_id": assessment_id,
        "child_id": jo,
        "section_key": "learning",
        "category": "education",
        "contributor_id": "teacher",
        "version": 2,
    }


async def test_of_two_saves_of_one_version_one_is_refused(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    teacher = desk.practitioner("teacher", jo, TEACHER)

    async def race(if_match: str | None) -> list[tuple[int, str]]:
        texts = [f"draft {number}" for number in range(5)]
        answers = await asyncio.gather(
            *(teacher.write(assessment_id, "learning", {"aspirations": text}, if_match=if_match) for text in texts)
        )
        return sorted((answer.status_code, text) for answer, text in zip(answers, texts, strict=True))

    created = await race(None)
    assert [status for status, _ in created] == [201, 428, 428, 428, 428]
    winner = created[0][1]
    for version in range(1, 8):
        (standing,) = (await teacher.sections(assessment_id))["learning"]
        assert (standing["version"], standing["content"]) == (version, {"aspirations": winner})
        answers = await race(f'"{version}"')
        assert [status for status, _ in answers] == [200, 412, 412, 412, 412]
        winner = answers[0][1]
    await desk.kit.published("ContributionSaved", 8)


async def test_wrong_content_is_refused_by_its_place_and_never_repeated(desk: Desk) -> None:
    jo = child()
    assessment_id = await desk.begun(jo)
    worker = desk.practitioner("sw", jo)
    secret = "Jamie-Smith"
    deep: Any = secret
    for _ in range(300):
        deep = [deep]
    refused: list[tuple[str, Any, list[str]]] = [
        ("learning", secret, ["/content"]),
        ("learning", {secret: "x"}, ["/content"]),
        ("learning", {"aspirations": [secret]}, ["/content/aspirations"]),
        ("learning", {"aspirations": secret * 500}, ["/content/aspirations"]),
        ("learning", {"aspirations": f"{secret}\0"}, ["/content/aspirations"]),
        ("learning", {"aspirations": deep}, ["/content"]),
        ("strengths_and_needs", {"stay_safe": {"needs": 7}}, ["/content/stay_safe/needs"]),
        ("child_words", {"recorded_on": secret}, ["/content/recorded_on", "/content/words"]),
        ("parent_words", {"words": "x", "said_by": secret}, ["/content/said_by"]),
    ]
    for section, content, pointers in refused:
        response = await worker.write(assessment_id, section, content)
        assert response.status_code == 422
        assert [error["pointer"] for error in problem(response)["errors"]] == pointers
        assert secret not in response.text
    not_json = [b"", b"{", b'{"content": NaN}', b"[]", b'{"content": {}, "more": 1}', b"\xff", b"[" * 100_000]
    for body in not_json:
        response = await worker.send(assessment_id, "learning", content=body)
        assert response.status_code in {400, 422}
    assert (await worker.sections(assessment_id))["learning"] == []


ANY_TEXT = st.text(st.characters(), max_size=20)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["be_healthy", "stay_safe", "strengths", "needs"])
CONTENT = ANY_JSON | st.dictionaries(FIELDS, ANY_TEXT | st.dictionaries(FIELDS, ANY_TEXT | ANY_JSON), max_size=3)


def keepable(text: str) -> bool:
    return "\0" not in text and text.encode(errors="replace").decode() == text


@pytest.fixture
async def shared(desk: Desk) -> tuple[str, str]:
    """A child, and an assessment of theirs to which each example's practitioner contributes."""
    jo = child()
    return jo, await desk.begun(jo)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=CONTENT)
@example(content={"stay_safe": {"needs": "half a pair: \ud800"}})
@example(content={"stay_safe": {"needs": "NUL: \0"}})
@example(content={"stay_safe": {"\udfff": "x"}})
@example(content={"stay_safe": float("nan")})
@example(content={"stay_safe": 10**4000})
async def test_any_content_is_kept_as_it_was_or_refused_by_place(
    desk: Desk, shared: tuple[str, str], content: Any
) -> None:
    jo, assessment_id = shared
    worker = desk.practitioner(new_id(), jo, BASE | {Category.PLAN})
    # As clients in other languages may write it: with escapes, half surrogates and numbers that are none.
    body = json.dumps({"content": content}).encode()
    response = await worker.send(assessment_id, "strengths_and_needs", content=body)
    outcomes = {"be_healthy", "stay_safe"}
    fits = isinstance(content, dict) and all(
        name in outcomes
        and isinstance(outcome, dict)
        and all(
            part in {"strengths", "needs"} and isinstance(text, str) and keepable(text)
            for part, text in outcome.items()
        )
        for name, outcome in content.items()
    )
    if fits:
        assert response.status_code == 201
        everybodys = (await worker.sections(assessment_id))["strengths_and_needs"]
        kept = [each["content"] for each in everybodys if each["contributor_id"] == worker.viewer.viewer_id]
        assert [response.json()["content"]] == kept == [content]
    else:
        assert response.status_code == 422
        errors = problem(response)["errors"]
        assert errors
        assert all(error["pointer"].startswith("/content") for error in errors)


async def test_who_writes_near_a_child_in_hiding_is_not_named(desk: Desk) -> None:
    child_id = child()
    begun = (await desk.practitioner("tia-teacher", child_id).begin()).json()["assessment_id"]
    await desk.practitioner("tia-teacher", child_id).write(begun, "child_words", {"words": "I like trains"})
    hv = desk.practitioner("hv", child_id)
    await hv.write(begun, "child_words", {"words": "She likes trains"})
    assert "tia-teacher" in (await hv.read(begun)).text
    hv.viewer.veiled = (child_id,)
    shown = [(await hv.read(begun)).text, str(await hv.listed())]
    assert "I like trains" in shown[0]
    assert not any("tia-teacher" in each for each in shown)
    assert [each.get("contributor_id") for each in (await hv.sections(begun))["child_words"]].count("hv") == 1
