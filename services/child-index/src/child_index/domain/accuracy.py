"""The accuracy code of a date in the person draft: one letter each for day, month and year."""

from collections.abc import Sequence
from datetime import date


def accuracy_code(dates: Sequence[date]) -> str:
    """`A` (accurate) where all of a child's records agree on the part, `E` (estimated) where they don't."""
    parts = ({each.day for each in dates}, {each.month for each in dates}, {each.year for each in dates})
    return "".join("A" if len(part) == 1 else "E" for part in parts)
