"""Cursors of lists that are in the order of an id."""

from chassis.errors import FieldError, Invalid
from chassis.ids import is_uuid
from chassis.pages import decode_cursor


def id_cursor(cursor: str | None) -> str | None:
    """The id after which a page begins. Raises Invalid for a cursor of another list."""
    parts = decode_cursor(cursor)
    if parts is None:
        return None
    if not is_uuid(parts[0]):
        raise Invalid([FieldError("/cursor", "is not a cursor of this list")])
    return parts[0]
