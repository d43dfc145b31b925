"""Recording what a family agreed to share, and its withdrawal, which holds from the next request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from consent.application import recipients
from consent.application.ports import Record, UnitOfWork
from consent.application.whole_child import knows_of_sensitive, must_be_as_decided
from consent.domain.consents import Agreed, Evidence, withdrawn_since
from consent.domain.facts import Recipient
from contracts.events.consent import ConsentRecorded, ConsentWithdrawn
from contracts.vocabulary import Category, Purpose, Role

BASIS = {Role.YOUNG_PERSON.value: "competent", Role.PARENT.value: "parental_responsibility"}
"""On what each may give a consent: a competent young person's own say, or parental responsibility."""


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """`purposes` None: any purpose. `valid_until` None: until it is withdrawn. `evidence` None: given as recorded."""

    given_by: str
    categories: Sequence[Category]
    recipients: Sequence[Recipient]
    purposes: Sequence[Purpose] | None
    valid_until: datetime | None
    note: str | None
    evidence: Evidence | None = None
    keep_until_25: bool = False

    @property
    def agreed(self) -> Agreed:
        purposes = None if self.purposes is None else frozenset(self.purposes)
        return Agreed(self.given_by, frozenset(self.categories), tuple(self.recipients), purposes)


async def record_consent(uow: UnitOfWork, grant: Grant, command: RecordConsent) -> Record:
    """Raises `Invalid` for a recipient that the directory does not have, an end that has passed, or evidence from
    the future; `Conflict` for a consent that the family took back after it was given, or of a record merged at this
    moment."""
    await must_be_as_decided(uow, grant)
    now = uow.now()
    child_id = str(grant.child_id)
    if command.valid_until is not None and command.valid_until <= now:
        raise Invalid([FieldError("/valid_until", "has passed")])
    if command.evidence is not None:
        if command.evidence.given_at > now:
            raise Invalid([FieldError("/evidence/given_at", "is in the future")])
        await _must_not_be_withdrawn(uow, grant, command.agreed, command.evidence.given_at)
    record: Record = {
        "consent_id": new_id(),
        "child_id": child_id,
        "given_by": command.given_by,
        "basis": BASIS[command.given_by],
        "categories": sorted(set(command.categories)),
        "recipients": await recipients.checked(uow, command.recipients),
        "purposes": None if command.purposes is None else sorted(set(command.purposes)),
        "valid_until": command.valid_until,
        "keep_until_25": command.keep_until_25,
        "note": command.note,
        "evidence": None if command.evidence is None else _stored(command.evidence),
        "recorded_by": grant.viewer_id,
        "recorded_at": now,
    }
    await uow.consents.add(record)
    await uow.children.bump(child_id)
    uow.emit(
        ConsentRecorded(
            consent_id=record["consent_id"],
            child_id=child_id,
            categories=list(record["categories"]),
            valid_until=command.valid_until,
            keep_until_25=command.keep_until_25,
        )
    )
    return {**record, "withdrawn_at": None}


async def withdraw_consent(uow: UnitOfWork, grant: Grant, consent_id: str) -> Record:
    """Withdraws at once; a second withdrawal changes nothing. A parent withdraws what a parent gave.

    Raises `NotFound` for a consent of another child.
    """
    record = await uow.consents.get(consent_id)
    if record is None or record["child_id"] not in grant.records:
        raise NotFound
    if grant.role is Role.PARENT and record["given_by"] != Role.PARENT:
        raise NotFound
    await uow.children.lock(record["child_id"])
    change = {"withdrawn_by": grant.viewer_id, "withdrawn_at": uow.now()}
    if not await uow.consents.change(consent_id, change, while_unset=["withdrawn_at"]):
        return await uow.consents.get(consent_id) or record
    await uow.children.bump(record["child_id"])
    uow.emit(ConsentWithdrawn(consent_id=consent_id, child_id=record["child_id"]))
    return {**record, **change}


MOST = 1000
"""Consents, or requests, of one child; nobody has so many."""


async def consents_of(uow: UnitOfWork, grant: Grant, after: str | None, limit: int) -> list[Record]:
    """The child's consents, oldest first, one more than `limit` where there are more. A parent sees what a parent
    gave: what a competent young person agreed to is the young person's own business."""
    own = {"given_by": Role.PARENT.value} if grant.role is Role.PARENT else {}
    if knows_of_sensitive(grant):
        return await uow.consents.of_child(grant.records, after, limit + 1, **own)
    return open_ones(grant, await uow.consents.of_child(grant.records, after, MOST))[: limit + 1]


def open_ones(grant: Grant, records: Sequence[Record]) -> list[Record]:
    """Consents, or requests for one, for a practitioner who may not know of sensitive services: less those that name
    `sensitive`, since whom these name is involved. One's own recording is no news."""
    return [
        each
        for each in records
        if Category.SENSITIVE not in each["categories"] or each["recorded_by"] == grant.viewer_id
    ]


async def _must_not_be_withdrawn(uow: UnitOfWork, grant: Grant, agreed: Agreed, given_at: datetime) -> None:
    """The child's rows are held meanwhile, so that a withdrawal is either seen here or comes after the recording."""
    for record_id in sorted(grant.records):
        await uow.children.lock(record_id)
    withdrawn = [
        (
            Agreed(
                record["given_by"],
                frozenset(map(Category, record["categories"])),
                recipients.stored(record["recipients"]),
                None if record["purposes"] is None else frozenset(map(Purpose, record["purposes"])),
            ),
            record["withdrawn_at"],
        )
        for record in await uow.consents.withdrawn_since(grant.records, given_at)
    ]
    if withdrawn_since(agreed, given_at, withdrawn):
        raise Conflict(
            "The family took this back after they had given it; ask them again", code="consent-withdrawn-since"
        )


def _stored(evidence: Evidence) -> dict[str, Any]:
    return {
        "how": evidence.how.value,
        "given_at": evidence.given_at.isoformat(),
        "reference": evidence.reference,
        "note": evidence.note,
    }
