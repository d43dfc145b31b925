"""Recording a legal basis on which information is shared without consent, and ending it at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.errors import FieldError, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from consent.application import recipients
from consent.application.ports import Record, UnitOfWork
from consent.application.whole_child import must_be_as_decided
from consent.domain.facts import Recipient
from consent.domain.policy import Policy
from contracts.events.consent import LegalBasisEnded, LegalBasisRecorded
from contracts.vocabulary import Category, LegalBasisCode


@dataclass(frozen=True, slots=True)
class RecordLegalBasis:
    """`reference`: the authority's own number of the enquiry or order, never a name."""

    code: LegalBasisCode
    categories: Sequence[Category]
    recipients: Sequence[Recipient]
    valid_until: datetime
    reference: str


async def record_legal_basis(uow: UnitOfWork, policy: Policy, grant: Grant, command: RecordLegalBasis) -> Record:
    """Raises `Invalid` for a category that this basis cannot open, an unknown recipient, or an end that has passed;
    `Conflict` for a record that was merged at this moment."""
    await must_be_as_decided(uow, grant)
    if command.valid_until <= uow.now():
        raise Invalid([FieldError("/valid_until", "has passed")])
    allowed = policy.legal_bases.get(command.code)
    if allowed is None:
        raise Invalid([FieldError("/code", "is not a legal basis of this authority's policy")])
    for position, category in enumerate(command.categories):
        if category not in allowed:
            raise Invalid([FieldError(f"/categories/{position}", "cannot be opened by this legal basis")])
    shared_with = await recipients.checked(uow, command.recipients)
    record: Record = {
        "basis_id": new_id(),
        "child_id": grant.child_id,
        "code": command.code.value,
        "categories": sorted(set(command.categories)),
        "recipients": shared_with,
        "valid_until": command.valid_until,
        "reference": command.reference,
        "recorded_by": grant.viewer_id,
        "recorded_at": uow.now(),
    }
    await uow.legal_bases.add(record)
    await uow.children.bump(str(grant.child_id))
    uow.emit(
        LegalBasisRecorded(
            basis_id=record["basis_id"],
            child_id=str(grant.child_id),
            code=command.code,
            valid_until=command.valid_until,
        )
    )
    return {**record, "ended_at": None}


async def end_legal_basis(uow: UnitOfWork, grant: Grant, basis_id: str) -> Record:
    """Ends it at once; again changes nothing. Raises `NotFound` for one of another child."""
    record = await uow.legal_bases.get(basis_id)
    if record is None or record["child_id"] not in grant.records:
        raise NotFound
    change = {"ended_by": grant.viewer_id, "ended_at": uow.now()}
    if not await uow.legal_bases.change(basis_id, change, while_unset=["ended_at"]):
        return await uow.legal_bases.get(basis_id) or record
    await uow.children.bump(record["child_id"])
    uow.emit(LegalBasisEnded(basis_id=basis_id, child_id=record["child_id"]))
    return {**record, **change}
