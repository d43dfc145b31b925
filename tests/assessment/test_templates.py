"""The templates: what the built-in one holds, and that a bad one never starts."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from assessment.main import create_app
from assessment.settings import BUILT_IN, AssessmentSettings
from chassis.keys import write_jwks
from contracts.events import ASSESSMENT
from contracts.vocabulary import Category
from tests.assessment.desk import TEMPLATE, Desk
from tests.notifications.kit import INTERNAL_KEY, KEY, child, problem, running

NOBODY: frozenset[Category] = frozenset()


async def test_the_built_in_template_is_there_for_everybody(desk: Desk) -> None:
    viewer = desk.kit.viewer("anybody", NOBODY)
    listed = (await viewer.call("GET", "/v1/assessment-templates", "template.read")).json()
    assert listed == {
        "items": [{"template_id": TEMPLATE, "version": 1, "title": "Common assessment"}],
        "next_cursor": None,
    }
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
    for section in template["sections"]:
        assert set(section) == {"key", "title", "category", "help", "schema"}
        Draft202012Validator.check_schema(section["schema"])
    unknown = await viewer.call("GET", "/v1/assessment-templates/other", "template.read")
    assert (unknown.status_code, problem(unknown)["type"]) == (404, "urn:kith:problem:not-found")


def built_in() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((BUILT_IN / "common-assessment.v1.yaml").read_text())
    return data


def written(folder: Path, *templates: Any) -> Path:
    folder.mkdir()
    for number, template in enumerate(templates):
        (folder / f"t{number}.yaml").write_text(yaml.safe_dump(template))
    return folder


async def test_an_assessment_keeps_the_version_it_was_begun_with(database_url: str, tmp_path: Path) -> None:
    old = built_in()
    new = {**old, "version": 2, "title": "Second edition", "sections": old["sections"][:2]}
    other = {**old, "template_id": "another"}
    folder = written(tmp_path / "templates", old, other)

    def make(settings: AssessmentSettings, broker: Any) -> Any:
        return create_app(settings.model_copy(update={"assessment_template_dir": folder}), broker)

    jo, later = child(), child()
    async with running(make, AssessmentSettings, database_url, tmp_path, ASSESSMENT) as kit:
        first = await Desk(kit).begun(jo)
        await Desk(kit).practitioner("sw", jo).begin("another")
        pages = [await Desk(kit).practitioner("sw", jo).listed(limit=1)]
        pages.append(await Desk(kit).practitioner("sw", jo).listed(limit=1, cursor=pages[0]["next_cursor"]))
        assert [item["template_id"] for page in pages for item in page["items"]] == ["another", TEMPLATE]
        assert pages[1]["next_cursor"] is None
    (folder / "new.yaml").write_text(yaml.safe_dump(new))
    async with running(make, AssessmentSettings, database_url, tmp_path, ASSESSMENT) as kit:
        second = await Desk(kit).begun(later)
        assert len(await Desk(kit).practitioner("sw", jo).sections(first)) == 7
        assert len(await Desk(kit).practitioner("sw", later).sections(second)) == 2
        body = (await Desk(kit).practitioner("sw", later).read(second)).json()
        assert (body["template_version"], body["title"]) == (2, "Second edition")


def with_section(**changes: Any) -> dict[str, Any]:
    data = built_in()
    data["sections"][1] = {**data["sections"][1], **changes}
    return data


@pytest.mark.parametrize(
    ("template", "place"),
    [
        ([], r"t0\.yaml: /: is not a mapping"),
        ({**built_in(), "version": 0}, "/version"),
        ({**built_in(), "version": True}, "/version"),
        ({**built_in(), "title": ""}, "/title"),
        ({**built_in(), "template_id": "Common Assessment"}, "/template_id"),
        ({**built_in(), "colour": "red"}, "/colour"),
        ({**built_in(), "sections": []}, "/sections"),
        (with_section(category="gossip"), "/sections/1/category: is not an information category"),
        (with_section(key="development"), "/sections/1/key: is the key of a section before"),
        (with_section(key="Learning 1"), "/sections/1/key"),
        (with_section(schema={"type": "list"}), "/sections/1/schema/type: is not JSON Schema 2020-12"),
        (with_section(schema={"type": "string"}), "/sections/1/schema/type"),
        (
            with_section(schema={"type": "object", "properties": {"a": {"$ref": "https://example.org/a"}}}),
            "/sections/1/schema/properties/a: refers to another schema",
        ),
    ],
)
def test_a_bad_template_refuses_to_start_and_says_where(tmp_path: Path, template: Any, place: str) -> None:
    write_jwks(tmp_path / "keys" / "grant.jwks.json", [KEY.public_jwk])
    folder = written(tmp_path / "templates", template)
    settings = AssessmentSettings(data_dir=tmp_path, internal_key=INTERNAL_KEY, assessment_template_dir=folder)
    with pytest.raises(ValueError, match=place) as refused:
        create_app(settings)
    assert "t0.yaml" in str(refused.value)


def test_a_folder_without_a_sound_set_of_templates_refuses_to_start(tmp_path: Path) -> None:
    empty = written(tmp_path / "empty")
    twice = written(tmp_path / "twice", built_in(), built_in())
    for folder, wrong in ((empty, "has no template"), (twice, "is there twice")):
        settings = AssessmentSettings(data_dir=tmp_path, internal_key=INTERNAL_KEY, assessment_template_dir=folder)
        with pytest.raises(ValueError, match=wrong):
            create_app(settings)
