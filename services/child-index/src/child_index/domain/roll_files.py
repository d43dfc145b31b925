"""Lists of children as CSV or Common Transfer Files: read row by row in bounded memory, whatever the file holds.

The header names the columns, in any order and by any of the names in `roll_forms`; columns that are not ours are passed
over and never kept.
Rows are numbered from 1, the header is row 0, and blank lines are not counted.
"""

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from child_index.domain.ctf_files import NoTransferFile, is_xml, pupils_in
from child_index.domain.roll_forms import (
    ENCODINGS,
    HEADINGS,
    Encoding,
    Mapping,
    columns_in,
    declared_delimiter,
    delimiter_of,
    encoding_of,
    names_in,
    places_in,
    repeated_in,
)

COLUMNS: Final = tuple(HEADINGS)
NEEDED: Final = ("given_name", "family_name", "date_of_birth")

_LONGEST_LINE = 8_000  # characters; a row of all our columns at their longest is a tenth of it
_MOST_LINES = 10  # of one row, whose quoted fields may hold line ends


class UnreadableFile(ValueError):
    """The file as a whole cannot be taken; each reason is a sentence about the file."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class RawRow:
    """`values` in the order of `COLUMNS`, '' for a column that the file has not; None where `fault` tells why."""

    row: int
    values: tuple[str, ...] | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """A list that is being read. `headings`: what it calls each of `COLUMNS`, None for one that it has not."""

    headings: tuple[str | None, ...]
    rows: Iterator[RawRow]
    """Raises UnreadableFile midway."""


def read_roll(file: BinaryIO, mapping: Mapping) -> Roll:
    """The children of a list, in whatever form it has. Raises UnreadableFile."""
    return Roll(COLUMNS, _pupils(file)) if is_xml(file) else _csv_roll(file, mapping)


def _pupils(file: BinaryIO) -> Iterator[RawRow]:
    row = 0
    try:
        for row, values in enumerate(pupils_in(file), 1):
            yield RawRow(row, values)
    except NoTransferFile as error:
        raise UnreadableFile(str(error)) from None
    if row == 0:
        raise UnreadableFile("has no pupils")


def _csv_roll(file: BinaryIO, mapping: Mapping) -> Roll:
    encoding = encoding_of(file) if mapping.encoding is None else Encoding(ENCODINGS[mapping.encoding])
    if encoding is None:
        raise UnreadableFile("is not text in UTF-8, UTF-16 or Windows-1252")
    text = io.TextIOWrapper(file, encoding=encoding.name, errors=encoding.errors, newline="")
    lines = _Lines(text)
    try:
        header = _header(lines, mapping)
    except UnicodeError:
        raise _not_text(encoding) from None
    except UnreadableFile:
        text.detach()
        raise
    return Roll(header.headings, _csv_rows(text, lines, header, encoding))


def _not_text(encoding: Encoding) -> UnreadableFile:
    return UnreadableFile(f"is not text in {encoding.name.upper()}")


def _csv_rows(text: io.TextIOWrapper, lines: "_Lines", header: "_Header", encoding: Encoding) -> Iterator[RawRow]:
    try:
        places = header.places
        row = 0
        for values, fault in _records(lines, header):
            row += 1
            if values is None:
                yield RawRow(row, None, fault)
            else:
                yield RawRow(row, tuple(values[place] if place is not None else "" for place in places))
        if row == 0:
            raise UnreadableFile("has a header, but no rows")
    except UnicodeError:
        raise _not_text(encoding) from None
    finally:
        text.detach()


class _TooLong:
    """Stands for a line that was passed over because it is too long."""


_TOO_LONG: Final = _TooLong()
_Line = str | _TooLong


class _Lines:
    """The lines of a text, with those given back first."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._back: deque[_Line] = deque()

    def take(self) -> _Line | None:
        """The next line with its end; None at the end of the text."""
        if self._back:
            return self._back.popleft()
        line = self._text.readline(_LONGEST_LINE)
        if len(line) < _LONGEST_LINE or line.endswith(("\n", "\r")):
            return line or None
        while (rest := self._text.readline(_LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
            pass
        return _TOO_LONG

    def give_back(self, lines: list[_Line]) -> None:
        self._back.extendleft(reversed(lines))


@dataclass(frozen=True, slots=True)
class _Header:
    """Where each of our columns stands, what it is called, and how many columns the file has."""

    places: tuple[int | None, ...]
    headings: tuple[str | None, ...]
    width: int
    delimiter: str


def _header(lines: _Lines, mapping: Mapping) -> _Header:
    first, said = lines.take(), None
    while isinstance(first, str) and (not first.strip() or (said is None and declared_delimiter(first))):
        said = said or declared_delimiter(first)
        first = lines.take()
    if first is None:
        raise UnreadableFile("is empty")
    if isinstance(first, _TooLong):
        raise UnreadableFile("does not begin with a line of column names")
    delimiter = mapping.delimiter or said or delimiter_of(first, mapping.columns)
    columns = columns_in(first, delimiter)
    places = places_in(columns, mapping.columns)
    absent = [name for name, place in zip(COLUMNS, places, strict=True) if place is None and name in mapping.columns]
    if absent:
        raise UnreadableFile(*(f"has no column for {name} by the name in the saved mapping" for name in absent))
    missing = [name for name, place in zip(COLUMNS, places, strict=True) if place is None and name in NEEDED]
    if missing:
        raise UnreadableFile(*(f"has no column {name}" for name in missing))
    repeated = repeated_in(columns, places)
    if repeated:
        raise UnreadableFile(*(f"has the column {name} more than once" for name in repeated))
    names = names_in(first, delimiter)
    headings = tuple(None if place is None else names[place].strip() for place in places)
    return _Header(places, headings, len(columns), delimiter)


def _records(lines: _Lines, header: _Header) -> Iterator[tuple[list[str] | None, str | None]]:
    """Values or a fault for each row that is not blank.

    A quotation mark that is never closed would swallow the rows after it: where several lines make no good row, the
    first is the faulty one, and the others are read again by themselves.
    """
    while (first := lines.take()) is not None:
        if isinstance(first, _TooLong):
            yield None, "is too long"
            continue
        taken: list[_Line] = [first]
        try:
            values = next(csv.reader(_following(lines, first, taken), delimiter=header.delimiter), [])
        except csv.Error:
            values = None
        if values == [] or (values and len(taken) == 1 and not first.strip()):
            continue
        if values is not None and len(values) == header.width and not isinstance(taken[-1], _TooLong):
            yield values, None
            continue
        lines.give_back(taken[1:])
        yield None, "has another number of columns than the header" if values else "cannot be read as CSV"


def _following(lines: _Lines, first: str, taken: list[_Line]) -> Iterator[str]:
    """The lines that a CSV reader asks for to complete one row; notes them in `taken`."""
    yield first
    while len(taken) < _MOST_LINES:
        line = lines.take()
        if line is None:
            return
        taken.append(line)
        if isinstance(line, _TooLong):
            return
        yield line
