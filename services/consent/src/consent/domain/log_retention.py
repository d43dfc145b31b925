"""How long the access log keeps what its entries say."""

from datetime import UTC, date, datetime, time, timedelta


def purgeable_before(today: date, retention_days: int) -> date:
    """The latest day before which entries may be purged: every entry of that day and after is still to be kept.

    `today` is a day in UTC. An entry of the day that is `retention_days` ago has been kept for that long or less.
    """
    return today - timedelta(days=retention_days)


def start_of(day: date) -> datetime:
    """The day's first moment, UTC."""
    return datetime.combine(day, time.min, UTC)
