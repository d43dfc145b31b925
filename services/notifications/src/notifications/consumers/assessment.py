"""What the assessment service tells: that an assessment was begun.

This topic keeps no order with the child index's. Where the event overtakes the first assignment of a lead
professional, nobody leads for the child as far as we know, and nobody hears: an entry is a prompt, and the assessment
itself is there for the new lead professional to find.
"""

from typing import Any

from chassis.inbox import EventHandler
from contracts.events import AssessmentBegun, Event
from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.tell import tell
from notifications.domain.hearing import Occurrence


async def on_assessment_begun(uow: NotificationsUnitOfWork, event: AssessmentBegun) -> None:
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=event.child_id,
            done_by=event.begun_by,
            assessment_id=event.assessment_id,
        ),
    )


HANDLERS: dict[type[Event], EventHandler[Any]] = {AssessmentBegun: on_assessment_begun}
