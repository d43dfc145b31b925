"""Chasing: a referral that nobody answers is told of to who is to answer it once, and later once to who sent it."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from assessment.application.ports import AssessmentUnitOfWork, UnitOfWorkFactory
from assessment.domain.referrals import Referral
from contracts.events.assessment import ReferralUnanswered

log = structlog.get_logger("kith.referrals")

BATCH = 200


@dataclass
class ReferralChaser:
    """`chase_after` and `escalate_after`: how long after it was sent. `interval` is in seconds between two looks."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    chase_after: timedelta
    escalate_after: timedelta
    interval: float

    async def run(self) -> None:
        """Looks for ever. A fault is logged and tried again at the next look."""
        while True:
            try:
                await self.chase()
            except Exception as error:
                log.warning("referrals.chasing_failed", error_type=type(error).__qualname__)
            await asyncio.sleep(self.interval)

    async def chase(self) -> None:
        """Emits `ReferralUnanswered` for each that is due, once of each kind, however often and by however many it is
        run. A clock that was ahead has told some too early, and none twice."""
        after: str | None = None
        while True:
            async with self.reading() as uow:
                now = uow.now()
                found = await uow.referrals.unanswered(now - self.chase_after, now - self.escalate_after, after, BATCH)
            if found:
                async with self.unit_of_work() as uow:
                    for referral in found:
                        if referral.chased_at is None:
                            await self._tell(uow, referral, escalated=False)
                        if referral.escalated_at is None and referral.sent_at <= now - self.escalate_after:
                            await self._tell(uow, referral, escalated=True)
                    await uow.commit()
            if len(found) < BATCH:
                return
            after = found[-1].referral_id

    @staticmethod
    async def _tell(uow: AssessmentUnitOfWork, referral: Referral, *, escalated: bool) -> None:
        if await uow.referrals.reminded(referral, uow.now(), escalated=escalated):
            uow.emit(
                ReferralUnanswered(
                    referral_id=referral.referral_id,
                    child_id=referral.child_id,
                    team_id=referral.team_id,
                    sensitive=referral.sensitive,
                    referred_by=referral.referred_by,
                    escalated=escalated,
                )
            )
