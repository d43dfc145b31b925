"""Working days: Monday to Friday, without the bank holidays that the policy names."""

from collections.abc import Collection
from datetime import date, datetime, timedelta


def after_working_days(start: datetime, days: int, bank_holidays: Collection[date]) -> datetime:
    """The same time of day, `days` working days later. A start on a day off counts from the next working day's start.

    `start` is UTC, and so are the days: an hour's difference in summer moves a deadline by an hour at most.
    """
    moment = start
    if not _works(moment.date(), bank_holidays):
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        while not _works(moment.date(), bank_holidays):
            moment += timedelta(days=1)
    for _ in range(days):
        moment += timedelta(days=1)
        while not _works(moment.date(), bank_holidays):
            moment += timedelta(days=1)
    return moment


def _works(day: date, bank_holidays: Collection[date]) -> bool:
    return day.weekday() < 5 and day not in bank_holidays
