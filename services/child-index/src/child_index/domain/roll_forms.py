"""The form that a list is written in: its encoding, what stands between its columns, and what they are called.

All of it is found out from the file. Where a file could be read in two ways that give different children (names in the
wrong encoding, month before day), it is not guessed: the rows concerned are refused.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Literal

DateOrder = Literal["day-month-year", "month-day-year", "year-month-day"]
ENCODINGS: Final = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252"}
"""Python's name of each encoding that a sender may name."""
DELIMITERS: Final = (",", ";", "\t", "|")

HEADINGS: Final = {
    "given_name": ("given name", "given names", "legal forename", "forename", "forenames", "first name", "firstname"),
    "family_name": ("family name", "legal surname", "surname", "last name", "lastname"),
    "date_of_birth": ("date of birth", "dob", "d o b", "birth date", "birthdate", "person birth date"),
    "sex": ("sex", "legal sex", "gender", "sex code", "gender code", "person gender code"),
    "address_line": ("address line", "address line 1", "address", "address1", "address 1", "home address", "street"),
    "postcode": ("postcode", "post code", "postal code", "home postcode", "postcode of usual address"),
    "nhs_number": ("nhs number", "nhs no", "nhsnumber", "nhs"),
    "upn": ("upn", "unique pupil number"),
    "local_id": (
        "local id", "local identifier", "local patient identifier", "pupil id", "student id", "patient id",
        "admission number", "admission no", "adno", "id",
    ),
}  # fmt: skip
"""What lists call the fields, in the order in which they are looked for; the first is the field's own name."""

_NOT_A_WORD = re.compile(r"[\W_]+")
_SAYS_DELIMITER = re.compile(rf"sep=([{re.escape(''.join(DELIMITERS))}])\s*")
_PIECE = 1 << 20
_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_NOT_WINDOWS_1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True)
class Mapping:
    """What an agency has said of its lists, where they are not read rightly by themselves.

    `columns`: our field's name to their header's. Nothing that is said here is guessed any more.
    """

    columns: dict[str, str] = field(default_factory=dict)
    date_order: DateOrder = "day-month-year"
    delimiter: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Encoding:
    """By Python's name. `errors`: what becomes of bytes that are no text in it."""

    name: str
    errors: str = "strict"


def encoding_of(file: BinaryIO) -> Encoding | None:
    """UTF-8 (with or without byte order mark), UTF-16 with one, or Windows-1252; None where it is none of them.

    A list in UTF-8 with a few broken bytes stays one in UTF-8: these are kept as lone surrogates, which no field takes,
    so that their rows are refused. Read as Windows-1252 the whole list would have its names spoilt. The file is
    read once or twice from its beginning, and left there.
    """
    file.seek(0)
    start = file.read(3)
    try:
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return Encoding("utf-16")
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            for piece in _pieces(file):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
            return Encoding("utf-8-sig")
        except UnicodeDecodeError:
            pass
        good = bad = 0
        windows = True
        for piece in _pieces(file):
            rest, found = _UTF_8.subn(b"", piece)
            good += found
            bad += len(rest) - len(rest.translate(None, _BEYOND_ASCII))
            windows = windows and _NOT_WINDOWS_1252.search(piece) is None
        if good > bad or start == codecs.BOM_UTF8:
            return Encoding("utf-8-sig", "surrogateescape")
        return Encoding("cp1252") if windows else None
    finally:
        file.seek(0)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def declared_delimiter(line: str) -> str | None:
    """What the line `sep=;` says, which spreadsheets write before the header."""
    found = _SAYS_DELIMITER.fullmatch(line)
    return found.group(1) if found else None


def delimiter_of(header: str, said: dict[str, str]) -> str:
    """The one that parts the header into most of our columns; a comma where none does."""
    return max(
        DELIMITERS, key=lambda each: sum(place is not None for place in places_in(columns_in(header, each), said))
    )


def columns_in(header: str, delimiter: str) -> list[str]:
    """The names of the columns, as they are compared."""
    return [comparable(name) for name in names_in(header, delimiter)]


def names_in(header: str, delimiter: str) -> list[str]:
    """The names of the columns as they are written."""
    try:
        return next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:
        return []


def comparable(name: str) -> str:
    """A column's name in lower case, with one space between words."""
    return _NOT_A_WORD.sub(" ", name).strip().lower()


def places_in(columns: list[str], said: dict[str, str]) -> tuple[int | None, ...]:
    """Where each of our columns stands, in the order of `HEADINGS`; None for one that the list has not.

    `said`: what the sender calls some of our columns; these names mean nothing else.
    """
    told = {ours: comparable(theirs) for ours, theirs in said.items()}
    free = {name for name in columns if name not in told.values()}
    places = []
    for ours, names in HEADINGS.items():
        wanted = [told[ours]] if ours in told else [name for name in names if name in free]
        places.append(next((columns.index(name) for name in wanted if name in columns), None))
    return tuple(places)


def repeated_in(columns: list[str], places: tuple[int | None, ...]) -> list[str]:
    """Our columns that the list has more than once under one name, so that nobody can tell which is meant."""
    return [
        ours
        for ours, place in zip(HEADINGS, places, strict=True)
        if place is not None and columns.count(columns[place]) > 1
    ]
