"""Recording what a family agreed to share, and its withdrawal, which holds from the next request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.errors import FieldError, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from consent.application.ports import Record, UnitOfWork
from consent.domain.facts import Recipient
from contracts.events import ConsentRecorded, ConsentWithdrawn
from contracts.vocabulary import Category, Purpose, RecipientType, Role, Sector

_DIRECTORY_KIND = {
    RecipientType.PRACTITIONER: "practitioner",
    RecipientType.TEAM: "team",
    RecipientType.AGENCY: "agency",
}


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """`purposes` None: any purpose. `valid_until` None: until it is withdrawn."""

    given_by: str
    basis: str
    categories: Sequence[Category]
    recipients: Sequence[Recipient]
    purposes: Sequence[Purpose] | None
    valid_until: datetime | None
    note: str | None


async def record_consent(uow: UnitOfWork, grant: Grant, command: RecordConsent) -> Record:
    """Raises `Invalid` for a recipient that the directory does not have, or an end that has passed."""
    if command.valid_until is not None and command.valid_until <= uow.now():
        raise Invalid([FieldError("/valid_until", "has passed")])
    for position, recipient in enumerate(command.recipients):
        await check_recipient(uow, recipient, f"/recipients/{position}/id")
    record: Record = {
        "consent_id": new_id(),
        "child_id": grant.child_id,
        "given_by": command.given_by,
        "basis": command.basis,
        "categories": sorted(set(command.categories)),
        "recipients": [recipient.as_dict() for recipient in command.recipients],
        "purposes": None if command.purposes is None else sorted(set(command.purposes)),
        "valid_until": command.valid_until,
        "note": command.note,
        "recorded_by": grant.viewer_id,
        "recorded_at": uow.now(),
    }
    await uow.consents.add(record)
    await uow.children.bump(str(grant.child_id))
    uow.emit(
        ConsentRecorded(
            consent_id=record["consent_id"],
            child_id=str(grant.child_id),
            categories=list(record["categories"]),
            valid_until=command.valid_until,
        )
    )
    return {**record, "withdrawn_at": None}


async def withdraw_consent(uow: UnitOfWork, grant: Grant, consent_id: str) -> Record:
    """Withdraws at once; a second withdrawal changes nothing. A parent withdraws what a parent gave.

    Raises `NotFound` for a consent of another child.
    """
    record = await uow.consents.get(consent_id)
    if record is None or record["child_id"] != grant.child_id:
        raise NotFound
    if grant.role is Role.PARENT and record["given_by"] != Role.PARENT:
        raise NotFound
    if record["withdrawn_at"] is not None:
        return record
    change = {"withdrawn_by": grant.viewer_id, "withdrawn_at": uow.now()}
    await uow.consents.change(consent_id, change)
    await uow.children.bump(record["child_id"])
    uow.emit(ConsentWithdrawn(consent_id=consent_id, child_id=record["child_id"]))
    return {**record, **change}


async def check_recipient(uow: UnitOfWork, recipient: Recipient, pointer: str) -> None:
    """Raises `Invalid` for a recipient that the directory does not have."""
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
