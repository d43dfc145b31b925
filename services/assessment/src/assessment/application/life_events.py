"""Life events: record one, correct or withdraw one's own, read them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.life_events import MOST_VERSIONS, LifeEvent, LifeEventCodes, LifeEventStatus
from chassis.days import uk_date
from chassis.errors import Conflict, Invalid, NotFound, Stale
from chassis.etags import etag, require_match
from chassis.grants import Grant
from chassis.ids import is_uuid, new_id
from chassis.partial_dates import known_as
from contracts.events.assessment import LifeEventChanged, LifeEventRecorded
from contracts.vocabulary import Category

EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class RecordLifeEvent:
    code: str
    category: Category
    occurred_on: date
    accuracy: str
    words: str | None


async def record_life_event(
    uow: AssessmentUnitOfWork, codes: LifeEventCodes, grant: Grant, command: RecordLifeEvent
) -> LifeEvent:
    """Raises `NotFound` where its category is not granted, `Invalid` for a code or day that cannot be."""
    if grant.child_id is None or not grant.permits(command.category):
        raise NotFound
    _require_code(codes, command.code)
    event = LifeEvent(
        life_event_id=new_id(),
        child_id=grant.child_id,
        code=command.code,
        category=command.category,
        occurred_on=_day(uow, command.occurred_on, command.accuracy),
        accuracy=command.accuracy,
        words=command.words,
        status=LifeEventStatus.RECORDED,
        reason=None,
        recorded_by=grant.viewer_id,
        agency_id=grant.agency_id,
        recorded_at=uow.now(),
        changed_at=uow.now(),
    )
    await uow.life_events.add(event)
    uow.emit(
        LifeEventRecorded(
            life_event_id=event.life_event_id,
            child_id=event.child_id,
            category=event.category,
            recorded_by=event.recorded_by,
        )
    )
    return event


async def correct_life_event(
    uow: AssessmentUnitOfWork,
    codes: LifeEventCodes,
    grant: Grant,
    life_event_id: str,
    changes: Mapping[str, Any],
    if_match: str | None,
) -> LifeEvent:
    """`changes`: why (`reason`), and any of code, occurred_on, accuracy and words.

    Raises `NotFound` alike for none, for one that the caller may not know of and for one that somebody else recorded;
    `Unconditional` and `Stale` by `If-Match`, `Conflict` for what was withdrawn, `Invalid` for what cannot be.
    """
    standing = await _own(uow, grant, life_event_id, if_match)
    if "code" in changes and changes["code"] != standing.code:
        _require_code(codes, changes["code"])
    day = changes.get("occurred_on", standing.occurred_on)
    accuracy = changes.get("accuracy", standing.accuracy)
    return await _save(
        uow,
        grant,
        replace(
            standing,
            code=changes.get("code", standing.code),
            occurred_on=_day(uow, day, accuracy),
            accuracy=accuracy,
            words=changes.get("words", standing.words),
            status=LifeEventStatus.CORRECTED,
            reason=changes["reason"],
        ),
    )


async def withdraw_life_event(
    uow: AssessmentUnitOfWork, grant: Grant, life_event_id: str, reason: str, if_match: str | None
) -> LifeEvent:
    """Raises as `correct_life_event`."""
    standing = await _own(uow, grant, life_event_id, if_match)
    return await _save(uow, grant, replace(standing, status=LifeEventStatus.WITHDRAWN, reason=reason))


async def life_event_under(uow: AssessmentUnitOfWork, grant: Grant, life_event_id: str) -> LifeEvent:
    """Raises `NotFound` alike for none, for another child's, and for one of a category that is not granted."""
    event = await _find(uow, life_event_id)
    if event is None or event.child_id not in grant.records or not grant.permits(event.category):
        raise NotFound
    return event


async def life_event_history(
    uow: AssessmentUnitOfWork, grant: Grant, life_event_id: str, before: int | None, limit: int
) -> list[LifeEvent]:
    """Every version, the last one first; one more than `limit` where there are more. Raises as `life_event_under`."""
    event = await life_event_under(uow, grant, life_event_id)
    return await uow.life_events.history(event.life_event_id, before, limit + 1)


async def child_of_life_event(uow: AssessmentUnitOfWork, life_event_id: str) -> str | None:
    event = await _find(uow, life_event_id)
    return None if event is None else event.child_id


async def _find(uow: AssessmentUnitOfWork, life_event_id: str) -> LifeEvent | None:
    return await uow.life_events.find(life_event_id) if is_uuid(life_event_id) else None


async def _own(uow: AssessmentUnitOfWork, grant: Grant, life_event_id: str, if_match: str | None) -> LifeEvent:
    event = await life_event_under(uow, grant, life_event_id)
    if event.recorded_by != grant.viewer_id:
        raise NotFound
    require_match(if_match, etag(event.version))
    if event.status is LifeEventStatus.WITHDRAWN:
        raise Conflict("It was withdrawn; record it anew if it did happen", code="life-event-withdrawn")
    if event.version >= MOST_VERSIONS:
        raise Conflict("It was corrected too often; withdraw it, and record it anew", code="too-many-versions")
    return event


async def _save(uow: AssessmentUnitOfWork, grant: Grant, changed: LifeEvent) -> LifeEvent:
    event = replace(changed, changed_at=uow.now(), version=changed.version + 1)
    if not await uow.life_events.save(event):
        raise Stale
    uow.emit(
        LifeEventChanged(
            life_event_id=event.life_event_id,
            child_id=event.child_id,
            category=event.category,
            status=event.status,
            changed_by=grant.viewer_id,
            version=event.version,
        )
    )
    return event


def _require_code(codes: LifeEventCodes, code: str) -> None:
    if code not in codes:
        raise Invalid.field("/code", "is not a code of a life event")


def _day(uow: AssessmentUnitOfWork, day: date, accuracy: str) -> date:
    """As it is kept: 1 for what is not known of it."""
    kept = known_as(day, accuracy)
    if kept > uk_date(uow.now()):
        raise Invalid.field("/occurred_on", "is in the future")
    if kept < EARLIEST:
        raise Invalid.field("/occurred_on", "is before 1900")
    return kept
