"""Something critical has waited too long to be read: the leaders of the recipient's teams are told, once, of no child.

Whether the recipient may know of it is decided first: of what is hidden from them they would be asked in vain, and
learn from the question that there is something.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from chassis.errors import KithError
from notifications.application.outgoing_ports import Decisions
from notifications.application.ports import NotificationsUnitOfWork, UnitOfWorkFactory
from notifications.application.tell import tell
from notifications.domain.entries import Entry
from notifications.domain.happenings import CRITICAL_UNREAD
from notifications.domain.hearing import Occurrence

log = structlog.get_logger("kith.escalations")

BATCH = 100
PLACES_KEPT = timedelta(days=30)
"""How long a stream may stay away from an entry that is gone, and go on from there."""


@dataclass
class Escalator:
    """`after`: how long an entry may wait, and how long until one that is hidden is looked at again."""

    reading: UnitOfWorkFactory
    unit_of_work: UnitOfWorkFactory
    decisions: Decisions
    after: timedelta
    interval: float = 60.0

    async def run(self) -> None:
        while True:
            try:
                while await self.escalate() == BATCH:
                    pass
            except KithError:
                log.warning("escalation.waiting")
            await asyncio.sleep(self.interval)

    async def escalate(self) -> int:
        """Looks at those that are due; returns how many there were."""
        async with self.reading() as uow:
            due = await uow.entries.due_for_escalation(uow.now(), BATCH)
        for entry in due:
            children = [] if entry.child_id is None else [entry.child_id]
            may = await self.decisions.may_know(entry.recipient_id, children, entry.categories if children else [])
            async with self.unit_of_work() as uow:
                await self._one(uow, entry, known=may.covers(entry))
                await uow.commit()
        async with self.unit_of_work() as uow:
            await uow.entries.forget_places(uow.now() - PLACES_KEPT)
            await uow.commit()
        return len(due)

    async def _one(self, uow: NotificationsUnitOfWork, entry: Entry, *, known: bool) -> None:
        again = None if known else uow.now() + self.after
        # It may have been acknowledged meanwhile, or told by another process.
        if not await uow.entries.escalated(entry.notification_id, uow.now(), again) or not known:
            return
        post = await uow.directory.post(entry.recipient_id)
        leaders = await uow.directory.leaders(post.team_ids) if post is not None else []
        await tell(
            uow,
            Occurrence(
                event=CRITICAL_UNREAD,
                child_id=None,
                done_by=entry.recipient_id,
                practitioner_id=entry.recipient_id,
                leaders=tuple(leaders),
            ),
        )
