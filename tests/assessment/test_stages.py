"""The stage of intervention: agreed, changed, kept; its policy; the yearly report."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from assessment.adapters.stage_policy_file import StagePolicyError, load_stage_policy
from assessment.settings import BUILT_IN_STAGES
from contracts.events.child_index import (
    ChildArchived,
    ChildPurged,
    RecordsMerged,
    ServiceEpisodeEnded,
    ServiceEpisodeStarted,
)
from contracts.events.consent import ServiceChanged
from contracts.vocabulary import Category, Role
from tests.assessment.desk import Desk
from tests.assessment.test_teams import known
from tests.notifications.kit import Viewer, child, problem

PLAN = frozenset({Category.PLAN})


async def agree(viewer: Viewer, child_id: str, if_match: str | None = None, **more: Any) -> httpx.Response:
    body = {"stage": 2, "reason": "The family asks for help", "criteria": ["family-asks"], **more}
    sent = {} if if_match is None else {"If-Match": if_match}
    return await viewer.call("PUT", f"/v1/children/{child_id}/stage", "stage.set", child=child_id, json=body, sent=sent)


async def read(viewer: Viewer, child_id: str) -> httpx.Response:
    return await viewer.call("GET", f"/v1/children/{child_id}/stage", "stage.read", child=child_id)


async def report(desk: Desk, year: int | None = None) -> dict[str, Any]:
    viewer = desk.kit.viewer("officer", (), Role.IG_OFFICER)
    query = {"year": year or datetime.now(UTC).year}
    answer = await viewer.call("GET", "/v1/reports/stages", "report.stages", params=query)
    assert answer.status_code == 200
    return dict(answer.json())


async def test_a_stage_is_agreed_and_changed_and_its_history_kept(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", PLAN)
    await known(desk, "teacher")
    assert (await read(sw, jo)).json() == {"child_id": jo, "history": []}
    first = await agree(sw, jo, agreed_by=["teacher", "parent"])
    assert first.status_code == 200, first.text
    entry = first.json()["current"]
    assert (entry["stage"], entry["title"], entry["agreed_by"]) == (2, "Early help", ["teacher", "parent"])
    assert (entry["criteria"], entry["set_by"], entry["policy_version"]) == (["family-asks"], "sw", "2026-11-1")

    assert (await agree(sw, jo)).status_code == 428
    assert (await agree(sw, jo, '"1"')).status_code == 412
    again = await agree(sw, jo, first.headers["ETag"], stage=4, criteria=["significant-harm"])
    assert [again.json()["current"]["stage"], [each["stage"] for each in again.json()["history"]]] == [4, [2]]
    assert (await agree(sw, jo, first.headers["ETag"])).status_code == 412
    assert (await read(sw, jo)).headers["ETag"] == again.headers["ETag"]
    await desk.kit.published("StageSet", 2)
    for wrong, pointer in (
        ({"stage": 5}, "/stage"),
        ({"criteria": ["significant-harm"]}, "/criteria/0"),
        ({"agreed_by": ["nobody"]}, "/agreed_by/0"),
        ({"reason": " "}, "/reason"),
    ):
        refused = await agree(sw, jo, again.headers["ETag"], **wrong)
        assert [error["pointer"] for error in problem(refused)["errors"]] == [pointer]
    assert (await read(desk.kit.viewer("other", {Category.EDUCATION}), jo)).status_code == 404
    veiled = desk.kit.viewer("gp", PLAN)
    veiled.veiled = (jo,)
    assert "set_by" not in (await read(veiled, jo)).json()["current"]


async def test_of_many_who_agree_at_once_one_does(desk: Desk) -> None:
    jo, sw = child(), desk.kit.viewer("sw", PLAN)
    for standing in (None, "read"):
        tag = (await read(sw, jo)).headers["ETag"] if standing else None
        answers = await asyncio.gather(*(agree(sw, jo, tag) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers)[0] == 200
        assert [answer.status_code for answer in answers].count(200) == 1
    assert len((await read(sw, jo)).json()["history"]) == 1


def test_a_policy_that_cannot_be_used_names_the_line(tmp_path: Path) -> None:
    built_in = BUILT_IN_STAGES.read_text()
    assert load_stage_policy(BUILT_IN_STAGES).stages[4].weight == 20
    for old, new, said in (
        ("    weight: 3\n", "    wieght: 3\n", "stages/2/w"),
        ("    weight: 3\n", "    weight: heavy\n", "stages/2/weight"),
        ("  4:\n", "  5:\n", "stages/5"),
        ("version:", "versoin:", "vers"),
        ("stages:\n", "stages: [\n", "is not YAML"),
    ):
        file = tmp_path / "stages.yaml"
        file.write_text(built_in.replace(old, new, 1))
        with pytest.raises(StagePolicyError, match=said) as refused:
            load_stage_policy(file)
        if said.startswith("stages/2/weight") or said == "stages/5":
            line = next(number for number, each in enumerate(file.read_text().splitlines(), 1) if f"{each}\n" == new)
            assert f"line {line}:" in str(refused.value)


def school(service_id: str, type_: str = "school") -> ServiceChanged:
    return ServiceChanged(
        service_id=service_id, name=service_id.title(), agency_id="a", team_id=None, type=type_, sensitive=False,
        contact=None, version=1,
    )  # fmt: skip


def on_roll(child_id: str, service_id: str) -> ServiceEpisodeStarted:
    return ServiceEpisodeStarted(
        episode_id=child(), child_id=child_id, service_id=service_id, agency_id="a", team_id=None,
        practitioner_id=None, sensitive=False, started_on=date(2026, 1, 5), opened_by="roll", bulk=True,
    )  # fmt: skip


async def test_the_report_counts_each_child_once_by_its_school_and_tells_no_small_number(desk: Desk) -> None:
    sw = desk.kit.viewer("sw", PLAN)
    elm, oak, none = ([child() for _ in range(count)] for count in (8, 9, 7))
    await desk.kit.tell(school("elm"), school("gp", "gp-practice"))
    moved = on_roll(elm[0], "elm")
    await desk.kit.tell(moved, *(on_roll(each, "elm") for each in elm[1:]), on_roll(none[0], "gp"))
    for each in (*elm, *oak, *none):
        assert (await agree(sw, each)).status_code == 200
    await desk.kit.tell(*(on_roll(each, "oak") for each in oak))
    await desk.kit.tell(school("oak"))  # the service is told of after its episodes
    found = await report(desk)
    assert {each["school_id"]: each["by_stage"]["2"] for each in found["schools"]} == {"elm": 8, "oak": 9, None: 7}
    assert (found["totals"], found["total"]) == ({"1": None, "2": 24, "3": None, "4": None}, None)
    assert [each["resource"] for each in found["schools"]] == [24, 27, 21]
    assert {each["name"] for each in found["schools"]} == {"Elm", "Oak", None}

    # One moves, one is grown up, one was recorded twice, one is gone for good.
    ended = {"episode_id": moved.episode_id, "child_id": moved.child_id, "ended_on": date(2026, 9, 1), "ended_by": "x"}
    await desk.kit.tell(
        ServiceEpisodeEnded(**ended),
        on_roll(moved.child_id, "oak"),
        ChildArchived(child_id=oak[0]),
        RecordsMerged(merge_id=child(), child_id=elm[1], merged_child_id=none[1], merged_at=datetime.now(UTC)),
        ChildPurged(child_id=oak[1]),
    )
    found = await report(desk)
    assert {each["school_id"]: each["by_stage"]["2"] for each in found["schools"]} == {"elm": 7, "oak": 8, None: 6}
    assert found["totals"]["2"] == 21
    # A small number is hidden by the next smallest: six could be nothing else, so that seven is hidden, too.
    small = [child() for _ in range(2)]
    await desk.kit.tell(school("ash"))
    await desk.kit.tell(*(on_roll(each, "ash") for each in small))
    for each in small:
        await agree(sw, each)
    found = await report(desk)
    assert {each["school_id"]: each["by_stage"]["2"] for each in found["schools"]} == {"oak": 8}
    assert found["totals"]["2"] == 23
    assert (await report(desk, datetime.now(UTC).year - 1))["schools"] == []


async def test_merged_records_show_what_was_agreed_last_and_keep_their_own(desk: Desk) -> None:
    kept, copy = child(), child()
    sw = desk.kit.viewer("sw", PLAN)
    await agree(sw, kept)
    await agree(sw, copy, stage=3, criteria=["several-needs"])
    both = desk.kit.viewer("sw", PLAN)
    both.records = (kept, copy)
    shown = await read(both, kept)
    assert [shown.json()["current"]["stage"], shown.json()["history"][0]["stage"]] == [3, 2]
    assert (await agree(both, kept, shown.headers["ETag"], stage=1, criteria=[])).json()["current"]["stage"] == 1
    assert (await read(sw, copy)).json()["current"]["stage"] == 3
