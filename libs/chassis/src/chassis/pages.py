"""Lists: `{"items": [...], "next_cursor": ...}`. A cursor is opaque and says where the next page begins."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

from chassis.errors import FieldError, Invalid

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=200, description="How many items at the most.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")]


def encode_cursor(*parts: str) -> str:
    return base64.urlsafe_b64encode("\x1f".join(parts).encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, parts: int = 1) -> tuple[str, ...] | None:
    """The parts of a cursor, None for the first page. Raises `Invalid` for one that Kith did not give out."""
    if cursor is None:
        return None
    try:
        decoded = tuple(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("\x1f"))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        decoded = ()
    if len(decoded) != parts or any("\x00" in part for part in decoded):
        raise Invalid([FieldError("/cursor", "is not a cursor of this list")])
    return decoded


def number_of(cursor: str | None) -> int | None:
    """Of a list whose pages begin at a number. Raises `Invalid` for a cursor that Kith did not give out."""
    decoded = decode_cursor(cursor)
    if decoded is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", decoded[0]):
        raise Invalid.field("/cursor", "is not a cursor of this list")
    return int(decoded[0])


def page(items: Sequence[T], limit: int, render: Callable[[T], Any], cursor_of: Callable[[T], str]) -> dict[str, Any]:
    """A page out of `limit + 1` found items: the extra one only tells that there is more."""
    shown = items[:limit]
    more = len(items) > limit
    return {"items": [render(item) for item in shown], "next_cursor": cursor_of(shown[-1]) if more else None}
