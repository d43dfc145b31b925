"""Reminders: a consent that is about to end is told of once, in time to ask the family again."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from consent.application.ports import Record, UnitOfWork, UnitOfWorkFactory
from consent.domain.consents import end_is_near
from contracts.events.consent import ConsentExpiring

log = structlog.get_logger("kith.reminders")

BATCH = 200


@dataclass
class Reminders:
    """`before` its end a consent is told of; `interval` is in seconds between two looks."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    before: timedelta
    interval: float

    async def run(self) -> None:
        """Looks for ever. A fault is logged and tried again at the next look."""
        while True:
            try:
                await self.remind()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("reminders.failed", error_type=type(error).__qualname__)
            await asyncio.sleep(self.interval)

    async def remind(self) -> None:
        """Emits `ConsentExpiring` for each consent that is due, however often and by however many it is run."""
        after: str | None = None
        while True:
            async with self.reading() as uow:
                now = uow.now()
                found = await uow.consents.to_remind_of(now, now + self.before, after, BATCH)
            due = [r for r in found if end_is_near(r["recorded_at"], r["valid_until"], now, self.before)]
            if due:
                async with self.unit_of_work() as uow:
                    await self._tell(uow, due)
                    await uow.commit()
            if len(found) < BATCH:
                return
            after = found[-1]["consent_id"]

    async def _tell(self, uow: UnitOfWork, due: list[Record]) -> None:
        practitioners = await uow.directory.existing("practitioner", list({r["recorded_by"] for r in due}))
        for record in due:
            # Looked at again with the row in hand: it may have been withdrawn meanwhile, or told of by a replica.
            mine = await uow.consents.change(
                record["consent_id"], {"reminded_at": uow.now()}, while_unset=["reminded_at", "withdrawn_at"]
            )
            if mine:
                recorder = record["recorded_by"]
                uow.emit(
                    ConsentExpiring(
                        consent_id=record["consent_id"],
                        child_id=record["child_id"],
                        recorded_by=recorder if recorder in practitioners else None,
                        valid_until=record["valid_until"],
                    )
                )
