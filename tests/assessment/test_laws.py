"""Whatever the templates, the contributors and the grants: no field leaks, and nothing that was written is lost."""

import json
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.main import create_app
from assessment.settings import BUILT_IN, AssessmentSettings
from contracts.events.base import ASSESSMENT
from contracts.supplies import KnownFact
from contracts.vocabulary import Category
from tests.assessment.desk import Desk, Practitioner
from tests.notifications.kit import child, running

TEMPLATES = 12
EVERYTHING = frozenset(Category)
TYPES: list[dict[str, Any]] = [
    {"type": "string", "maxLength": 100},
    {"type": "array", "items": {"type": "string"}},
    {"type": "object", "properties": {"inner": {"type": "string"}}},
]


def any_template(number: int, draw: random.Random) -> dict[str, Any]:
    """One of an authority's own making, or derived from a national one with parts hidden and added."""
    sections = [
        {
            "key": f"own_{at}",
            "title": f"Section {at}",
            "category": draw.choice(list(Category)).value,
            "schema": {
                "type": "object",
                "properties": {f"field_{each}": draw.choice(TYPES) for each in range(draw.randint(1, 3))},
            },
        }
        for at in range(draw.randint(1, 3))
    ]
    made = {"template_id": f"template-{number}", "version": 1, "title": f"Template {number}", "sections": sections}
    if draw.random() < 0.6:
        base = yaml.safe_load((BUILT_IN / draw.choice(["common-assessment.v1.yaml", "early-help.v1.yaml"])).read_text())
        hidden = draw.sample([section["key"] for section in base["sections"]], 5)
        made |= {"extends": {"template_id": base["template_id"], "version": 1}, "hide": hidden}
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def forms(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Desk, list[dict[str, Any]]]]:
    """A service with random templates, and the templates as it tells them."""
    folder: Path = tmp_path_factory.mktemp("laws")
    own = folder / "templates"
    own.mkdir()
    draw = random.Random(20261122)
    for number in range(TEMPLATES):
        (own / f"{number}.yaml").write_text(yaml.safe_dump(any_template(number, draw)))

    def make(given: AssessmentSettings, broker: Any) -> Any:
        return create_app(given.model_copy(update={"assessment_template_dir": own}), broker)

    url = f"sqlite+aiosqlite:///{folder / 'laws.sqlite3'}"
    async with AsyncExitStack() as stack:
        desk = Desk(await stack.enter_async_context(running(make, AssessmentSettings, url, folder, ASSESSMENT)))
        viewer = desk.kit.viewer("anybody", EVERYTHING)
        found = [
            (await viewer.call("GET", f"/v1/assessment-templates/template-{number}", "template.read")).json()
            for number in range(TEMPLATES)
        ]
        yield desk, found


@dataclass
class Written:
    """What the model knows: each offered version, in order, and each draft that stands."""

    offered: list[tuple[int, str, str, Any]] = field(default_factory=list)
    drafts: dict[tuple[int, str, str], Any] = field(default_factory=dict)
    words: int = 0

    def word(self) -> str:
        self.words += 1
        return f"word-{self.words}."


MOST = st.frozensets(st.sampled_from(list(Category)), max_size=3).map(lambda hidden: EVERYTHING - hidden)
READING = st.frozensets(st.sampled_from(list(Category)), min_size=3, max_size=8)
INVOLVED = frozenset({Category.INVOLVEMENT})
ACTS = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(0, 1), st.integers(0, 9), st.integers(0, 9), st.sampled_from(["draft", "offer"])
    ),
    min_size=1,
    max_size=6,
)
KNOWN = [KnownFact(key=f"known-{each}.", category=each, value=f"fact-{each}.") for each in Category]


@settings(
    max_examples=settings().max_examples // 10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    chosen=st.tuples(*[st.integers(0, TEMPLATES - 1)] * 2),
    grants=st.tuples(MOST, MOST, MOST),
    acts=ACTS,
    reading=READING | st.just(EVERYTHING - INVOLVED),
)
async def test_no_field_leaks_and_nothing_is_lost(
    forms: tuple[Desk, list[dict[str, Any]]],
    chosen: tuple[int, int],
    grants: tuple[frozenset[Category], ...],
    acts: list[tuple[int, int, int, int, str]],
    reading: frozenset[Category],
) -> None:
    desk, templates = forms
    jo = child()
    forms_used = [templates[number] for number in chosen]
    everybody = desk.practitioner("sees-everything", jo)
    begun = []
    for form in forms_used:
        answer = await everybody.begin(form["template_id"], also_open=True, also_open_reason="as-well.")
        begun.append(answer.json()["assessment_id"])
    people = [desk.practitioner(f"person-{number}.", jo, granted) for number, granted in enumerate(grants)]
    written = Written()
    for who, which, section_at, field_at, kind in acts:
        await act(people[who], begun[which], forms_used[which], which, section_at, field_at, kind, written)

    for reader in (people[0], desk.practitioner("reader.", jo, reading)):
        await nothing_leaks(reader, begun, forms_used, written)
    await nothing_is_lost(everybody, people, begun, forms_used, written)
    await nothing_shows_by_a_change(desk, jo, reading, begun, forms_used)


async def act(
    who: Practitioner,
    assessment_id: str,
    form: dict[str, Any],
    which: int,
    section_at: int,
    field_at: int,
    kind: str,
    written: Written,
) -> None:
    section = form["sections"][section_at % len(form["sections"])]
    name, schema = list(section["schema"]["properties"].items())[field_at % len(section["schema"]["properties"])]
    word = written.word()
    content = {name: value_of(schema, word)}
    author = who.viewer.viewer_id
    place = (which, section["key"], author)
    standing = await who.draft("GET", assessment_id, section["key"])
    tag = {"If_Match": standing.headers["ETag"]} if standing.status_code == 200 else {"If_None_Match": "*"}
    saved = await who.draft("PUT", assessment_id, section["key"], content, **tag)
    if section["category"] not in who.viewer.categories:
        assert (standing.status_code, saved.status_code) == (404, 404)
        return
    assert saved.status_code in {200, 201}, saved.text
    written.drafts[place] = content
    if kind == "offer":
        offered = await who.draft("POST", assessment_id, section["key"], If_Match=saved.headers["ETag"])
        if offered.status_code == 422:  # something that is required is not there yet
            return
        assert offered.status_code in {200, 201}, offered.text
        written.offered.append((which, section["key"], author, written.drafts.pop(place)))


def value_of(schema: dict[str, Any], word: str) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "array":
            return [word]
        case "object":
            return {next(iter(schema["properties"])): word}
    return word


async def answers(who: Practitioner, begun: list[str], forms_used: list[dict[str, Any]]) -> list[httpx.Response]:
    """All that somebody can be told of these assessments, but for their own drafts."""
    found = [await who.begin(forms_used[0]["template_id"])]
    for assessment_id, form in zip(begun, forms_used, strict=True):
        found += [await who.read(assessment_id), await who.prefill(assessment_id, *KNOWN)]
        found += [await who.history(assessment_id, section["key"]) for section in form["sections"]]
    return found


async def nothing_leaks(
    reader: Practitioner, begun: list[str], forms_used: list[dict[str, Any]], written: Written
) -> None:
    granted = reader.viewer.categories
    found = await answers(reader, begun, forms_used)
    told = json.dumps([answer.text for answer in found])
    told += json.dumps(await reader.listed())
    own = reader.viewer.viewer_id
    category = {
        (which, section["key"]): section["category"]
        for which, form in enumerate(forms_used)
        for section in form["sections"]
    }
    shown = [part for answer in found if answer.status_code == 200 for part in sections_in(answer.json())]
    assert {part["category"] for part in shown} <= set(granted)
    may = {
        word for which, key, _, content in written.offered if category[which, key] in granted for word in words(content)
    }
    for number in range(1, written.words + 1):
        word = f"word-{number}."
        assert (word in told) <= (word in may), f"{word} is told to one who sees {sorted(granted)}"
    for each in Category:
        assert (f"fact-{each}." in told) == (each in granted)
    authors = {author for which, key, author, _ in written.offered if category[which, key] in granted}
    for number in range(3):
        author = f"person-{number}."
        named = author in told
        assert named <= (author in authors and Category.INVOLVEMENT in granted), f"{author} is named"
    for (which, key, author), content in written.drafts.items():
        draft = await reader.draft("GET", begun[which], key)
        if author == own:
            assert draft.json()["content"] == content
        else:
            assert not any(word in draft.text for word in words(content))


def sections_in(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [*body.get("sections", ()), *body.get("asked", ())]


def words(content: dict[str, Any]) -> list[str]:
    return [
        part + "." for part in json.dumps(content).replace('"', " ").replace(".", " ").split() if part[:5] == "word-"
    ]


async def nothing_is_lost(
    everybody: Practitioner,
    people: list[Practitioner],
    begun: list[str],
    forms_used: list[dict[str, Any]],
    written: Written,
) -> None:
    for which, (assessment_id, form) in enumerate(zip(begun, forms_used, strict=True)):
        standing = await everybody.sections(assessment_id)
        for section in form["sections"]:
            key = section["key"]
            kept = (await everybody.history(assessment_id, key)).json()["items"]
            for who in people:
                author = who.viewer.viewer_id
                mine = [
                    content for at, where, by, content in written.offered if (at, where, by) == (which, key, author)
                ]
                assert [each["content"] for each in kept if each["contributor_id"] == author] == mine
                shown = [each["content"] for each in standing[key] if each["contributor_id"] == author]
                assert shown == mine[-1:]


async def nothing_shows_by_a_change(
    desk: Desk, jo: str, reading: frozenset[Category], begun: list[str], forms_used: list[dict[str, Any]]
) -> None:
    """What is written where the reader may not see changes not a byte of what they are told."""
    reader, writer = desk.practitioner("reader.", jo, reading), desk.practitioner("writer.", jo)

    async def told() -> list[Any]:
        return [
            (each.status_code, each.headers.get("ETag"), each.json() | {"instance": ""})
            for each in await answers(reader, begun, forms_used)
        ]

    before = await told()
    for assessment_id, form in zip(begun, forms_used, strict=True):
        for section in form["sections"]:
            if section["category"] not in reading:
                properties = section["schema"]["properties"]
                content = {name: value_of(schema, "hidden") for name, schema in properties.items()}
                content |= {"recorded_on": "2026-11-22"} if "recorded_on" in properties else {}
                assert (await writer.write(assessment_id, section["key"], content)).status_code == 201
    assert await told() == before
