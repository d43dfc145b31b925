"""Assessments of a child whose records were merged: shown together, written where each lives."""

from tests.assessment.desk import Desk
from tests.notifications.kit import child, problem


async def test_what_was_begun_under_either_record_is_shown_under_the_one_that_stands(desk: Desk) -> None:
    kept, copy = child(), child()
    by_copy = (await desk.practitioner("hv", copy).begin()).json()["assessment_id"]
    by_kept = (await desk.practitioner("sw", kept).begin()).json()["assessment_id"]
    sw = desk.practitioner("sw", kept)
    # Not yet taken account of by the decision: nothing of the other record.
    assert [each["assessment_id"] for each in (await sw.listed())["items"]] == [by_kept]
    assert (await sw.read(by_copy)).status_code == 404
    sw.viewer.records = (kept, copy)
    listed = (await sw.listed())["items"]
    assert [each["assessment_id"] for each in listed] == [by_kept, by_copy]
    assert {each["child_id"] for each in listed} == {kept}
    first = await sw.listed(limit=1)
    rest = await sw.listed(limit=1, cursor=first["next_cursor"])
    assert [each["assessment_id"] for each in first["items"] + rest["items"]] == [by_kept, by_copy]
    assert (await sw.read(by_copy)).json()["child_id"] == kept


async def test_a_contribution_goes_where_the_assessment_lives(desk: Desk) -> None:
    kept, copy = child(), child()
    begun = (await desk.practitioner("hv", copy).begin()).json()["assessment_id"]
    sw = desk.practitioner("sw", kept)
    sw.viewer.records = (kept, copy)
    saved = await sw.write(begun, "child_words", {"words": "I like trains"})
    assert saved.status_code == 201, saved.text
    (event,) = await desk.kit.published("ContributionSaved", 1)
    assert event["child_id"] == copy
    # Apart again, it is the other record's.
    assert (await desk.practitioner("sw", kept).read(begun)).status_code == 404
    hv = desk.practitioner("hv", copy)
    assert [each["contributor_id"] for each in (await hv.sections(begun))["child_words"]] == ["sw"]


async def test_one_that_is_open_under_either_record_is_pointed_out(desk: Desk) -> None:
    kept, copy = child(), child()
    begun = (await desk.practitioner("hv", copy).begin()).json()["assessment_id"]
    sw = desk.practitioner("sw", kept)
    sw.viewer.records = (kept, copy)
    refused = await sw.begin()
    assert refused.status_code == 409
    assert [each["assessment_id"] for each in problem(refused)["open"]] == [begun]
    # New ones are the standing record's.
    sw.viewer.records = (kept,)
    assert (await sw.begin()).json()["child_id"] == kept
