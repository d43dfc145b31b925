"""Ids and times: UUIDv7 text, and the one clock that the wiring hands out."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import uuid_utils

Clock = Callable[[], datetime]
"""Gives the present moment, always in UTC."""

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def new_id() -> str:
    """A UUIDv7: sorts by the time it was made, so indexes grow at their end."""
    return str(uuid_utils.uuid7())


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in the lower-case form that Kith gives out."""
    return _UUID.fullmatch(text) is not None


def system_clock() -> datetime:
    return datetime.now(UTC)
