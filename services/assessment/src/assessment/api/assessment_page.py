"""An assessment on paper: what its JSON answer says to the same reader, and nothing beside it but names."""

from collections.abc import Mapping, Sequence
from typing import Any

from assessment.api.people import People, child_name, introduced, named
from assessment.domain.sheets import (
    LONGEST_IN_CELL,
    LONGEST_WORD,
    Block,
    bullets,
    day,
    facts,
    heading,
    own,
    paragraph,
    plain,
    said,
    table,
    uk_day,
)
from assessment.domain.templates import Section, Template
from contracts.supplies import NamedChild

_SIDE_BY_SIDE = 3
"""Opinions in one table: more would leave too little room for each."""


def assessment_blocks(
    body: Mapping[str, Any], template: Template, people: People, child: NamedChild | None
) -> list[Block]:
    """`body`: the assessment as it is answered in JSON."""
    blocks = [heading(1, template.title), facts(_head(body, people, child))]
    for told in body.get("sections", ()):
        section = template.section(told["key"])
        assert section is not None, "its form has every section that is told of"
        blocks += [heading(2, told["title"]), *_section(section, told["contributions"], people)]
    return blocks


def about(child: NamedChild | None) -> list[tuple[str, list[Block]]]:
    """Whose it is, as far as that is granted."""
    if child is None:
        return []
    return [("Child or young person", own(child_name(child))), ("Date of birth", own(day(child.date_of_birth)))]


def _head(body: Mapping[str, Any], people: People, child: NamedChild | None) -> list[tuple[str, list[Block]]]:
    found = about(child)
    if "begun_at" in body:
        by = introduced(people, body.get("begun_by"))
        found += [("Status", own(_words(body["status"]))), ("Begun on", own(f"{uk_day(body['begun_at'])}, by {by}"))]
    for name, label in (("reason", "Why it was begun"), ("also_open_reason", "Why beside another that was open")):
        if name in body:
            found.append((label, [paragraph(said(body[name]))]))
    return found


def _section(section: Section, contributions: Sequence[Mapping[str, Any]], people: People) -> list[Block]:
    if not contributions:
        return [paragraph(plain("Nobody has written here."), "note")]
    if len(contributions) == 1:
        (only,) = contributions
        written = [(title, _blocks(value, schema, LONGEST_WORD)) for title, value, schema in _answers(section, only)]
        return [
            heading(3, f"{_who(only, people)}, {uk_day(only['updated_at'])}"),
            *([facts(written)] if written else []),
        ]
    found = []
    for start in range(0, len(contributions), _SIDE_BY_SIDE):
        found.append(_beside(section, contributions[start : start + _SIDE_BY_SIDE], people))
    return found


def _beside(section: Section, contributions: Sequence[Mapping[str, Any]], people: People) -> Block:
    """Each opinion under its author's name, question by question."""
    answers = [{title: (value, schema) for title, value, schema in _answers(section, each)} for each in contributions]
    asked = list(dict.fromkeys(title for each in answers for title in each))
    rows = [
        [
            own(title),
            *(_blocks(*each[title], LONGEST_IN_CELL) if title in each else [] for each in answers),
        ]
        for title in asked
    ]
    columns = ["Question", *(f"{_who(each, people)}, {uk_day(each['updated_at'])}" for each in contributions)]
    names = " and ".join(named(people, each.get("contributor_id")) for each in contributions)
    return table(f"What {names} wrote", columns, rows, [3, *(5 for _ in contributions)])


def _who(contribution: Mapping[str, Any], people: People) -> str:
    return introduced(people, contribution.get("contributor_id"))


def _answers(section: Section, contribution: Mapping[str, Any]) -> list[tuple[str, Any, Mapping[str, Any]]]:
    """Title, value and schema of each field that was filled, in the form's order; then what it has no field for."""
    content = contribution["content"]
    fields = {field.name: (field.title, field.schema) for field in section.fields}
    names = [*(name for name in fields if name in content), *(name for name in content if name not in fields)]
    found = []
    for name in names:
        title, schema = fields.get(name, (_words(name), {}))
        found.append((title, content[name], schema))
    return found


def _blocks(value: Any, schema: Mapping[str, Any], longest: int) -> list[Block]:
    match value:
        case bool():
            return [paragraph(plain("Yes" if value else "No"))]
        case str():
            chosen = "enum" in schema or "const" in schema
            return [paragraph(plain(_words(value), longest) if chosen else said(value, longest))]
        case dict():
            parts = schema.get("properties", {})
            return [
                facts(
                    (str(parts.get(name, {}).get("title", _words(name))), _blocks(inner, parts.get(name, {}), longest))
                    for name, inner in value.items()
                )
            ]
        case list():
            inner_schema = schema.get("items", {})
            if all(isinstance(each, str) and "enum" not in inner_schema for each in value):
                return [bullets(said(each, longest) for each in value)]
            return [block for each in value for block in _blocks(each, inner_schema, longest)]
        case None:
            return [paragraph(plain("Nothing"))]
        case _:
            return [paragraph(plain(str(value)))]


def _words(code: str) -> str:
    """Of a code or a field's name."""
    text = code.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]
