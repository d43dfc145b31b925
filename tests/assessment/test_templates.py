"""The templates: what those built in hold, how an authority derives its own, and that a bad one never starts."""

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator

from assessment.application.used_templates import TemplateChanged
from assessment.main import create_app
from assessment.settings import AssessmentSettings
from chassis.keys import write_jwks
from contracts.events.base import ASSESSMENT
from contracts.vocabulary import Category, Role
from tests.assessment.desk import TEMPLATE, Desk
from tests.notifications.kit import INTERNAL_KEY, KEY, Kit, child, problem, running

NOBODY: frozenset[Category] = frozenset()


async def test_the_national_templates_are_there_for_everybody(desk: Desk) -> None:
    viewer = desk.kit.viewer("anybody", NOBODY)
    listed = (await viewer.call("GET", "/v1/assessment-templates", "template.read")).json()
    assert [
        (item["template_id"], item["version"], item["national"], item["screening"]) for item in listed["items"]
    ] == [
        (TEMPLATE, 1, True, False),
        ("early-help", 1, True, False),
        ("pre-assessment-checklist", 1, True, True),
        ("school-based", 1, True, False),
    ]
    response = await viewer.call("GET", f"/v1/assessment-templates/{TEMPLATE}", "template.read")
    template = response.json()
    assert {section["key"]: section["category"] for section in template["sections"]} == {
        "development": "health",
        "learning": "education",
        "parents_and_carers": "family",
        "family_and_environment": "family",
        "strengths_and_needs": "plan",
        "child_words": "involvement",
        "parent_words": "involvement",
    }
    asked: dict[str, dict[str, Any]] = {}
    for item in listed["items"]:
        read = await viewer.call("GET", f"/v1/assessment-templates/{item['template_id']}", "template.read")
        for section in read.json()["sections"]:
            assert set(section) == {"key", "title", "category", "help", "schema", "fields"}
            Draft202012Validator.check_schema(section["schema"])
            assert [field["name"] for field in section["fields"]] == list(section["schema"]["properties"])
            for field in section["fields"]:
                assert field["title"]
                assert field["max_age_months"] in {3, 6, 12}
                asked.setdefault(field["national_key"], {})[item["template_id"]] = section["category"]
    assert set(asked["learning.aspirations"]) == {TEMPLATE, "early-help", "school-based"}
    assert None not in asked
    for path in ("other", f"{TEMPLATE}?version=2"):
        unknown = await viewer.call("GET", f"/v1/assessment-templates/{path}", "template.read")
        assert (unknown.status_code, problem(unknown)["type"]) == (404, "urn:kith:problem:not-found")


OWN = "ambleford-assessment"


def own(version: int = 1, **more: Any) -> dict[str, Any]:
    """A template of an authority's own making."""
    words = {"type": "string", "maxLength": 100}
    sections = [
        {"key": key, "title": key, "category": category, "schema": {"type": "object", "properties": {"words": words}}}
        for key, category in (("first", "plan"), ("second", "involvement"), ("third", "health"))
    ]
    return {"template_id": OWN, "version": version, "title": "Our own", "sections": sections, **more}


def derived(**more: Any) -> dict[str, Any]:
    return {
        "template_id": "ambleford-early-help",
        "version": 1,
        "title": "Early help in Ambleford",
        "extends": {"template_id": "early-help", "version": 1},
        **more,
    }


def written(folder: Path, *templates: Any) -> Path:
    folder.mkdir()
    for number, template in enumerate(templates):
        (folder / f"t{number}.yaml").write_text(yaml.safe_dump(template, sort_keys=False))
    return folder


def with_templates_of(folder: Path) -> Callable[[AssessmentSettings, Any], Any]:
    return lambda settings, broker: create_app(settings.model_copy(update={"assessment_template_dir": folder}), broker)


async def test_an_assessment_keeps_the_version_it_was_begun_with(database_url: str, tmp_path: Path) -> None:
    """And a version that was used is neither changed nor taken away unnoticed."""
    folder = written(tmp_path / "templates", own(), own(template_id="another"))
    make = with_templates_of(folder)
    jo, later = child(), child()

    def start() -> AbstractAsyncContextManager[Kit]:
        return running(make, AssessmentSettings, database_url, tmp_path, ASSESSMENT)

    async with start() as kit:
        sw = Desk(kit).practitioner("sw", jo)
        first = (await sw.begin(OWN)).json()["assessment_id"]
        await sw.begin("another", also_open=True, also_open_reason="both are ours")
        pages = [await sw.listed(limit=1)]
        pages.append(await sw.listed(limit=1, cursor=pages[0]["next_cursor"]))
        assert [item["template_id"] for page in pages for item in page["items"]] == ["another", OWN]
        assert pages[1]["next_cursor"] is None
        # A process that has another text of the version begins none with it.
        settings = AssessmentSettings(
            data_dir=tmp_path,
            database_url=database_url,
            internal_key=INTERNAL_KEY,
            grant_jwks_file=tmp_path / "grant.jwks.json",
            assessment_template_dir=written(tmp_path / "changed", own(help="Other words")),
            run_worker=False,
        )
        transport = httpx.ASGITransport(create_app(settings, kit.broker))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            refused = await Desk(replace(kit, client=client)).practitioner("sw", later).begin(OWN)
        assert (refused.status_code, problem(refused)["detail"][:42]) == (503, f"Version 1 of the template {OWN}"[:42])
    new = own(2, title="Second edition", sections=own()["sections"][:2])
    (folder / "new.yaml").write_text(yaml.safe_dump(new))
    async with start() as kit:
        sw = Desk(kit).practitioner("sw", later)
        second = (await sw.begin(OWN)).json()["assessment_id"]
        assert len(await Desk(kit).practitioner("sw", jo).sections(first)) == 3
        assert len(await sw.sections(second)) == 2
        body = (await sw.read(second)).json()
        assert (body["template_version"], body["title"]) == (2, "Second edition")
        old = await sw.viewer.call("GET", f"/v1/assessment-templates/{OWN}?version=1", "template.read")
        assert len(old.json()["sections"]) == 3
    (folder / "new.yaml").write_text(yaml.safe_dump({**new, "sections": own()["sections"]}))
    with pytest.raises(TemplateChanged, match=f"Version 2 of the template {OWN} was used and has changed since"):
        await started(start())
    (folder / "new.yaml").unlink()
    with pytest.raises(TemplateChanged, match=f"Version 2 of the template {OWN} was used and is no longer there"):
        await started(start())


async def started(kit: AbstractAsyncContextManager[Kit]) -> None:
    async with kit:
        pass


async def test_an_authority_derives_its_own(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "templates",
        derived(
            hide=["parents_and_carers", "learning.aspirations", "help_wanted.wanted"],
            sections=[
                {
                    "key": "learning",
                    "help": "Ask the school first.",
                    "schema": {
                        "properties": {
                            "participation_and_attendance": {"title": "Attendance", "x-max-age-months": 2},
                            "bus_pass": {"type": "boolean"},
                            "behaviour_in_school": {"type": "string", "x-national-key": "learning.aspirations"},
                        },
                        "required": ["bus_pass"],
                    },
                },
                {
                    "key": "housing",
                    "title": "Housing",
                    "category": "family",
                    "schema": {"type": "object", "properties": {"tenure": {"type": "string"}}},
                },
            ],
        ),
    )
    database = f"sqlite+aiosqlite:///{tmp_path / 'own.sqlite3'}"
    async with running(with_templates_of(folder), AssessmentSettings, database, tmp_path, ASSESSMENT) as kit:
        jo = child()
        sw = Desk(kit).practitioner("sw", jo)
        read = await sw.viewer.call("GET", "/v1/assessment-templates/ambleford-early-help", "template.read")
        template = read.json()
        begun = (await sw.begin("ambleford-early-help")).json()["assessment_id"]
        plain = await sw.write(begun, "learning", {"participation_and_attendance": "good", "bus_pass": True})
        needed = await sw.write(begun, "learning", {"participation_and_attendance": "good"})
        hidden = await sw.write(begun, "help_wanted", {"wanted": "x"})
        without_hidden = await sw.write(begun, "help_wanted", {"tried_before": "x"})
    assert template["extends"] == {"template_id": "early-help", "version": 1}
    assert not template["national"]
    assert [section["key"] for section in template["sections"]] == [
        "learning",
        "development",
        "family_and_environment",
        "help_wanted",
        "child_words",
        "parent_words",
        "housing",
    ]
    learning = template["sections"][0]
    assert learning["help"] == "Ask the school first."
    asked = [(each["name"], each["title"], each["national_key"], each["max_age_months"]) for each in learning["fields"]]
    assert asked == [
        ("participation_and_attendance", "Attendance", "learning.participation_and_attendance", 2),
        ("bus_pass", "Bus pass", None, None),
        ("behaviour_in_school", "Behaviour in school", "learning.aspirations", None),
    ]
    assert [answer.status_code for answer in (plain, needed, hidden, without_hidden)] == [201, 422, 422, 201]
    assert problem(needed)["errors"] == [{"pointer": "/content/bus_pass", "detail": "is needed"}]
    assert [error["pointer"] for error in problem(hidden)["errors"]] == ["/content"]


def with_section(**changes: Any) -> dict[str, Any]:
    data = own()
    data["sections"][1] = {**data["sections"][1], **changes}
    return data


def with_learning(**changes: Any) -> dict[str, Any]:
    return derived(sections=[{"key": "learning", **changes}])


def with_field(name: str, **schema: Any) -> dict[str, Any]:
    return with_learning(schema={"properties": {name: schema}})


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("template", "place"),
    [
        ([], r"t0\.yaml, line 1: /: is not a mapping"),
        (own(0), "line 2: /version"),
        (own(True), "/version"),
        (own(title=""), "/title"),
        (own(template_id="Common Assessment"), "/template_id"),
        (own(template_id=TEMPLATE, version=9), "/template_id: is the id of a national template"),
        (own(colour="red"), "/colour"),
        (own(screening=1), "/screening: is not true or false"),
        (own(sections=[]), "/sections"),
        (with_section(category="gossip"), "line 16: /sections/1/category: is not an information category"),
        (with_section(key="first"), "/sections/1/key: is the key of a section before"),
        (with_section(key="Learning 1"), "/sections/1/key"),
        (with_section(max_age_months=0), "/sections/1/max_age_months"),
        (with_section(schema={"type": "list"}), "/sections/1/schema/type: is not JSON Schema 2020-12"),
        (with_section(schema={"type": "string"}), "/sections/1/schema/type"),
        (with_section(schema={"type": "object", "allOf": [{}]}), "/sections/1/schema/allOf"),
        (with_section(schema={"type": "object", "required": ["x"]}), "/sections/1/schema/required: needs x"),
        (with_section(schema={"type": "object", "properties": {"a": True}}), "/sections/1/schema/properties/a"),
        (
            with_section(schema={"type": "object", "properties": {"a": {"$ref": "https://example.org/a"}}}),
            "/sections/1/schema/properties/a: refers to another schema",
        ),
        (
            with_section(schema={"type": "object", "properties": {"a": {"x-national-key": "our.own"}}}),
            "our.own is not the key of a national field",
        ),
        (
            with_section(
                schema={"type": "object", "properties": {"a": {**TEXT, "x-national-key": "learning.aspirations"}}}
            ),
            "learning.aspirations is of category education and type string elsewhere",
        ),
        (derived(extends={"template_id": "early-help", "version": 7}), "/extends: is not a version"),
        (derived(extends={"template_id": OWN, "version": 1}), "/extends: is not a version of a national template"),
        (derived(hide=["learning.colour"]), "/hide/0: is not a section, or a field"),
        (derived(hide=["learning"], sections=[{"key": "learning"}]), "/sections/0/key: is a section that is hidden"),
        (with_learning(category="involvement"), "/sections/0/category: is education in the national template"),
        (with_field("aspirations", type="boolean"), "properties/aspirations/type: is the national field's"),
        (with_field("aspirations", maxLength=9000), "properties/aspirations/maxLength: is the national field's"),
        (with_learning(schema={"additionalProperties": True}), "/sections/0/schema/additionalProperties"),
        (
            with_field("own", type="boolean", **{"x-national-key": "learning.aspirations"}),
            "learning.aspirations is of category education and type string elsewhere",
        ),
        (
            {**with_field("aspirations", **TEXT), "hide": ["learning.aspirations"]},
            "properties/aspirations: is hidden, and a field of its name",
        ),
    ],
)
def test_a_bad_template_refuses_to_start_and_says_where(tmp_path: Path, template: Any, place: str) -> None:
    write_jwks(tmp_path / "keys" / "grant.jwks.json", [KEY.public_jwk])
    folder = written(tmp_path / "templates", template)
    settings = AssessmentSettings(data_dir=tmp_path, internal_key=INTERNAL_KEY, assessment_template_dir=folder)
    with pytest.raises(ValueError, match=place) as refused:
        create_app(settings)
    assert re.search(r"t0\.yaml, line \d+: /", str(refused.value))


def test_a_folder_without_a_sound_set_of_templates_refuses_to_start(tmp_path: Path) -> None:
    empty = written(tmp_path / "empty")
    twice = written(tmp_path / "twice", own(), own())
    broken = written(tmp_path / "broken")
    (broken / "a.yaml").write_text("title: x\nsections: [")
    for folder, wrong in (
        (empty, "has no template"),
        (twice, "is there twice"),
        (broken, r"a\.yaml, line \d: is not YAML"),
    ):
        settings = AssessmentSettings(data_dir=tmp_path, internal_key=INTERNAL_KEY, assessment_template_dir=folder)
        with pytest.raises(ValueError, match=wrong):
            create_app(settings)


async def put(desk: Desk, template_id: str, body: dict[str, Any]) -> httpx.Response:
    admin = desk.kit.viewer("admin", NOBODY, Role.DIRECTORY_ADMIN)
    return await admin.call("PUT", f"/v1/assessment-templates/{template_id}", "template.write", json=body)


def sent(**more: Any) -> dict[str, Any]:
    body = {name: part for name, part in own(**more).items() if name not in {"template_id", "version"}}
    copied: dict[str, Any] = json.loads(json.dumps(body))  # the sections of `own` share a schema
    return copied


async def test_an_authority_puts_its_own_template_and_the_next_version(desk: Desk) -> None:
    template_id = f"{OWN}-1"  # what a service has taken in it keeps in mind, whatever the tests put back
    first = await put(desk, template_id, sent())
    assert (first.status_code, first.json()["version"]) == (201, 1), first.text
    again = await put(desk, template_id, sent())
    assert (again.status_code, again.json()) == (200, first.json())
    sw = desk.practitioner("sw", child())
    begun = (await sw.begin(template_id)).json()
    second = await put(desk, template_id, sent(title="Ours, shorter"))
    assert (second.status_code, second.json()["version"]) == (201, 2)
    (changed, later) = await desk.kit.published("AssessmentTemplateChanged", 2)
    assert (changed["version"], later["version"], later["changed_by"]) == (1, 2, "admin")
    viewer = desk.kit.viewer("anybody", NOBODY)
    old = await viewer.call("GET", f"/v1/assessment-templates/{template_id}?version=1", "template.read")
    assert old.json() == first.json()
    assert (await sw.read(begun["assessment_id"])).json()["template_version"] == 1


async def test_a_template_that_is_put_may_derive_from_a_national_one(desk: Desk) -> None:
    template_id = f"{OWN}-2"
    body = {name: part for name, part in derived().items() if name not in {"template_id", "version"}}
    answer = await put(desk, template_id, body)
    assert answer.status_code == 201, answer.text


async def test_what_is_wrong_in_a_template_that_is_put_is_told_by_its_place(desk: Desk) -> None:
    template_id = f"{OWN}-3"
    bad = sent()
    bad["sections"][1]["category"] = "secrets"
    bad_schema = sent()
    bad_schema["sections"][0]["schema"]["properties"]["words"]["type"] = "nothing"
    endless = sent()
    endless["sections"][2]["schema"]["properties"]["words"]["pattern"] = "(a+)+$"
    hidden = sent()
    hidden["sections"][2]["schema"]["properties"]["properties"] = {"type": "string", "pattern": "(a+)+$"}
    named_pattern = sent()
    named_pattern["sections"][2]["schema"]["properties"]["pattern"] = {"type": "string"}
    foreign = sent()
    foreign["sections"][0]["schema"]["properties"]["words"]["x-national-key"] = "nowhere.nothing"
    for body, pointer in (
        (bad, "/sections/1/category"),
        (bad_schema, "/sections/0/schema/properties/words/type"),
        (endless, "/sections/2/schema/properties/words/pattern"),
        (hidden, "/sections/2/schema/properties/properties/pattern"),
        (foreign, "/sections/0/schema/properties/words"),
        ({"title": "No sections"}, "/sections"),
        ({**sent(), "extends": {"template_id": "nowhere", "version": 1}}, "/extends"),
    ):
        answer = await put(desk, template_id, body)
        assert answer.status_code == 422, (pointer, answer.text)
        assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert (await put(desk, template_id, named_pattern)).status_code == 201
    viewer = desk.kit.viewer("anybody", NOBODY)
    listed = (await viewer.call("GET", "/v1/assessment-templates", "template.read")).json()["items"]
    assert [item["version"] for item in listed if item["template_id"] == template_id] == [1], (
        "what was refused made no version"
    )


async def test_a_national_template_is_not_put(desk: Desk) -> None:
    answer = await put(desk, TEMPLATE, sent())
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:kith:problem:template-in-file")
    assert (await put(desk, "Not-An-Id", sent())).status_code == 422


async def test_every_process_knows_what_was_put_from_the_next_request(database_url: str, tmp_path: Path) -> None:
    """Also one that started before, and one that starts later and finds that it was used."""
    jo = child()

    def start() -> AbstractAsyncContextManager[Kit]:
        return running(create_app, AssessmentSettings, database_url, tmp_path, ASSESSMENT)

    async with start() as kit:
        settings = AssessmentSettings(
            data_dir=tmp_path,
            database_url=database_url,
            internal_key=INTERNAL_KEY,
            grant_jwks_file=tmp_path / "grant.jwks.json",
            run_worker=False,
        )
        transport = httpx.ASGITransport(create_app(settings, kit.broker))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            other = Desk(replace(kit, client=client))
            assert (await put(Desk(kit), OWN, sent())).status_code == 201
            begun = (await other.practitioner("sw", jo).begin(OWN)).json()
            assert (await put(other, OWN, sent(title="Second"))).json()["version"] == 2
        assert (await Desk(kit).practitioner("sw", jo).read(begun["assessment_id"])).status_code == 200
    async with start() as kit:
        assert (await Desk(kit).practitioner("sw", jo).read(begun["assessment_id"])).json()["template_version"] == 1


async def test_two_who_put_a_version_at_once_both_keep_what_they_were_told(desk: Desk) -> None:
    template_id = f"{OWN}-at-once"
    answers = await asyncio.gather(*(put(desk, template_id, sent(title=f"Title {n}")) for n in range(6)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    viewer = desk.kit.viewer("anybody", NOBODY)
    for answer in answers:
        if answer.status_code == 409:
            assert problem(answer)["type"] == "urn:kith:problem:template-changed"
            continue
        path = f"/v1/assessment-templates/{template_id}?version={answer.json()['version']}"
        assert (await viewer.call("GET", path, "template.read")).json() == answer.json()
