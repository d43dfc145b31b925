"""Dates of birth of which only a part is known; the code that says so is in `chassis.partial_dates`."""

import calendar
import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from chassis.partial_dates import ACCURATE as ACCURATE
from chassis.partial_dates import PATTERN as PATTERN
from chassis.partial_dates import known_as as known_as

_WRITTEN: Final = (re.compile(r"(?P<year>\d{4})"), re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})"),
                   re.compile(r"(?P<month>\d{1,2})/(?P<year>\d{4})"))  # fmt: skip


def partial_date(text: str) -> tuple[date, str] | None:
    """The date and code of a written year (2014) or month (2014-03, 03/2014); None for anything else.

    Raises ValueError, with a sentence, for a month or year that there is not.
    """
    for form in _WRITTEN:
        if found := form.fullmatch(text):
            month = found.groupdict().get("month")
            if not (1 <= int(month or 1) <= 12 and int(found["year"])):
                raise ValueError("is not a month of the calendar")
            return date(int(found["year"]), int(month or 1), 1), "UAA" if month else "UUA"
    return None


def latest(born: date, code: str) -> date:
    """The last day that it may have been, as far as the code calls parts unsure: nobody is taken to be older."""
    day, month, _ = (letter == "A" for letter in code)
    if day:
        return born
    in_month = born.month if month else 12
    return born.replace(month=in_month, day=calendar.monthrange(born.year, in_month)[1])


def unsure(code: str) -> str | None:
    """The code where it says anything: None for an accurate date."""
    return None if code == ACCURATE else code


def accuracy_code(dates: Sequence[date], code: str = ACCURATE) -> str:
    """The code of a child whose first record has `code`: a part on which the records disagree is `E` at best."""
    parts = ({each.day for each in dates}, {each.month for each in dates}, {each.year for each in dates})
    return "".join(letter if len(part) == 1 or letter != "A" else "E" for part, letter in zip(parts, code, strict=True))
