"""Dates as people in England write and live them."""

import re
from datetime import date, timedelta

from chassis.days import start_of_uk_day as start_of_uk_day
from chassis.days import uk_date as uk_date

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_BRITISH = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([/.]?)(\d{2})\2(\d{2})", re.ASCII)
_MONTH_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})[ -](\d{4})", re.ASCII)
_MIDNIGHT = re.compile(r"[T ]0?0:00(:00(\.0+)?)?Z?$", re.ASCII)
"""What spreadsheets and databases add to a date."""
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

OLDEST_YEARS = 26
"""A record is archived at 25 at the latest, so nobody older than 26 is a child of the index."""


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month where it has no such day."""
    count = day.year * 12 + day.month - 1 - months
    year, month = count // 12, count % 12 + 1
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (after - timedelta(days=1)).day))


def iso_date(text: str) -> date:
    """A date from `YYYY-MM-DD`, and no other form. Raises ValueError."""
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError("is not a date (YYYY-MM-DD)")
    return _real(*map(int, found.groups()))


def written_date(text: str, order: str = "day-month-year") -> date:
    """A date in any of the forms that lists of children use. Raises ValueError.

    `2014-03-07`, `2014/03/07`, `20140307`, `07/03/2014`, `7.3.2014`, `07-03-2014`, `7 Mar 2014`, `7-March-2014`, each
    also with a midnight after it. The day comes before the month; a year has four digits. `order` is what the sender
    has said of its dates: in numbers the month first (`month-day-year`), or never but the year (`year-month-day`).
    """
    text = _MIDNIGHT.sub("", text)
    if found := _BRITISH.fullmatch(text):
        day, _, month, year = found.groups()
        if order == "year-month-day":
            raise ValueError("does not begin with the year, as the saved mapping says")
        if order == "month-day-year":
            day, month = month, day
        return _real(int(year), int(month), int(day))
    if found := _YEAR_FIRST.fullmatch(text):
        year, _, month, day = found.groups()
        return _real(int(year), int(month), int(day))
    if found := _MONTH_NAMED.fullmatch(text):
        day, word, year = found.groups()
        named = [number for number, name in enumerate(_MONTHS, 1) if _means(word.lower(), name)]
        if named:
            return _real(int(year), named[0], int(day))
    if _ISO.fullmatch(text) is None:
        raise ValueError("is not a date (YYYY-MM-DD or DD/MM/YYYY)")
    return iso_date(text)


def _means(word: str, month: str) -> bool:
    return word in {month, month[:3]} or (word == "sept" and month == "september")


def _real(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def birth_date_fault(born: date, today: date) -> str | None:
    """What is wrong with a date of birth of a child known today; None when nothing is."""
    if born > today:
        return "is in the future"
    birthdays = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return "is not a child's date of birth" if birthdays > OLDEST_YEARS else None
