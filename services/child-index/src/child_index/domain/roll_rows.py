"""One row of a list: a person, or what is wrong with it. And rows packed for keeping until a worker takes them."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from child_index.domain import fields
from child_index.domain.accuracy import ACCURATE, partial_date
from child_index.domain.days import birth_date_fault, written_date
from child_index.domain.person import Person
from child_index.domain.roll_files import COLUMNS, RawRow

MOST_BYTES = 512 * 1024
"""From this size on a pack of rows is full; with its last row it stays under 1 MiB."""

ROW = "row"
"""The field of a rejection that is about the row as a whole."""


@dataclass(frozen=True, slots=True)
class GoodRow:
    row: int
    person: Person
    local_id: str | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """`faults`: (field, reason) pairs; a reason never repeats what the row says. `values`: the row as it was sent, in
    the order of `COLUMNS`; None where it could not be read as one."""

    row: int
    faults: tuple[tuple[str, str], ...]
    values: tuple[str, ...] | None = None


def _local_id(text: str) -> str | None:
    return fields.plain(text, fields.LOCAL_ID_LENGTH)


def _address(text: str) -> str | None:
    return fields.plain(text, fields.ADDRESS_LENGTH)


_READERS: dict[str, Callable[[str], str | None]] = {
    "given_name": fields.person_name,
    "family_name": fields.person_name,
    "sex": fields.sex,
    "address_line": _address,
    "postcode": fields.postcode,
    "nhs_number": fields.nhs_number,
    "upn": fields.upn,
    "local_id": _local_id,
}


def read_row(raw: RawRow, today: date, order: str = "day-month-year") -> GoodRow | BadRow:
    """The person in a row, as known on the day `today`; or all that is wrong with it. `order`: of its dates."""
    if raw.values is None:
        return BadRow(raw.row, ((ROW, raw.fault or "cannot be read"),))
    written = dict(zip(COLUMNS, raw.values, strict=True))
    faults: list[tuple[str, str]] = []
    read: dict[str, str | None] = {}
    for field, reader in _READERS.items():
        try:
            read[field] = reader(written[field])
        except ValueError as error:
            faults.append((field, str(error)))
    faults += [(name, "is missing") for name in ("given_name", "family_name") if name in read and read[name] is None]
    born: tuple[date, str] | None = None
    try:
        born = _birth_date(written["date_of_birth"], today, order)
    except ValueError as error:
        faults.append(("date_of_birth", str(error)))
    given_name, family_name = read.get("given_name"), read.get("family_name")
    if faults or born is None or given_name is None or family_name is None:
        return BadRow(raw.row, tuple(faults), raw.values)
    person = Person(
        given_name=given_name,
        family_name=family_name,
        date_of_birth=born[0],
        sex=read["sex"],
        address_line=read["address_line"],
        postcode=read["postcode"],
        nhs_number=read["nhs_number"],
        upn=read["upn"],
        born_accuracy=born[1],
    )
    return GoodRow(raw.row, person, read["local_id"])


@lru_cache(maxsize=1 << 14)
def _birth_date(text: str, today: date, order: str) -> tuple[date, str]:
    """The date, or the year or month of one, with its accuracy code."""
    if not text.strip():
        raise ValueError("is missing")
    born, accuracy = partial_date(text.strip()) or (written_date(text.strip(), order), ACCURATE)
    fault = birth_date_fault(born, today)
    if fault is not None:
        raise ValueError(fault)
    return born, accuracy


_written = json.JSONEncoder(ensure_ascii=False).encode


def packed(rows: Iterable[RawRow], most_rows: int) -> Iterator[tuple[bytes, int]]:
    """Rows as JSON texts of at most `most_rows` rows and 1 MiB each, with the number of rows in each."""
    pack: list[bytes] = []
    size = 0
    for row in rows:
        entry = _written([row.row, row.values, row.fault]).encode(errors="surrogatepass")
        pack.append(entry)
        size += len(entry) + 1
        if len(pack) >= most_rows or size >= MOST_BYTES:
            yield b"[" + b",".join(pack) + b"]", len(pack)
            pack, size = [], 0
    if pack:
        yield b"[" + b",".join(pack) + b"]", len(pack)


def unpacked(pack: bytes) -> list[RawRow]:
    return [
        RawRow(row, tuple(values) if values is not None else None, fault) for row, values, fault in json.loads(pack)
    ]
