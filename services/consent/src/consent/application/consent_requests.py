"""A record of having asked a family for consent, and of what they said. It neither opens nor closes anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.errors import FieldError, Invalid
from chassis.grants import Grant
from chassis.ids import new_id
from consent.application import recipients
from consent.application.consents import MOST, open_ones
from consent.application.ports import Record, UnitOfWork
from consent.application.whole_child import knows_of_sensitive
from consent.domain.facts import Recipient
from contracts.vocabulary import Category, Role


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """`outcome` is `given`, `refused` or `not_yet`; `asked_at` None: just now."""

    asked_of: str
    categories: Sequence[Category]
    recipients: Sequence[Recipient]
    outcome: str
    asked_at: datetime | None
    note: str | None


async def record_request(uow: UnitOfWork, grant: Grant, command: RecordRequest) -> Record:
    """Raises `Invalid` for a recipient that the directory does not have, or a time in the future."""
    now = uow.now()
    if command.asked_at is not None and command.asked_at > now:
        raise Invalid([FieldError("/asked_at", "is in the future")])
    record: Record = {
        "request_id": new_id(),
        "child_id": grant.child_id,
        "asked_of": command.asked_of,
        "categories": sorted(set(command.categories)),
        "recipients": await recipients.checked(uow, command.recipients),
        "outcome": command.outcome,
        "asked_at": command.asked_at or now,
        "note": command.note,
        "recorded_by": grant.viewer_id,
        "recorded_at": now,
    }
    await uow.consent_requests.add(record)
    return record


async def requests_of(uow: UnitOfWork, grant: Grant, after: str | None, limit: int) -> list[Record]:
    """What was asked, oldest first, one more than `limit` where there are more; of a parent's account, what parents
    were asked."""
    own = {"asked_of": Role.PARENT.value} if grant.role is Role.PARENT else {}
    if knows_of_sensitive(grant):
        return await uow.consent_requests.of_child(grant.records, after, limit + 1, **own)
    return open_ones(grant, await uow.consent_requests.of_child(grant.records, after, MOST))[: limit + 1]
