"""What the report on data quality needs of the outside."""

from datetime import datetime
from typing import Protocol

from child_index.domain.quality import Report


class QualityRepository(Protocol):
    async def report(self, stale_before: datetime, reviews_as_at: datetime) -> Report:
        """Counts everything in one snapshot; the reviews as they stood at a time, exactly."""
        ...
