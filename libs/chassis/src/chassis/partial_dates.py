"""Dates of which only a part is known, and the accuracy code of the draft person standard (MAIS, PartialDate).

The code has a letter each for day, month and year, in this order: `A` (accurate), `E` (estimated), `U` (unknown). Parts
that are not known are kept as 1, so that one partial date is always the same day.
"""

from datetime import date
from typing import Final

ACCURATE: Final = "AAA"
PATTERN: Final = "^(AAA|[AEU]AE|[EU][AEU][AE])$"
"""A year there must be; of an unsure month no day is sure."""


def known_as(day: date, code: str) -> date:
    """The day with 1 for what the code calls unknown."""
    return day.replace(day=1 if code[0] == "U" else day.day, month=1 if code[1] == "U" else day.month)
