"""The rejections file: each row that was refused as it was sent, and why; to be mended and sent again.

It has the columns of ours that the list has, under the list's own names. Other columns were never kept.
"""

import re
from collections.abc import Sequence
from typing import Final

from child_index.domain.roll_rows import BadRow
from child_index.domain.spreadsheets import inert

_WHY: Final = ("rejected_row", "rejected_field", "rejected_reason")


def heading(headings: Sequence[str | None]) -> list[str]:
    """The first line. `headings`: what the list calls each of our columns, None for one that it has not."""
    return [*(inert(name) for name in headings if name is not None), *_WHY]


def line(headings: Sequence[str | None], refused: BadRow) -> list[str]:
    """The cells of one row, made inert. A row that could not be read at all has none of its own: it is found in the
    list by its number."""
    values = refused.values or ("",) * len(headings)
    cells = [inert(_written(value)) for name, value in zip(headings, values, strict=True) if name is not None]
    fields, reasons = ("; ".join(parts) for parts in zip(*refused.faults, strict=True))
    return [*cells, str(refused.row), fields, reasons]


def _written(value: str) -> str:
    """Bytes that were no text in the list's encoding become U+FFFD, which is refused again until somebody mends it."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", value)
