"""Assessment templates: which sections a form has, what each field holds, and to which category it belongs."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.vocabulary import Category


class TemplateError(ValueError):
    """A template that cannot be used. `place` is a JSON pointer into it."""

    def __init__(self, place: str, wrong: str) -> None:
        super().__init__(f"{place or '/'}: {wrong}")
        self.place = place


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a section: a property of its schema.

    `national_key` names the question wherever it is asked: fields of one key have one category and one type in every
    template, so that what is written in one form is understood in another. None for a question of an authority's own.
    `max_age_months`: what was answered longer ago is asked anew; None: never for its age alone.
    """

    name: str
    schema: Mapping[str, Any]
    required: bool
    national_key: str | None = None
    max_age_months: int | None = None

    @property
    def title(self) -> str:
        return str(self.schema.get("title", self.name.replace("_", " ").capitalize()))

    @property
    def help(self) -> str:
        return str(self.schema.get("description", ""))

    def shared_key(self, template_id: str, section_key: str) -> str:
        """Two fields that ask the same share it. Without a national key a field is known in its own template alone."""
        return self.national_key or f"{template_id}/{section_key}.{self.name}"


@dataclass(frozen=True, slots=True)
class Section:
    """`schema` is a JSON Schema (2020-12) of an object, and stands alone: it refers to nothing outside itself.
    `fields` are its properties, in the order in which they are asked."""

    key: str
    title: str
    category: Category
    help: str
    schema: Mapping[str, Any]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """`version` counts from 1. A template that is changed gets the next version; the old ones stay readable.

    `national`: built in, the same everywhere. `extends` is the national template that it derives from, by id and
    version. `screening`: a checklist before an assessment, which may stand open beside one.
    """

    template_id: str
    version: int
    title: str
    help: str
    sections: tuple[Section, ...]
    national: bool = False
    extends: tuple[str, int] | None = None
    screening: bool = False

    def section(self, key: str) -> Section | None:
        return next((section for section in self.sections if section.key == key), None)

    def sections_in(self, categories: Iterable[Category]) -> tuple[Section, ...]:
        wanted = set(categories)
        return tuple(section for section in self.sections if section.category in wanted)

    @property
    def content_hash(self) -> str:
        """SHA-256, in hex, over all that makes the form, with what it took from the template that it extends: two of
        the same hash ask the same in the same words and order."""
        form = [
            self.title,
            self.help,
            self.screening,
            [
                [
                    section.key,
                    section.title,
                    section.category,
                    section.help,
                    section.schema,
                    [[field.name, field.national_key, field.max_age_months] for field in section.fields],
                ]
                for section in self.sections
            ],
        ]
        return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()


class Catalogue:
    """The templates that a running service knows, by id and version."""

    def __init__(self, templates: Iterable[Template] = ()) -> None:
        self._all: dict[tuple[str, int], Template] = {}
        self._latest: dict[str, Template] = {}
        self._national: dict[str, tuple[Category, Any]] = {}
        for template in templates:
            self.add(template)

    def add(self, template: Template) -> None:
        """Raises as `check` does."""
        for key, meaning in self.check(template).items():
            self._national.setdefault(key, meaning)
        self._all[template.template_id, template.version] = template
        newest = self._latest.get(template.template_id)
        if newest is None or newest.version < template.version:
            self._latest[template.template_id] = template

    def check(self, template: Template) -> dict[str, tuple[Category, Any]]:
        """The national keys of its fields, with what each stands for. Raises `TemplateError` for a version that is
        there, an authority's version of a national template, and a national key that is unknown or stands elsewhere
        for something else."""
        template_id, version = template.template_id, template.version
        if (template_id, version) in self._all:
            raise TemplateError("/version", f"version {version} of {template_id} is there twice")
        newest = self._latest.get(template_id)
        if not template.national and newest is not None and newest.national:
            raise TemplateError("/template_id", "is the id of a national template; derive your own by `extends`")
        agreed: dict[str, tuple[Category, Any]] = {}
        for number, section in enumerate(template.sections):
            for field in section.fields:
                if field.national_key is not None:
                    place = f"/sections/{number}/schema/properties/{field.name}"
                    self._agree(template, field, section.category, place, agreed)
        return agreed

    def _agree(
        self,
        template: Template,
        field: Field,
        category: Category,
        place: str,
        agreed: dict[str, tuple[Category, Any]],
    ) -> None:
        key, meaning = str(field.national_key), (category, field.schema.get("type"))
        if key not in self._national and not template.national:
            raise TemplateError(place, f"{key} is not the key of a national field")
        known = self._national.get(key) or agreed.setdefault(key, meaning)
        if known != meaning:
            raise TemplateError(place, f"{key} is of category {known[0]} and type {known[1]} elsewhere, and stays so")

    def latest(self, template_id: str) -> Template | None:
        return self._latest.get(template_id)

    def all_latest(self) -> list[Template]:
        """The newest version of each, by id."""
        return [self._latest[template_id] for template_id in sorted(self._latest)]

    def find(self, template_id: str, version: int) -> Template | None:
        return self._all.get((template_id, version))

    def version(self, template_id: str, version: int) -> Template:
        """Of one that is known to be there: the service does not start where a version that was used is missing."""
        return self._all[template_id, version]


def with_wording(field: Field, wording: Mapping[str, Any], max_age_months: int | None) -> Field:
    """The same question in an authority's own words."""
    return replace(field, schema={**field.schema, **wording}, max_age_months=max_age_months or field.max_age_months)
