"""Rows that an import must refuse, one kind of fault each."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.generator.identifiers import Numbers
from tests.generator.row import Row


@dataclass(frozen=True)
class BadRow:
    """What is wrong: the kind of fault, and the column that holds it."""

    kind: str
    field: str


def _wrong_nhs_check(row: Row, numbers: Numbers | None) -> Row:
    right = numbers.nhs_number() if numbers else "9990000018"
    return replace(row, nhs_number=right[:-1] + str((int(right[-1]) + 1) % 10))


def _wrong_upn_check(row: Row, numbers: Numbers | None) -> Row:
    right = numbers.upn() if numbers else "H801200001001"
    return replace(row, upn=("C" if right[0] != "C" else "D") + right[1:])


_FAULTS: tuple[tuple[BadRow, Callable[[Row, Numbers | None], Row]], ...] = (
    (BadRow("impossible date", "date_of_birth"), lambda row, _: replace(row, date_of_birth="2014-02-31")),
    (BadRow("failing check", "nhs_number"), _wrong_nhs_check),
    (BadRow("missing", "family_name"), lambda row, _: replace(row, family_name="")),
    (BadRow("future date", "date_of_birth"), lambda row, _: replace(row, date_of_birth="2093-04-01")),
    (BadRow("NUL byte", "given_name"), lambda row, _: replace(row, given_name=f"{row.given_name}\0")),
    (BadRow("failing check", "upn"), _wrong_upn_check),
    (BadRow("not a date", "date_of_birth"), lambda row, _: replace(row, date_of_birth="last spring")),
    (BadRow("blank", "family_name"), lambda row, _: replace(row, family_name="   ")),
)


def spoil(position: int, row: Row, numbers: Numbers | None) -> tuple[Row, BadRow]:
    """A good row made bad, the kinds in turn by `position`, so that a handful has them all."""
    what, fault = _FAULTS[position % len(_FAULTS)]
    return fault(replace(row, nhs_number="", upn=""), numbers), what
