"""The months of the access log that are to come have their place before they begin."""

import asyncio
from dataclasses import dataclass

import structlog

from consent.application.ports import UnitOfWorkFactory

log = structlog.get_logger("kith.log")

AHEAD = 3
"""Months: a worker may stand still for a quarter. Entries of a month without a place are kept with whatever else has
none, and put in their month once it is made."""
_DAY = 24 * 3600.0
_SOON = 60.0


@dataclass
class LogMonths:
    unit_of_work: UnitOfWorkFactory

    async def run(self) -> None:
        """Looks for ever, once a day. A fault is logged and tried again soon."""
        while True:
            try:
                await self.make()
                await asyncio.sleep(_DAY)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("log.months_failed", error_type=type(error).__qualname__)
                await asyncio.sleep(_SOON)

    async def make(self) -> None:
        async with self.unit_of_work() as uow:
            made = await uow.log.make_months(AHEAD)
            await uow.commit()
        if made:
            log.info("log.months_made", months=made)
