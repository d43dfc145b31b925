"""Ids and times: UUIDv7 text, and the one clock that the wiring hands out."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import uuid_utils

Clock = Callable[[], datetime]
"""Gives the present moment, always in UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """A UUIDv7: sorts by the time it was made, so indexes grow at their end."""
    return str(uuid_utils.uuid7())


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in the lower-case form that Kith gives out."""
    return _UUID.fullmatch(text) is not None


def time_of(id_: str) -> datetime | None:
    """When a UUIDv7 was made, to the millisecond, by the clock of whoever made it (RFC 9562, section 5.7). None for any
    other text, and for a time that is none."""
    if not is_uuid(id_) or id_[14] != "7":
        return None
    try:
        return _EPOCH + timedelta(milliseconds=int(id_[:8] + id_[9:13], 16))
    except OverflowError:
        return None


def system_clock() -> datetime:
    return datetime.now(UTC)
