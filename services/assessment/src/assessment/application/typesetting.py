"""What the routes of documents need of a typesetter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from assessment.domain.sheets import extent
from chassis.errors import Conflict

LONGEST = 300_000
"""Characters, about 100 pages. Measured on two busy processors: so many take 2.4 seconds and 175 MB at the most, three
thousand 0.7 seconds and 41 MB, 0.5 of them for the start of the process."""


class Typesetter(Protocol):
    async def pdf(self, sheet: Mapping[str, Any], at: datetime) -> bytes:
        """A PDF, tagged (PDF/UA-1), on A4, made at that moment: the same sheet and moment give the same bytes.

        `sheet`: kind, title (of the file, so without personal data), mark, and blocks (`domain/sheets.py`), or what its
        kind has in place of them.

        Raises `Unavailable`, with when to ask again, while too many are being made or where one takes too long.
        """


async def typeset(typesetter: Typesetter, sheet: Mapping[str, Any], at: datetime) -> bytes:
    """Raises `Conflict` for more than paper is for, and as `Typesetter`."""
    if extent(sheet) > LONGEST:
        raise Conflict("It is too long for a document; read it part by part", code="document-too-long")
    return await typesetter.pdf(sheet, at)
