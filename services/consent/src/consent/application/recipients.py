"""Recipients: with whom a family shares, or was asked to share."""

from collections.abc import Sequence
from typing import Any

from chassis.errors import FieldError, Invalid
from consent.application.ports import UnitOfWork
from consent.domain.facts import Recipient
from contracts.vocabulary import RecipientType, Sector

_DIRECTORY_KIND = {
    RecipientType.PRACTITIONER: "practitioner",
    RecipientType.TEAM: "team",
    RecipientType.AGENCY: "agency",
}


async def checked(uow: UnitOfWork, recipients: Sequence[Recipient]) -> list[dict[str, Any]]:
    """The recipients in the form in which they are stored. Raises `Invalid` for one that the directory has not."""
    for position, recipient in enumerate(recipients):
        await _check(uow, recipient, f"/recipients/{position}/id")
    return [recipient.as_dict() for recipient in recipients]


def stored(recipients: Sequence[dict[str, Any]]) -> tuple[Recipient, ...]:
    """Recipients out of the form in which they are stored."""
    return tuple(Recipient(RecipientType(r["type"]), r.get("id")) for r in recipients)


async def _check(uow: UnitOfWork, recipient: Recipient, pointer: str) -> None:
    if recipient.type is RecipientType.ALL:
        if recipient.id is not None:
            raise Invalid([FieldError(pointer, "is not given where all are meant")])
        return
    if recipient.id is None:
        raise Invalid([FieldError(pointer, "is needed")])
    if recipient.type is RecipientType.SECTOR:
        if recipient.id not in set(Sector):
            raise Invalid([FieldError(pointer, "is not a sector")])
        return
    if await uow.directory.get(_DIRECTORY_KIND[recipient.type], recipient.id) is None:
        raise Invalid([FieldError(pointer, "is not in the directory")])
