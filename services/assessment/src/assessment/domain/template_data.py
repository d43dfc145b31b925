"""A template out of plain data, as a file has it. Everything is checked; what is wrong is said by its place."""

import re
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from assessment.domain.templates import Field, Section, Template, TemplateError
from contracts.vocabulary import Category

NATIONAL_KEY, MAX_AGE_MONTHS = "x-national-key", "x-max-age-months"
"""Keywords that a field's schema may have beside those of JSON Schema, to which they are annotations."""

_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
_SIDE_BY_SIDE = frozenset({"type", "properties", "required", "dependentRequired", "additionalProperties"})
_LONGEST_AGE = 240


def template_of(data: Any, *, national: bool = False) -> Template:
    """The template in plain data (`template_id`, `version`, `title`, `sections`). Raises `TemplateError`.

    `national`: a field's national key is `<section>.<field>` unless it names another.
    """
    parts = fields(
        data,
        "",
        {"template_id": str, "version": int, "title": str, "sections": list},
        {"help": str, "screening": bool},
    )
    checked_identity(parts)
    if not parts["sections"]:
        raise TemplateError("/sections", "is empty")
    sections = [section_of(each, f"/sections/{at}", national=national) for at, each in enumerate(parts["sections"])]
    seen: set[str] = set()
    for number, section in enumerate(sections):
        if section.key in seen:
            raise TemplateError(f"/sections/{number}/key", "is the key of a section before")
        seen.add(section.key)
    return Template(
        parts["template_id"],
        parts["version"],
        parts["title"],
        parts.get("help", ""),
        tuple(sections),
        national=national,
        screening=parts.get("screening", False),
    )


def checked_identity(parts: Mapping[str, Any]) -> None:
    if not _ID.fullmatch(parts["template_id"]):
        raise TemplateError("/template_id", "is not lower-case letters, digits and hyphens")
    if parts["version"] < 1:
        raise TemplateError("/version", "counts from 1")


def section_of(data: Any, place: str, *, national: bool = False) -> Section:
    parts = fields(
        data,
        place,
        {"key": str, "title": str, "category": str, "schema": dict},
        {"help": str, "max_age_months": int},
    )
    if not _KEY.fullmatch(parts["key"]):
        raise TemplateError(f"{place}/key", "is not lower-case letters, digits and underscores")
    if parts["category"] not in set(Category):
        raise TemplateError(f"{place}/category", "is not an information category")
    schema = parts["schema"]
    check_schema(schema, f"{place}/schema")
    if schema.get("type") != "object":
        raise TemplateError(f"{place}/schema/type", "is not `object`, which every contribution is")
    return Section(
        parts["key"],
        parts["title"],
        Category(parts["category"]),
        parts.get("help", ""),
        schema,
        fields_of(
            schema,
            f"{place}/schema",
            max_age_months=_months(parts.get("max_age_months"), f"{place}/max_age_months"),
            national_section=parts["key"] if national else None,
        ),
    )


def fields_of(
    schema: Mapping[str, Any], place: str, *, max_age_months: int | None, national_section: str | None = None
) -> tuple[Field, ...]:
    """The fields of a section's checked schema; `max_age_months` is that of those which say none."""
    found = []
    for name, each in schema.get("properties", {}).items():
        where = f"{place}/properties/{name}"
        if not isinstance(each, dict):
            raise TemplateError(where, "is not the schema of a field")
        own_key = each.get(NATIONAL_KEY)
        if own_key is not None and (not isinstance(own_key, str) or own_key.count(".") != 1):
            raise TemplateError(f"{where}/{NATIONAL_KEY}", "is not a national key (`section.field`)")
        implied = None if national_section is None else f"{national_section}.{name}"
        months = _months(each.get(MAX_AGE_MONTHS), f"{where}/{MAX_AGE_MONTHS}")
        found.append(
            Field(
                name,
                each,
                name in schema.get("required", ()),
                own_key or implied,
                months if months is not None else max_age_months,
            )
        )
    return tuple(found)


def _months(given: Any, place: str) -> int | None:
    if given is not None and (not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= _LONGEST_AGE):
        raise TemplateError(place, f"is not a whole number of months from 1 to {_LONGEST_AGE}")
    return given


def check_schema(schema: Mapping[str, Any], place: str) -> None:
    """Raises `TemplateError` unless it is JSON Schema that refers to nothing else, and its fields stand side by side:
    so that one of them can be hidden and the rest keep their meaning."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        within = "".join(f"/{part}" for part in error.absolute_path)
        raise TemplateError(f"{place}{within}", f"is not JSON Schema 2020-12 ({error.message})") from error
    for keyword in schema:
        if keyword not in _SIDE_BY_SIDE:
            raise TemplateError(f"{place}/{keyword}", "is not taken for a section, whose fields stand side by side")
    for name in schema.get("required", ()):
        if name not in schema.get("properties", {}):
            raise TemplateError(f"{place}/required", f"needs {name}, which is not a field of the section")
    waiting: list[tuple[str, Any]] = [(place, schema)]
    while waiting:
        where, part = waiting.pop()
        if isinstance(part, dict):
            if "$ref" in part or "$dynamicRef" in part:
                raise TemplateError(where, "refers to another schema; a section's schema stands alone")
            waiting.extend((f"{where}/{name}", inner) for name, inner in part.items())
        elif isinstance(part, list):
            waiting.extend((f"{where}/{number}", inner) for number, inner in enumerate(part))


def fields(data: Any, place: str, needed: Mapping[str, type], optional: Mapping[str, type]) -> dict[str, Any]:
    """The mapping in `data`, with every needed part there, none unknown, and each of its type."""
    if not isinstance(data, dict):
        raise TemplateError(place, "is not a mapping")
    for name in needed:
        if name not in data:
            raise TemplateError(f"{place}/{name}", "is missing")
    types = {**needed, **optional}
    for name, value in data.items():
        if name not in types:
            raise TemplateError(f"{place}/{name}", "is not a field of a template")
        # A YAML `yes` is a bool, and a bool is an int to Python; neither is a version.
        if not isinstance(value, types[name]) or (isinstance(value, bool) and types[name] is not bool):
            raise TemplateError(f"{place}/{name}", f"is not {_NAMES[types[name]]}")
        if value == "":
            raise TemplateError(f"{place}/{name}", "is empty")
    return data


_NAMES: dict[type, str] = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list",
    dict: "a mapping",
}
