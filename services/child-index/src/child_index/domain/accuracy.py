"""Dates of birth of which only a part is known, and the accuracy code of the person draft.

The code has a letter each for day, month and year, in this order: `A` (accurate), `E` (estimated), `U` (unknown). Parts
that are not known are kept as 1, so that one partial date is always the same day.
"""

import calendar
import re
from collections.abc import Sequence
from datetime import date
from typing import Final

ACCURATE: Final = "AAA"
PATTERN: Final = "^(AAA|[AEU]AE|[EU][AEU][AE])$"
"""A year there must be; of an unsure month no day is sure."""
_WRITTEN: Final = (re.compile(r"(?P<year>\d{4})"), re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})"),
                   re.compile(r"(?P<month>\d{1,2})/(?P<year>\d{4})"))  # fmt: skip


def known_as(born: date, code: str) -> date:
    """The day with 1 for what the code calls unknown."""
    return born.replace(day=1 if code[0] == "U" else born.day, month=1 if code[1] == "U" else born.month)


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
