"""Chasing what nobody has reviewed: a reminder to the officers, then an escalation; nothing twice."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from consent.application.ports import Record, UnitOfWork, UnitOfWorkFactory
from consent.domain.policy import OverridePolicy
from consent.domain.working_days import after_working_days
from contracts.events import OverrideEscalated, OverrideReviewDue

log = structlog.get_logger("kith.overrides")

_BATCH = 500
_KEPT_OPEN = timedelta(days=1)
"""How long after its end an override is still loaded by decisions, which find it expired; a clock that was set back
meanwhile finds it too."""


@dataclass
class ReviewChaser:
    unit_of_work: UnitOfWorkFactory
    policy: OverridePolicy
    interval_seconds: float = 60.0

    async def run(self) -> None:
        """Looks every `interval_seconds`, for ever. A fault is logged and tried again."""
        while True:
            try:
                await self.chase_once()
            except Exception as error:
                log.warning("overrides.chasing_failed", error_type=type(error).__qualname__)
            await asyncio.sleep(self.interval_seconds)

    async def chase_once(self) -> None:
        async with self.unit_of_work() as uow:
            for record in await uow.overrides.unreviewed(_BATCH):
                await self._chase(uow, record)
            await uow.overrides.close_expired(uow.now() - _KEPT_OPEN)
            await uow.commit()

    async def _chase(self, uow: UnitOfWork, record: Record) -> None:
        now, holidays = uow.now(), self.policy.bank_holidays
        ids = {"override_id": record["override_id"], "child_id": record["child_id"]}
        if now >= after_working_days(record["started_at"], self.policy.escalate_after, holidays):
            # Beyond the agency that did not look: to everybody with the partnership's scope.
            officers = await uow.overrides.officers_for(None)
            uow.emit(OverrideEscalated(**ids, officers=officers))
            await uow.overrides.change(record["override_id"], {"escalated_at": now})
        elif record["reminded_at"] is None and now >= after_working_days(
            record["started_at"], self.policy.remind_after, holidays
        ):
            officers = await uow.overrides.officers_for(record["agency_id"])
            uow.emit(OverrideReviewDue(**ids, officers=officers))
            await uow.overrides.change(record["override_id"], {"reminded_at": now})
