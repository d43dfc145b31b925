"""What the child index tells: whose assessments are to go for good."""

from typing import Any

from assessment.application.ports import AssessmentUnitOfWork
from chassis.inbox import EventHandler
from contracts.events import ChildPurged, Event


async def on_child_purged(uow: AssessmentUnitOfWork, event: ChildPurged) -> None:
    await uow.assessments.purge(event.child_id, uow.now())


HANDLERS: dict[type[Event], EventHandler[Any]] = {ChildPurged: on_child_purged}
