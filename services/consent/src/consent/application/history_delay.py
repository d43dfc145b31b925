"""Keeping a current enquiry back from a young person's own history, for a time, by an information-governance officer.

An officer of the partnership keeps one delay for a child; an officer of one agency another, which holds for that
agency's own people. Each replaces or ends their own; what is kept back is the sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.errors import FieldError, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from consent.application.ports import Record, UnitOfWork
from consent.domain.facts import ChildFacts
from consent.domain.policy import Policy
from contracts.vocabulary import PartyType, Scope

_PARTNERSHIP = "*"  # no agency's id
_MOST = 1000


@dataclass(frozen=True, slots=True)
class PlaceDelay:
    """`viewers` None: everybody's looks. `since` None: from now, or as the delay that this one replaces."""

    until: datetime
    reason: str
    viewers: Sequence[tuple[PartyType, str]] | None
    since: datetime | None


async def place_delay(uow: UnitOfWork, policy: Policy, grant: Grant, command: PlaceDelay) -> Record:
    """Raises `NotFound` for an unknown child, `Invalid` for times beyond the policy, or viewers beyond the scope."""
    child = await _locked(uow, grant)
    now = uow.now()
    longest = policy.longest_history_delay
    if not now < command.until <= now + longest:
        raise Invalid([FieldError("/until", f"must be in the future, and at most {longest.days} days from now")])
    if command.since is not None and not now - longest <= command.since <= now:
        raise Invalid([FieldError("/since", f"must be in the past, and at most {longest.days} days ago")])
    await _check_viewers(uow, grant, command.viewers)
    previous = await _own_delays(uow, grant, child)
    since = command.since or min((each["since"] for each in previous), default=now)
    for each in previous:
        await uow.history_delays.change(each["delay_id"], {"ended_by": grant.viewer_id, "ended_at": now})
    record: Record = {
        "delay_id": new_id(),
        "child_id": child.child_id,
        "owner": _owner(grant),
        "since": since,
        "until": command.until,
        "viewers": None if command.viewers is None else [{"type": t.value, "id": i} for t, i in command.viewers],
        "reason": command.reason,
        "placed_by": grant.viewer_id,
        "placed_at": now,
    }
    await uow.history_delays.add(record)
    await uow.children.bump(child.child_id)
    return record


async def delay_of(uow: UnitOfWork, grant: Grant) -> Record:
    """The officer's own delay in force. Raises `NotFound` where there is none."""
    found = await _own_delays(uow, grant, await _child(uow, grant))
    if not found:
        raise NotFound
    return found[-1]


async def end_delay(uow: UnitOfWork, grant: Grant) -> None:
    """What it kept back is told from the next request. Raises `NotFound` where there is none in force."""
    child = await _locked(uow, grant)
    found = await _own_delays(uow, grant, child)
    if not found:
        raise NotFound
    for each in found:
        await uow.history_delays.change(each["delay_id"], {"ended_by": grant.viewer_id, "ended_at": uow.now()})
    await uow.children.bump(child.child_id)


def _owner(grant: Grant) -> str:
    if grant.scope == Scope.PARTNERSHIP:
        return _PARTNERSHIP
    if grant.agency_id is None:
        raise NotFound
    return grant.agency_id


async def _child(uow: UnitOfWork, grant: Grant) -> ChildFacts:
    """An officer's grant is not a decision about the child: it is told of no record, and any may be asked about."""
    _, children = await uow.facts.load("", [str(grant.child_id)])
    child = children.get(str(grant.child_id))
    if child is None:
        raise NotFound
    return child


async def _locked(uow: UnitOfWork, grant: Grant) -> ChildFacts:
    await uow.merges.hold()
    child = await _child(uow, grant)
    for record_id in sorted(child.records):
        await uow.children.lock(record_id)
    return child


async def _own_delays(uow: UnitOfWork, grant: Grant, child: ChildFacts) -> list[Record]:
    """Those in force, the one placed last at the end. One, but where records with one each were merged."""
    found = await uow.history_delays.of_child(child.records, None, _MOST, owner=_owner(grant))
    now = uow.now()
    return [each for each in found if each["ended_at"] is None and now < each["until"]]


async def _check_viewers(uow: UnitOfWork, grant: Grant, viewers: Sequence[tuple[PartyType, str]] | None) -> None:
    everywhere = grant.scope == Scope.PARTNERSHIP
    if viewers is None:
        if not everywhere:
            raise Invalid([FieldError("/viewers", "is needed from an officer of one agency")])
        return
    for position, (kind, party_id) in enumerate(viewers):
        record = await uow.directory.get(kind.value, party_id)
        if record is None or not (everywhere or record["agency_id"] == grant.agency_id):
            raise Invalid([FieldError(f"/viewers/{position}/id", "is not in the directory, or beyond your scope")])
