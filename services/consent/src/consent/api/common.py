"""What the routes share: the units of work, and small request types."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from chassis.disclosure import In
from chassis.errors import FieldError, Invalid
from chassis.grants import Grant
from chassis.pages import decode_cursor, encode_cursor
from consent.application.ports import Record, UnitOfWork
from consent.domain.policy import Policy
from contracts.vocabulary import Category, RecipientType


def _no_control_characters(text: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t" for character in text):
        raise ValueError("has control characters")
    return text


DirectoryId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""Given by the authority: letters, digits, dots, hyphens and underscores, at most 64."""

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_no_control_characters)
]
Contact = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(_no_control_characters)
]
Note = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_no_control_characters)
]


class RequestModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RecipientBody(RequestModel):
    """`id` is that of the practitioner, team or agency, or the code of the sector; none for all."""

    type: RecipientType
    id: DirectoryId | None = None


Recipients = Annotated[list[RecipientBody], Field(min_length=1, max_length=100)]


def unit_of_work(request: Request) -> Callable[[], UnitOfWork]:
    made: Callable[[], UnitOfWork] = request.app.state.unit_of_work
    return made


def reading(request: Request) -> Callable[[], UnitOfWork]:
    made: Callable[[], UnitOfWork] = request.app.state.reading
    return made


def policy(request: Request) -> Policy:
    found: Policy = request.app.state.policy
    return found


def log_cursor(row: Record) -> str:
    """The cursor of a list of log entries: the place of the last one shown."""
    return encode_cursor(row["at"].isoformat(), row["entry_id"])


def log_place(cursor: str | None) -> tuple[datetime, str] | None:
    """What `log_cursor` wrote. Raises `Invalid` for a cursor that Kith did not give out."""
    parts = decode_cursor(cursor, 2)
    if parts is None:
        return None
    wrong = Invalid([FieldError("/cursor", "is not a cursor of this list")])
    try:
        at = datetime.fromisoformat(parts[0])
    except ValueError:
        raise wrong from None
    if at.tzinfo is None:
        raise wrong
    return in_utc(at, "/cursor"), parts[1]


def in_utc(at: datetime, pointer: str) -> datetime:
    """Raises `Invalid` for a moment that UTC has no year for."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Invalid([FieldError(pointer, "is beyond all years")]) from None


def without_places(record: Record, grant: Grant) -> Record:
    """What is recorded about a child, less what tells where the child is to a reader who may not learn it: whom it
    names, and who wrote it, may be near the child."""
    if not grant.veiled:
        return record
    wide = {RecipientType.SECTOR, RecipientType.ALL}
    named = record.get("recorded_by") == grant.viewer_id
    return {
        **record,
        "recipients": [each if each["type"] in wide else {"type": each["type"]} for each in record["recipients"]],
        "recorded_by": record.get("recorded_by") if named else None,
    }


Writing = Annotated[Callable[[], UnitOfWork], Depends(unit_of_work)]
Reading = Annotated[Callable[[], UnitOfWork], Depends(reading)]
PolicyOf = Annotated[Policy, Depends(policy)]

Told = In(Category.INVOLVEMENT)
"""Consents, blocks, accounts and looks tell who is, or may be, involved."""

EVERYTHING = frozenset(Category)
