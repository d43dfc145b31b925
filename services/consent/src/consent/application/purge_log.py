"""The purge of old log entries: what they say goes, their hashes stay, and the purge itself is an entry."""

from dataclasses import dataclass
from datetime import date

from chassis.errors import Conflict, Invalid, NotAllowed
from chassis.grants import Grant
from consent.application.log_rows import sealed
from consent.application.ports import UnitOfWork
from consent.domain.log_retention import purgeable_before, start_of
from consent.domain.policy import Policy
from contracts.vocabulary import Outcome, Scope

STEP = 10_000
"""Entries of one transaction: some tenths of a second, in which decisions on SQLite wait."""
PURGED = "log.purged"
"""The action of the entry that tells of a purge. No request is decided under it."""


@dataclass(frozen=True, slots=True)
class Purged:
    """`complete`: nothing is left to purge before that day."""

    entries: int
    complete: bool


async def purge_log(uow: UnitOfWork, grant: Grant, policy: Policy, retention_days: int | None, before: date) -> Purged:
    """Purges at most `STEP` entries made before the day (UTC), oldest first.

    Raises `NotAllowed` for an officer of one agency: the log is the partnership's. Raises `Conflict` where the
    authority has set no retention, `Invalid` for a day within it.
    """
    if grant.scope != Scope.PARTNERSHIP:
        raise NotAllowed("Only an officer of the whole partnership may purge the log")
    if retention_days is None:
        raise Conflict("No retention is set (KITH_LOG_RETENTION_DAYS), so every entry is kept", code="no-retention")
    limit = purgeable_before(uow.now().date(), retention_days)
    if before > limit:
        raise Invalid.field("/before", f"entries are kept for {retention_days} days")
    count = await uow.log.purge(start_of(before), STEP)
    await uow.signals.forget(start_of(before))
    if count:
        told = {"before": before.isoformat(), "entries": count}
        await uow.log.append([sealed(_entry(grant, policy, told), uow.now())])
    await uow.commit()
    return Purged(count, count < STEP)


def _entry(grant: Grant, policy: Policy, purge: dict[str, object]) -> dict[str, object]:
    return {
        "viewer_id": grant.viewer_id,
        "agency_id": grant.agency_id,
        "action": PURGED,
        "purpose": grant.purpose,
        "categories": [],
        "permitted": [],
        "outcome": Outcome.PERMITTED.value,
        "rules": [],
        "decision_id": grant.decision_id,
        "policy_version": policy.version,
        "request_id": grant.request_id,
        "purge": purge,
    }
