"""Reads a `service` of Open Referral UK 3.0. What is searched by has to be what the standard says; everything else is
kept as it came, the fields that nobody here knows as well.

Source: HSDS 3.0, `schema/service.json`, `location.json`, `address.json`, `accessibility.json`, `attribute.json`,
`taxonomy_term.json` (github.com/openreferral/specification), of which Open Referral UK is the UK profile.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from assessment.domain.contents import pointer, unkeepable
from assessment.domain.service_directory import SENSITIVE, TIE, EntryStatus
from chassis.errors import FieldError

LARGEST_BYTES = 128 * 1024
"""Of one entry, as JSON."""
OLDEST = 150
RESERVED = frozenset({"export", "imports"})
"""Ids that are places of their own."""
MOST_ERRORS = 20

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,63}")


def is_entry_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None and text not in RESERVED


def _entry_id(text: str) -> str:
    if not is_entry_id(text):
        raise ValueError("is an id of 1 to 64 letters, digits, dots, hyphens, underscores and tildes")
    return text


def _web_address(text: str) -> str:
    try:
        parts = urlsplit(text)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    except ValueError:
        known = False
    if not known or text != text.strip() or any(each.isspace() for each in text):
        raise ValueError("is not a web address (http or https)")
    return text


def _day(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a date (YYYY-MM-DD)") from None
    return text


def _status(text: str) -> str:
    if text not in set(EntryStatus):
        raise ValueError("is none of: " + ", ".join(EntryStatus))
    return text


EntryId = Annotated[str, AfterValidator(_entry_id)]
_Url = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_web_address)]
_Day = Annotated[str, AfterValidator(_day)]
_Age = Annotated[float, Field(ge=0, le=OLDEST)]
_Line = Annotated[str, StringConstraints(max_length=500)]
_Text = Annotated[str, StringConstraints(max_length=20_000)]


class _Known(BaseModel):
    """Types are as the standard has them: a number that comes as text is refused."""

    model_config = ConfigDict(extra="allow", strict=True, hide_input_in_errors=True)


class _TaxonomyTerm(_Known):
    id: _Line | None = None
    code: _Line | None = None
    name: _Line | None = None


class _Attribute(_Known):
    link_type: _Line | None = None
    value: _Text | None = None
    taxonomy_term: _TaxonomyTerm | None = None


class _Accessibility(_Known):
    description: _Text | None = None
    details: _Text | None = None
    url: _Url | None = None


class _Address(_Known):
    postal_code: _Line | None = None


class _Location(_Known):
    name: _Line | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    addresses: Annotated[list[_Address], Field(max_length=50)] | None = None
    accessibility: Annotated[list[_Accessibility], Field(max_length=100)] | None = None


class _ServiceAtLocation(_Known):
    location: _Location | None = None


class _Organization(_Known):
    name: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    description: _Text | None = None
    url: _Url | None = None
    website: _Url | None = None
    email: _Line | None = None


class _Service(_Known):
    id: EntryId
    name: Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=500)]
    alternate_name: _Line | None = None
    description: _Text | None = None
    status: Annotated[str, AfterValidator(_status)] | None = None
    url: _Url | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)] | None = None
    minimum_age: _Age | None = None
    maximum_age: _Age | None = None
    eligibility_description: _Text | None = None
    assured_date: _Day | None = None
    organization: _Organization | None = None
    service_at_locations: Annotated[list[_ServiceAtLocation], Field(max_length=500)] | None = None
    locations: Annotated[list[_Location], Field(max_length=500)] | None = None
    attributes: Annotated[list[_Attribute], Field(max_length=500)] | None = None
    cost_options: Annotated[list[dict[str, Any]], Field(max_length=200)] | None = None
    schedules: Annotated[list[dict[str, Any]], Field(max_length=500)] | None = None
    contacts: Annotated[list[dict[str, Any]], Field(max_length=200)] | None = None
    service_areas: Annotated[list[dict[str, Any]], Field(max_length=500)] | None = None
    languages: Annotated[list[dict[str, Any]], Field(max_length=200)] | None = None
    kith_service_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    kith_sensitive: bool | None = None


_WORDS = {
    "missing": "is needed",
    "model_type": "is not an object",
    "dict_type": "is not an object",
    "list_type": "is not a list",
    "string_type": "is not text",
    "float_type": "is not a number",
    "bool_type": "is not true or false",
    "string_pattern_mismatch": "is not in the form that this field takes",
}


def wrong_with(document: Any, root: str = "") -> list[FieldError]:
    """What is wrong with an entry, each by a JSON pointer under `root`; empty where nothing is. Never a value of it."""
    found = unkeepable(document, root)
    if found:
        return found[:MOST_ERRORS]
    try:
        _Service.model_validate(document)
    except ValidationError as error:
        told = error.errors(include_input=False, include_context=False, include_url=False)
        return [FieldError(pointer(each["loc"], root), _said(each["type"], each["msg"])) for each in told[:MOST_ERRORS]]
    return _contradictions(document, root)


def _contradictions(document: Mapping[str, Any], root: str) -> list[FieldError]:
    found = []
    least, most = document.get("minimum_age"), document.get("maximum_age")
    if least is not None and most is not None and least > most:
        found.append(FieldError(f"{root}/maximum_age", "is less than minimum_age"))
    for list_name in ("service_at_locations", "locations"):
        for number, each in enumerate(document.get(list_name) or []):
            location, place = (each, "") if list_name == "locations" else (each.get("location") or {}, "/location")
            if (location.get("latitude") is None) != (location.get("longitude") is None):
                missing = "latitude" if location.get("latitude") is None else "longitude"
                found.append(FieldError(f"{root}/{list_name}/{number}{place}/{missing}", "is needed with the other"))
    if document.get(TIE) is not None and document.get(SENSITIVE) is not None:
        found.append(FieldError(f"{root}/{SENSITIVE}", "is said by the service that the entry is tied to"))
    return found[:MOST_ERRORS]


def _said(kind: str, message: str) -> str:
    return _WORDS.get(kind, message.removeprefix("Value error, "))
