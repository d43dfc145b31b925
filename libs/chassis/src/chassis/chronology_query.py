"""How a page of a chronology is asked for: the same parameters and cursor wherever a part of it is given."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Query

from chassis.chronology import Asked, Place
from chassis.errors import FieldError, Invalid
from chassis.ids import is_uuid
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor
from contracts.vocabulary import ChronologyKind


def cursor_of(place: Place) -> str:
    moment = "" if place.moment is None else place.moment.isoformat()
    return encode_cursor(place.day.isoformat(), place.kind.value, moment, place.key)


def place_of(cursor: str | None) -> Place | None:
    """Raises `Invalid` for a cursor that is not of a chronology."""
    parts = decode_cursor(cursor, 4)
    if parts is None:
        return None
    day, kind, moment, key = parts
    try:
        at = datetime.fromisoformat(moment) if moment else None
        place = Place(date.fromisoformat(day), ChronologyKind(kind), at, key)
    except ValueError:
        place = None
    if place is None or not is_uuid(key) or not place.can_be:
        raise Invalid([FieldError("/cursor", "is not a cursor of this list")])
    return place


def asked_for(
    kind: Annotated[list[ChronologyKind] | None, Query(max_length=50, description="Only of these kinds.")] = None,
    since: Annotated[date | None, Query(alias="from", description="Not before that day.")] = None,
    until: Annotated[date | None, Query(alias="to", description="Not after that day.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Asked:
    """Dependency of whatever gives a part of a chronology. Raises `Invalid`."""
    if since is not None and until is not None and until < since:
        raise Invalid.field("/to", "is before from")
    return Asked(frozenset(kind or ChronologyKind), since, until, place_of(cursor), limit)
