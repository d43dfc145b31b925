"""Chasing what nobody has reviewed: a reminder to the officers, then an escalation; nothing twice."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from consent.application.ports import Record, UnitOfWork, UnitOfWorkFactory
from consent.domain.policy import OverridePolicy
from consent.domain.working_days import after_working_days
from contracts.events.consent import OverrideEscalated, OverrideReviewDue

log = structlog.get_logger("kith.overrides")

_KEPT_OPEN = timedelta(days=1)
"""How long after its end an override is still loaded by decisions, which find it expired; a clock that was set back
meanwhile finds it too."""


@dataclass
class ReviewChaser:
    unit_of_work: UnitOfWorkFactory
    policy: OverridePolicy
    interval_seconds: float = 60.0
    batch: int = 500

    async def run(self) -> None:
        """Looks every `interval_seconds`, for ever. A fault is logged and tried again."""
        while True:
            try:
                await self.chase_once()
            except Exception as error:
                log.warning("overrides.chasing_failed", error_type=type(error).__qualname__)
            await asyncio.sleep(self.interval_seconds)

    async def chase_once(self) -> None:
        """Every override that waits is looked at, a batch in a transaction; of several replicas, one tells of it."""
        after: str | None = None
        while True:
            async with self.unit_of_work() as uow:
                found = await uow.overrides.unreviewed(after, self.batch)
                for record in found:
                    await self._chase(uow, record)
                await uow.overrides.close_expired(uow.now() - _KEPT_OPEN)
                await uow.commit()
            if len(found) < self.batch:
                return
            after = found[-1]["override_id"]

    async def _chase(self, uow: UnitOfWork, record: Record) -> None:
        ids = {"override_id": record["override_id"], "child_id": record["child_id"]}
        escalate = self._late(uow, record, self.policy.escalate_after)
        remind = record["reminded_at"] is None and self._late(uow, record, self.policy.remind_after)
        if escalate and await self._mine(uow, record, "escalated_at"):
            # Beyond the agency that did not look: to everybody with the partnership's scope.
            uow.emit(OverrideEscalated(**ids, officers=await uow.overrides.officers_for(None)))
        elif remind and not escalate and await self._mine(uow, record, "reminded_at"):
            uow.emit(OverrideReviewDue(**ids, officers=await uow.overrides.officers_for(record["agency_id"])))

    def _late(self, uow: UnitOfWork, record: Record, working_days: int) -> bool:
        return uow.now() >= after_working_days(record["started_at"], working_days, self.policy.bank_holidays)

    @staticmethod
    async def _mine(uow: UnitOfWork, record: Record, step: str) -> bool:
        """Whether this step is taken here: not where it was taken before, or a review came meanwhile."""
        return await uow.overrides.change(record["override_id"], {step: uow.now()}, while_unset=[step, "reviewed_at"])
