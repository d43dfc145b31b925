"""An authority's own template, derived from a national one.

It may add sections and fields, hide what it does not ask, and word things its own way. What it keeps stays what it is:
a field has the national key, type and category that it had, so that others read it as their own.
"""

from dataclasses import replace
from typing import Any

from assessment.domain.template_data import (
    MAX_AGE_MONTHS,
    check_schema,
    checked_identity,
    fields,
    fields_of,
    section_of,
)
from assessment.domain.templates import Catalogue, Field, Section, Template, TemplateError, with_wording

_WORDING = ("title", "description")


def derived_of(data: Any, catalogue: Catalogue) -> Template:
    """The template in plain data with `extends: {template_id, version}`; beside what `template_of` takes, `hide` lists
    sections (`housing`) and fields (`housing.tenure`), and a section of the national template is named by its `key`
    alone, with what is added or worded otherwise. Raises `TemplateError`."""
    parts = fields(
        data,
        "",
        {"template_id": str, "version": int, "title": str, "extends": dict},
        {"help": str, "hide": list, "sections": list},
    )
    checked_identity(parts)
    named = fields(parts["extends"], "/extends", {"template_id": str, "version": int}, {})
    base = catalogue.find(named["template_id"], named["version"])
    if base is None or not base.national:
        raise TemplateError("/extends", "is not a version of a national template")
    sections = {section.key: section for section in base.sections}
    for at, each in enumerate(parts.get("hide", [])):
        _hide(sections, each, f"/hide/{at}")
    for at, each in enumerate(parts.get("sections", [])):
        place = f"/sections/{at}"
        key = each.get("key") if isinstance(each, dict) else None
        if base.section(key) is None if isinstance(key, str) else True:
            added = section_of(each, place)
            if added.key in sections:
                raise TemplateError(f"{place}/key", "is the key of a section before")
            sections[added.key] = added
        elif key not in sections:
            raise TemplateError(f"{place}/key", "is a section that is hidden")
        else:
            sections[key] = _changed(sections[key], base.section(key), each, place)
    if not sections:
        raise TemplateError("/hide", "leaves no section")
    return Template(
        parts["template_id"],
        parts["version"],
        parts["title"],
        parts.get("help", base.help),
        tuple(sections.values()),
        extends=(base.template_id, base.version),
        screening=base.screening,
    )


def _hide(sections: dict[str, Section], what: Any, place: str) -> None:
    key, _, name = what.partition(".") if isinstance(what, str) else ("", "", "")
    if key not in sections:
        raise TemplateError(place, "is not a section, or a field `section.field`, of the national template")
    if not name:
        del sections[key]
        return
    section = sections[key]
    if all(field.name != name for field in section.fields):
        raise TemplateError(place, "is not a section, or a field `section.field`, of the national template")
    schema = dict(section.schema)
    schema["properties"] = {other: each for other, each in schema["properties"].items() if other != name}
    # What is not asked cannot be needed, neither always nor because of another field.
    if "required" in schema:
        schema["required"] = [other for other in schema["required"] if other != name]
    if "dependentRequired" in schema:
        schema["dependentRequired"] = {
            other: [each for each in needed if each != name]
            for other, needed in schema["dependentRequired"].items()
            if other != name
        }
    sections[key] = replace(
        section, schema=schema, fields=tuple(field for field in section.fields if field.name != name)
    )


def _changed(section: Section, national: Section | None, data: dict[str, Any], place: str) -> Section:
    parts = fields(data, place, {"key": str}, {"title": str, "help": str, "category": str, "schema": dict})
    if parts.get("category", section.category) != section.category:
        raise TemplateError(f"{place}/category", f"is {section.category} in the national template, and stays so")
    added = parts.get("schema", {})
    check_schema(added, f"{place}/schema")
    for keyword in added:
        if keyword not in {"type", "properties", "required"}:
            raise TemplateError(f"{place}/schema/{keyword}", "is the national template's, and stays as it is")
    known = {field.name: field for field in (national.fields if national else ())}
    shown = {field.name: field for field in section.fields}
    for name in added.get("required", ()):
        if name in known:
            raise TemplateError(f"{place}/schema/required", f"needs {name}, as the national template does not")
    for field in fields_of(added, f"{place}/schema", max_age_months=None):
        where = f"{place}/schema/properties/{field.name}"
        if field.name in known and field.name not in shown:
            raise TemplateError(where, "is hidden, and a field of its name would be taken for it")
        shown[field.name] = _worded(shown[field.name], field, where) if field.name in shown else field
    schema = {
        **section.schema,
        "properties": {name: field.schema for name, field in shown.items()},
        "required": [*section.schema.get("required", ()), *added.get("required", ())],
    }
    return replace(
        section,
        title=parts.get("title", section.title),
        help=parts.get("help", section.help),
        schema=schema,
        fields=tuple(shown.values()),
    )


def _worded(field: Field, data: Field, place: str) -> Field:
    """The national field with an authority's words, and an age of its own."""
    for keyword in data.schema:
        if keyword not in {*_WORDING, MAX_AGE_MONTHS}:
            raise TemplateError(
                f"{place}/{keyword}", "is the national field's, and stays as it is: what others write must fit in both"
            )
    wording = {keyword: data.schema[keyword] for keyword in _WORDING if keyword in data.schema}
    return with_wording(field, wording, data.max_age_months)
