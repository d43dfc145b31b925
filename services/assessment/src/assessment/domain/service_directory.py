"""What is on offer to families: an entry of the service directory, and what it is found by.

An entry is a `service` of Open Referral UK 3.0 (the UK profile of HSDS 3.0, docs.openreferral.org), kept as it was
given. Two fields of Kith's own stand beside the standard's, which lets others add theirs: `kith_service_id` ties it to
a service of Kith's own directory, and `kith_sensitive` says of one that is not tied that a referral to it belongs to
`sensitive`.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from chassis.addresses import postcode
from chassis.written import fold, tokens

TIE, SENSITIVE = "kith_service_id", "kith_sensitive"
OWN_FIELDS = frozenset({TIE, SENSITIVE})
"""What an export leaves out: it means nothing elsewhere."""

EARTH_KM = 6371.0088
"""Mean radius (IUGG)."""
LONGEST_WORD = 64
_WIDEST = 180.0


class EntryStatus(StrEnum):
    """HSDS 3.0, `service.status`."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    TEMPORARILY_CLOSED = "temporarily closed"


class Term(StrEnum):
    """What a word of an entry is found by."""

    NEED = "need"
    """A word of its names, description and taxonomy terms."""
    CODE = "code"
    """The code or id of a taxonomy term, whole."""
    OPEN_TO = "open_to"
    """A word of who it is for."""
    ACCESSIBILITY = "accessibility"
    """A word of how its places are accessible."""
    OUTWARD = "outward"
    """The first half of a postcode among its addresses."""


@dataclass(frozen=True, slots=True)
class Place:
    """WGS 84, decimal degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Entry:
    """`document` is the entry as it was given. `version` counts from 1."""

    entry_id: str
    document: Mapping[str, Any]
    service_id: str | None
    sensitive: bool
    version: int = 1

    @property
    def status(self) -> EntryStatus:
        return EntryStatus(self.document.get("status") or EntryStatus.ACTIVE)

    def exported(self) -> dict[str, Any]:
        return {name: value for name, value in self.document.items() if name not in OWN_FIELDS}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search. `age` is in years; `near` and `within_km`, or the first half of a postcode (`outward`)."""

    need: tuple[str, ...] = ()
    need_code: str = ""
    age: float | None = None
    near: Place | None = None
    within_km: float = 0.0
    outward: str | None = None
    accessibility: tuple[str, ...] = ()
    open_to: tuple[str, ...] = ()

    @property
    def words(self) -> Iterator[tuple[Term, str]]:
        """Each of these the entry has to have; of `need` see `need_code`, which does as well."""
        yield from ((Term.OPEN_TO, word) for word in self.open_to)
        yield from ((Term.ACCESSIBILITY, word) for word in self.accessibility)
        if self.outward is not None:
            yield Term.OUTWARD, self.outward


@dataclass(frozen=True, slots=True)
class Findable:
    """What an entry is found by. Ages in years: from `age_from` on, and below `age_below`."""

    age_from: float | None
    age_below: float | None
    places: tuple[Place, ...]
    terms: frozenset[tuple[Term, str]] = field(default=frozenset())


def words_of(*texts: object) -> frozenset[str]:
    """The words of the texts as they are compared: without case, accents and punctuation, at most 64 characters."""
    return frozenset(
        word[:LONGEST_WORD] for text in texts if isinstance(text, str) for word in tokens(text) if word[:LONGEST_WORD]
    )


def code_of(text: str) -> str:
    return fold(text.strip())[:LONGEST_WORD]


def age_below(most: float) -> float:
    """Whoever is 11 is so until the day before they are 12; `maximum_age` 2.5 means just that."""
    return most + 1 if most == math.floor(most) else math.nextafter(most, math.inf)


def findable(document: Mapping[str, Any]) -> Findable:
    """What an entry is found by. Takes a document whose shape was checked (`open_referral`)."""
    least, most = document.get("minimum_age"), document.get("maximum_age")
    locations = list(locations_of(document))
    terms = {
        (Term.NEED, word)
        for word in words_of(*(document.get(name) for name in ("name", "alternate_name", "description")))
    }
    about = [document.get("eligibility_description")]
    for attribute in document.get("attributes") or []:
        term = attribute.get("taxonomy_term") or {}
        link_type = fold(str(attribute.get("link_type") or ""))
        if "eligib" in link_type or "audience" in link_type or "target" in link_type:
            about += [term.get("name"), attribute.get("value")]
        terms |= {(Term.NEED, word) for word in words_of(term.get("name"))}
        terms |= {
            (Term.CODE, code_of(code))
            for code in (term.get("code"), term.get("id"))
            if isinstance(code, str) and code_of(code)
        }
    terms |= {(Term.OPEN_TO, word) for word in words_of(*about)}
    for location in locations:
        for each in location.get("accessibility") or []:
            terms |= {(Term.ACCESSIBILITY, word) for word in words_of(each.get("description"), each.get("details"))}
        for address in location.get("addresses") or []:
            outward = outward_of(address.get("postal_code") or "")
            if outward is not None:
                terms.add((Term.OUTWARD, outward))
    places = [
        Place(float(location["latitude"]), float(location["longitude"]))
        for location in locations
        if location.get("latitude") is not None and location.get("longitude") is not None
    ]
    return Findable(
        None if least is None else float(least),
        None if most is None else age_below(float(most)),
        tuple(dict.fromkeys(places)),
        frozenset(terms),
    )


def locations_of(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those at which it is offered, and those that stand by themselves, as older feeds have them."""
    for each in document.get("service_at_locations") or []:
        if each.get("location"):
            yield each["location"]
    yield from document.get("locations") or []


def outward_of(code: str) -> str | None:
    """`YO62` of `YO62 5AJ`; None for what is no postcode, as there are in feeds."""
    try:
        known = postcode(code)
    except ValueError:
        return None
    return None if known is None else known.split()[0]


def kilometres(one: Place, other: Place) -> float:
    """Great-circle distance (haversine)."""
    half_up, half_across = (
        math.radians(other.latitude - one.latitude) / 2,
        math.radians(other.longitude - one.longitude) / 2,
    )
    across = math.cos(math.radians(one.latitude)) * math.cos(math.radians(other.latitude))
    chord = math.sin(half_up) ** 2 + across * math.sin(half_across) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(chord)))


@dataclass(frozen=True, slots=True)
class Box:
    """Holds every place within a distance, and others. `west` is more than `east` where it lies across 180 degrees."""

    south: float
    north: float
    west: float
    east: float


def box_around(place: Place, within_km: float) -> Box:
    angle = within_km / EARTH_KM
    up = math.degrees(angle) + 1e-9
    south, north = place.latitude - up, place.latitude + up
    reach = math.cos(math.radians(place.latitude))
    if south <= -90 or north >= 90 or math.sin(angle) >= reach:
        return Box(max(south, -90.0), min(north, 90.0), -_WIDEST, _WIDEST)  # a pole is within it
    across = math.degrees(math.asin(math.sin(angle) / reach)) + 1e-9
    west, east = place.longitude - across, place.longitude + across
    return Box(south, north, west + 360 if west < -_WIDEST else west, east - 360 if east > _WIDEST else east)
