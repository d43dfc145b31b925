"""What stands among the imports, for whoever looks after the service."""

from typing import Final

from chassis.metrics import Gauge, Reading, Sample
from child_index.application.ports import Units

ROWS_WAITING: Final = Gauge(
    "kith_import_rows_waiting", "Rows not worked through yet, of the list of each service whose turn is next"
)


def of_imports(reading: Units) -> Sample:
    async def sample() -> list[Reading]:
        async with reading() as uow:
            jobs = await uow.imports.open()
        return [ROWS_WAITING(sum(job.total - job.processed for job in jobs))]

    return sample
