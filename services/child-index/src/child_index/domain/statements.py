"""What each sender said of a child, in the order in which it was taken as theirs, and a record without some of it.

A record is what it was registered with and all that was said since. Taking a statement away takes away what nobody
else said, and nothing more: the record as all statements make it is held against the one that the rest make, and the
difference is what goes. So what came another way stays.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from child_index.domain.hidden_names import Hidden
from child_index.domain.person import ChildRecord, Person
from child_index.domain.updates import enriched, updated
from child_index.domain.vouched import Vouched

T = TypeVar("T")


class Kind(StrEnum):
    REGISTERED = "registered"
    """The record was made of it."""
    LINKED = "linked"
    """It was found to be this child's."""
    CHANGED = "changed"
    """Its sender says something else than before."""


@dataclass(frozen=True, slots=True)
class Statement:
    """`source`, `source_key`: the sender's record. `import_id`, `row`: the list that it came with; `review_id`: the
    review by which a human linked or parted it. `score` is None where nothing was weighed."""

    statement_no: int
    child_no: int
    kind: Kind
    source: str
    source_key: str
    person: Person
    said_on: date
    import_id: str | None
    row: int | None
    review_id: str | None
    score: float | None
    weights_version: str | None
    undone_at: datetime | None
    undone_by: str | None

    @property
    def sender(self) -> tuple[str, str]:
        return self.source, self.source_key


def told(child_id: str, statements: Sequence[Statement]) -> ChildRecord:
    """The record that the statements alone make. The first is what it was registered with."""
    first = statements[0]
    record = ChildRecord.of(child_id, first.person, first.said_on)
    said = {first.sender: first.person}
    for each in statements[1:]:
        before = said.get(each.sender)
        if each.kind is Kind.CHANGED and before is not None:
            record = updated(record, before, each.person, each.said_on)
        else:
            record = enriched(record, each.person, each.said_on)
        said[each.sender] = each.person
    return record


def without(
    record: ChildRecord, statements: Sequence[Statement], gone: Collection[int], vouched: Vouched
) -> ChildRecord:
    """The record without what only the statements `gone` (by number) told of it. Never without what it began with, nor
    without what people said by correcting it."""
    whole = told(record.child_id, statements)
    rest = told(record.child_id, [each for each in statements if each.statement_no not in gone])
    plain: dict[str, Any] = {
        key: getattr(record, key)
        if vouched.has(key, getattr(record, key))
        else _less(getattr(record, key), getattr(whole, key), getattr(rest, key))
        for key in ("sex", "nhs_number", "upn")
    }
    born = _born(record)
    born = born if vouched.has_born(*born) else _less(born, _born(whole), _born(rest))
    present, told_name, name = record.name, whole.name, rest.name
    hidden = Hidden.of([record])
    stays = present != told_name or present == vouched.name or hidden.is_told_by(name)
    kept = present if stays else name
    dropped = {told_name, *whole.other_names} - {name, *rest.other_names} - vouched.names
    others = [each for each in record.other_names if each not in dropped]
    others += [present] if present in vouched.names and present not in others else []
    back = [each for each in rest.other_names if each not in whole.other_names and each not in others]
    others += [each for each in back if not hidden.is_told_by(each)]
    moved = [each for each in whole.addresses if each not in rest.addresses and not vouched.has_address(each)]
    places = [each for each in record.addresses if each not in moved]
    # What somebody else said too, later than the one who is gone, was told by the one who is gone until now.
    places += [each for each in rest.addresses if each not in whole.addresses and each not in places]
    return replace(
        record,
        **plain,
        date_of_birth=born[0],
        born_accuracy=born[1],
        given_name=kept[0],
        family_name=kept[1],
        other_names=tuple(each for each in others if each != kept),
        addresses=tuple(sorted(places, key=lambda each: each.since, reverse=True)),
    )


def _born(record: ChildRecord) -> tuple[date, str]:
    """One value: a day means nothing without how sure it is."""
    return record.date_of_birth, record.born_accuracy


def _less(present: T, whole: T, rest: T) -> T:
    return rest if present == whole else present
