"""Days of the calendar in the United Kingdom, and moments in UTC."""

from datetime import UTC, date, datetime, timedelta


def uk_date(moment: datetime) -> date:
    """The calendar date in the United Kingdom at a moment.

    British Summer Time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October
    (Summer Time Order 2002); computed, so that a machine without a time zone database answers the same.
    """
    utc = moment.astimezone(UTC)
    begins, ends = (_last_sunday(utc.year, month) for month in (3, 10))
    return (utc + timedelta(hours=1) if begins <= utc < ends else utc).date()


def start_of_uk_day(day: date) -> datetime:
    """The moment, in UTC, at which a day begins in the United Kingdom."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    summer = midnight - timedelta(hours=1)
    return summer if uk_date(summer) == day else midnight


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)
