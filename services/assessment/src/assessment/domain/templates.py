"""Assessment templates: which sections there are, what each holds, and to which information category it belongs."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from contracts.vocabulary import Category

_KEY = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")


class TemplateError(ValueError):
    """A template that cannot be used. The text begins with the place in it, as a JSON pointer."""

    def __init__(self, place: str, wrong: str) -> None:
        super().__init__(f"{place}: {wrong}")


@dataclass(frozen=True, slots=True)
class Section:
    """`schema` is a JSON Schema (2020-12) of an object, and stands alone: it refers to nothing outside itself."""

    key: str
    title: str
    category: Category
    help: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """`version` counts from 1. A template that is changed gets the next version; the old ones stay readable."""

    template_id: str
    version: int
    title: str
    sections: tuple[Section, ...]

    def section(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)

    def sections_in(self, categories: Iterable[Category]) -> tuple[Section, ...]:
        wanted = set(categories)
        return tuple(section for section in self.sections if section.category in wanted)


class Catalogue:
    """The templates that a running service knows, by id and version."""

    def __init__(self, templates: Iterable[Template]) -> None:
        self._all: dict[tuple[str, int], Template] = {}
        for template in templates:
            if (template.template_id, template.version) in self._all:
                raise TemplateError("/version", f"version {template.version} of {template.template_id} is there twice")
            self._all[template.template_id, template.version] = template
        # In the order of id and version, so that the newest version of each id is the one that stays.
        self._latest = {template_id: self._all[template_id, version] for template_id, version in sorted(self._all)}

    def latest(self, template_id: str) -> Template | None:
        return self._latest.get(template_id)

    def all_latest(self) -> list[Template]:
        """The newest version of each, by id."""
        return list(self._latest.values())

    def version(self, template_id: str, version: int) -> Template:
        """Raises `LookupError` for a version that was used and has since been taken out of the folder."""
        return self._all[template_id, version]


def template_of(data: Any) -> Template:
    """The template in plain data (`template_id`, `version`, `title`, `sections`). Raises `TemplateError`."""
    fields = _fields(data, "", {"template_id": str, "version": int, "title": str, "sections": list}, {})
    if not _ID.fullmatch(fields["template_id"]):
        raise TemplateError("/template_id", "is not lower-case letters, digits and hyphens")
    if fields["version"] < 1:
        raise TemplateError("/version", "counts from 1")
    if not fields["sections"]:
        raise TemplateError("/sections", "is empty")
    sections = [_section(each, f"/sections/{number}") for number, each in enumerate(fields["sections"])]
    seen: set[str] = set()
    for number, section in enumerate(sections):
        if section.key in seen:
            raise TemplateError(f"/sections/{number}/key", "is the key of a section before")
        seen.add(section.key)
    return Template(fields["template_id"], fields["version"], fields["title"], tuple(sections))


def _section(data: Any, place: str) -> Section:
    fields = _fields(data, place, {"key": str, "title": str, "category": str, "schema": dict}, {"help": str})
    if not _KEY.fullmatch(fields["key"]):
        raise TemplateError(f"{place}/key", "is not lower-case letters, digits and underscores")
    if fields["category"] not in set(Category):
        raise TemplateError(f"{place}/category", "is not an information category")
    _check_schema(fields["schema"], f"{place}/schema")
    return Section(
        fields["key"], fields["title"], Category(fields["category"]), fields.get("help", ""), fields["schema"]
    )


def _check_schema(schema: Mapping[str, Any], place: str) -> None:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        within = "".join(f"/{part}" for part in error.absolute_path)
        raise TemplateError(f"{place}{within}", f"is not JSON Schema 2020-12 ({error.message})") from error
    if schema.get("type") != "object":
        raise TemplateError(f"{place}/type", "is not `object`, which every contribution is")
    waiting: list[tuple[str, Any]] = [(place, schema)]
    while waiting:
        where, part = waiting.pop()
        if isinstance(part, dict):
            if "$ref" in part or "$dynamicRef" in part:
                raise TemplateError(where, "refers to another schema; a section's schema stands alone")
            waiting.extend((f"{where}/{name}", inner) for name, inner in part.items())
        elif isinstance(part, list):
            waiting.extend((f"{where}/{number}", inner) for number, inner in enumerate(part))


def _fields(data: Any, place: str, needed: Mapping[str, type], optional: Mapping[str, type]) -> dict[str, Any]:
    """The mapping in `data`, with every needed field there, none unknown, and each of its type."""
    if not isinstance(data, dict):
        raise TemplateError(place or "/", "is not a mapping")
    for name in needed:
        if name not in data:
            raise TemplateError(f"{place}/{name}", "is missing")
    types = {**needed, **optional}
    for name, value in data.items():
        if name not in types:
            raise TemplateError(f"{place}/{name}", "is not a field of a template")
        # A YAML `yes` is a bool, and a bool is an int to Python; neither is a version.
        if not isinstance(value, types[name]) or isinstance(value, bool):
            raise TemplateError(f"{place}/{name}", f"is not {_NAMES[types[name]]}")
        if value == "":
            raise TemplateError(f"{place}/{name}", "is empty")
    return data


_NAMES: dict[type, str] = {str: "text", int: "a whole number", list: "a list", dict: "a mapping"}
