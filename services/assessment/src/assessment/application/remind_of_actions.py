"""Reminders: an action that is past its day is told of to its owner once, and later once to the lead professional."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from assessment.application.ports import AssessmentUnitOfWork, UnitOfWorkFactory
from assessment.domain.plan import Action
from contracts.events.assessment import ActionOverdue

log = structlog.get_logger("kith.plan")

BATCH = 200


@dataclass
class ActionReminders:
    """`lead_after`: how long after the owner the lead professional is reminded. `interval` is in seconds between two
    looks."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    lead_after: timedelta
    interval: float

    async def run(self) -> None:
        """Looks for ever. A fault is logged and tried again at the next look."""
        while True:
            try:
                await self.remind()
            except Exception as error:
                log.warning("plan.reminding_failed", error_type=type(error).__qualname__)
            await asyncio.sleep(self.interval)

    async def remind(self) -> None:
        """Emits `ActionOverdue` for each that is due, once, however often and by however many it is run."""
        after: str | None = None
        while True:
            async with self.reading() as uow:
                found = await uow.actions.overdue(uow.now().date(), uow.now() - self.lead_after, after, BATCH)
            if found:
                async with self.unit_of_work() as uow:
                    for action in found:
                        await self._tell(uow, action)
                    await uow.commit()
            if len(found) < BATCH:
                return
            after = found[-1].action_id

    @staticmethod
    async def _tell(uow: AssessmentUnitOfWork, action: Action) -> None:
        as_lead = action.owner_reminded_at is not None
        who = await uow.neighbours.lead_of(action.child_id) if as_lead else action.owner_id
        # Nobody leads yet: whoever does by the next look is told then.
        if who is not None and await uow.actions.reminded(action, uow.now(), lead=as_lead):
            uow.emit(
                ActionOverdue(
                    action_id=action.action_id,
                    child_id=action.child_id,
                    category=action.category,
                    due_on=action.due_on,
                    practitioner_id=who,
                    as_lead=as_lead,
                )
            )
