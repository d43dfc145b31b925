"""What the routes of documents need of a typesetter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from assessment.domain.sheets import extent
from chassis.errors import Conflict

LONGEST = 600_000
"""Characters, about 200 pages. Measured: three seconds and 250 MB for so many."""


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
