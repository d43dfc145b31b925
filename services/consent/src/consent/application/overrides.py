"""Breaking the glass: at once, for a while, in words of one's own; officers and the lead professional are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from consent.application.ports import Record, UnitOfWork
from consent.domain.override_reasons import flags_of
from consent.domain.policy import Policy
from contracts.events.consent import OverrideDisclosed, OverrideInvoked, OverrideReviewed
from contracts.vocabulary import Category, Scope

_EARLIER = 20
"""How many of the viewer's earlier reasons a new one is held against."""
REPEATED_USE_DAYS = 30


@dataclass(frozen=True, slots=True)
class InvokeOverride:
    """`minutes` None: as long as the policy says."""

    reason_code: str
    reason: str
    categories: Sequence[Category]
    minutes: int | None = None


async def invoke_override(
    uow: UnitOfWork, policy: Policy, viewer_id: str, agency_id: str | None, child_id: str, command: InvokeOverride
) -> Record:
    """Records the override and tells the officers. Raises `Invalid` for an unknown reason code or too long a time."""
    check_reason_code(policy, command.reason_code, "/reason_code")
    minutes = command.minutes or policy.overrides.minutes
    if minutes > policy.overrides.longest_minutes:
        raise Invalid([FieldError("/minutes", f"is at most {policy.overrides.longest_minutes}")])
    earlier = await uow.overrides.reasons_of(viewer_id, _EARLIER)
    now = uow.now()
    record: Record = {
        "override_id": new_id(),
        "child_id": child_id,
        "viewer_id": viewer_id,
        "agency_id": agency_id,
        "reason_code": command.reason_code,
        "reason": command.reason,
        "flags": [flag.value for flag in flags_of(command.reason, policy.overrides.reasons.values(), earlier)],
        "categories": sorted(set(command.categories)),
        "started_at": now,
        "expires_at": now + timedelta(minutes=minutes),
    }
    await uow.overrides.add(record)
    await uow.children.bump(child_id)
    uow.emit(
        OverrideInvoked(
            override_id=record["override_id"],
            child_id=child_id,
            viewer_id=viewer_id,
            expires_at=record["expires_at"],
            officers=await uow.overrides.officers_for(agency_id),
        )
    )
    return record


def check_reason_code(policy: Policy, code: str, pointer: str) -> None:
    if code not in policy.overrides.reasons:
        known = ", ".join(policy.overrides.reasons)
        raise Invalid([FieldError(pointer, f"is not one of: {known}")])


async def reviews(
    uow: UnitOfWork, grant: Grant, filters: Mapping[str, Any], after: str | None, limit: int
) -> list[Record]:
    """Overrides of the officer's own agency's people, or of all by scope; each with how often its viewer did so of
    late. One more than `limit` where there are more."""
    if grant.scope != Scope.PARTNERSHIP and grant.agency_id is None:
        return []
    agency_id = None if grant.scope == Scope.PARTNERSHIP else grant.agency_id
    found = await uow.overrides.page(agency_id, filters, after, limit + 1)
    since = uow.now() - timedelta(days=REPEATED_USE_DAYS)
    counts = await uow.overrides.counts(sorted({row["viewer_id"] for row in found}), since)
    return [{**row, "overrides_by_viewer": counts.get(row["viewer_id"], 0)} for row in found]


async def record_outcome(
    uow: UnitOfWork, grant: Grant, override_id: str, justified: bool, note: str, disclose: bool
) -> Record:
    """The officer's outcome, once. Raises `NotFound` beyond the officer's scope, `Conflict` where it was reviewed
    already or the officer is the viewer."""
    record = await _of_officer(uow, grant, override_id)
    if await _same_person(uow, record["viewer_id"], grant.viewer_id):
        raise Conflict("Somebody else must review your own override", code="own-override")
    now = uow.now()
    change: Record = {"reviewed_by": grant.viewer_id, "reviewed_at": now, "justified": justified, "note": note}
    if not await uow.overrides.change(override_id, change, while_unset=["reviewed_at"]):
        raise Conflict("It was reviewed already", code="already-reviewed")
    uow.emit(OverrideReviewed(override_id=override_id, child_id=record["child_id"], justified=justified))
    record = {**record, **change}
    return await _disclosed(uow, record) if disclose else record


async def disclose_override(uow: UnitOfWork, grant: Grant, override_id: str) -> Record:
    """The officer says that it is safe for the young person to know; from now on their history shows it."""
    return await _disclosed(uow, await _of_officer(uow, grant, override_id))


async def _disclosed(uow: UnitOfWork, record: Record) -> Record:
    change = {"disclosed_at": uow.now()}
    if not await uow.overrides.change(record["override_id"], change, while_unset=["disclosed_at"]):
        return await uow.overrides.get(record["override_id"]) or record
    uow.emit(OverrideDisclosed(override_id=record["override_id"], child_id=record["child_id"]))
    return {**record, **change}


async def _same_person(uow: UnitOfWork, one: str, other: str) -> bool:
    """Whether two practitioner ids are one person's, who may hold two posts."""
    if one == other:
        return True
    held = [await uow.directory.get("practitioner", each) for each in (one, other)]
    persons = [post["person_id"] for post in held if post is not None and post["person_id"] is not None]
    return len(persons) == 2 and persons[0] == persons[1]


async def _of_officer(uow: UnitOfWork, grant: Grant, override_id: str) -> Record:
    record = await uow.overrides.get(override_id)
    mine = record is not None and grant.agency_id is not None and record["agency_id"] == grant.agency_id
    if record is None or not (mine or grant.scope == Scope.PARTNERSHIP):
        raise NotFound
    return record
