"""What somebody who knows better changes in a child's record. Pure: the records before and after.

A child may have several records, which were merged. A correction goes to each of them that holds the value: so it
shows whichever is read first, and each record keeps it when the merge is undone. What is new goes to the root.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from child_index.domain.accuracy import ACCURATE
from child_index.domain.person import Address, ChildRecord, Name
from child_index.domain.wholes import Whole
from contracts.vocabulary import Category

Amended = tuple[ChildRecord, ChildRecord]
"""A record before and after."""

PLAIN = ("date_of_birth", "sex", "nhs_number", "upn", "died_on")


class FormerName(StrEnum):
    """What becomes of the name that a child had until now."""

    KEPT = "kept"
    """It is shown among the other names, and found by a search."""
    HIDDEN = "hidden"
    """Only index officers see it, and find the child by it: after an adoption, say."""
    DROPPED = "dropped"
    """It was never the child's."""


@dataclass(frozen=True, slots=True)
class Correction:
    """`values`: those of the `PLAIN` fields that are sent, None to clear one. Each other field None: as it is.

    `other_names` and `addresses` are the whole list as it should be; `hide` and `unhide` are names of `other_names`.
    Hidden names are never lost by being left out.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    born_accuracy: str = ACCURATE
    """Of the date of birth, where it is sent."""
    given_name: str | None = None
    family_name: str | None = None
    former_name: FormerName = FormerName.KEPT
    other_names: Sequence[Name] | None = None
    hide: Sequence[Name] = ()
    unhide: Sequence[Name] = ()
    addresses: Sequence[Address] | None = None


def corrected(child: Whole, sent: Correction) -> list[Amended]:
    """The records that the correction changes, before and after."""
    now = child
    root = now.root.name
    name = (sent.given_name or root[0], sent.family_name or root[1])
    if name != root:
        now = _renamed(now, name, sent.former_name)
    if sent.other_names is not None:
        now = _with_other_names(now, sent.other_names, sent.unhide)
    for each in sent.hide:
        now = _hidden(now, each)
    for key, value in sent.values.items():
        now = _with_value(now, key, value) if key != "date_of_birth" else _born(now, value, sent.born_accuracy)
    if sent.addresses is not None:
        now = _with_addresses(now, sent.addresses)
    return [pair for pair in zip(child.records, now.records, strict=True) if pair[0] != pair[1]]


def _each(child: Whole, records: Sequence[ChildRecord]) -> Whole:
    """The child with these in the place of its records, in their order."""
    return replace(child, root=records[0], others=tuple(records[1:]))


def _without(names: Sequence[Name], *gone: Name) -> tuple[Name, ...]:
    return tuple(name for name in names if name not in gone)


def _renamed(child: Whole, name: Name, former: FormerName) -> Whole:
    old = child.root.name

    def renamed(record: ChildRecord) -> ChildRecord:
        if record.name != old:
            dropped = former is FormerName.DROPPED
            return replace(record, other_names=_without(record.other_names, old)) if dropped else record
        others = _without(record.other_names, name, old)
        if former is FormerName.KEPT:
            others = (*others, old)
        hidden = _without(record.hidden_names, name)
        return replace(record, given_name=name[0], family_name=name[1], other_names=others, hidden_names=hidden)

    now = _each(child, [renamed(record) for record in child.records])
    return _hidden(now, old) if former is FormerName.HIDDEN else now


def _with_other_names(child: Whole, wanted: Sequence[Name], unhidden: Sequence[Name]) -> Whole:
    shown, root = child.other_names, child.root.name
    gone = [name for name in shown if name not in wanted]

    def changed(record: ChildRecord) -> ChildRecord:
        # A merged record's own name goes with it: the record then has the child's.
        name = root if record.name in gone else record.name
        others, hidden = _without(record.other_names, *gone, name), record.hidden_names
        back = tuple(each for each in hidden if each in unhidden)
        return replace(
            record,
            given_name=name[0],
            family_name=name[1],
            other_names=(*others, *back),
            hidden_names=_without(hidden, *back),
        )

    now = _each(child, [changed(record) for record in child.records])
    known = {root, *now.other_names, *now.hidden_names}
    new = tuple(dict.fromkeys(name for name in wanted if name not in known))
    return replace(now, root=replace(now.root, other_names=(*now.root.other_names, *new)))


def _hidden(child: Whole, name: Name) -> Whole:
    root = child.root.name

    def changed(record: ChildRecord) -> ChildRecord:
        own = root if record.name == name else record.name
        return replace(
            record,
            given_name=own[0],
            family_name=own[1],
            other_names=_without(record.other_names, name, own),
            hidden_names=(*_without(record.hidden_names, name), name),
        )

    # On every record: one that is parted from the others later must not show what is hidden now.
    return _each(child, [changed(record) for record in child.records])


def _with_value(child: Whole, key: str, value: Any) -> Whole:
    held = [getattr(record, key) for record in child.records]
    present = next((each for each in held if each is not None), None)  # what is shown
    if value == present:
        return child
    told: dict[str, Any] = {key: value}
    records = [
        replace(record, **told) if present is not None and known == present else record
        for record, known in zip(child.records, held, strict=True)
    ]
    if present is None:
        records[0] = replace(records[0], **told)
    return _each(child, records)


def _born(child: Whole, born: date, accuracy: str) -> Whole:
    """The root's date of birth is what is shown."""
    shown = child.root.date_of_birth, child.root.born_accuracy
    records = [
        replace(record, date_of_birth=born, born_accuracy=accuracy)
        if (record.date_of_birth, record.born_accuracy) == shown
        else record
        for record in child.records
    ]
    return _each(child, records)


def _with_addresses(child: Whole, wanted: Sequence[Address]) -> Whole:
    shown = child.addresses
    gone = [each for each in shown if each not in wanted]
    new = [each for each in dict.fromkeys(wanted) if each not in shown]
    changed: dict[Address, Address] = {}
    for old in gone:
        # The same stay told otherwise: another end or number of the same place, or a place that was misspelt.
        same = next((each for each in new if each.place == old.place), None) or next(
            (each for each in new if each.since == old.since), None
        )
        if same is not None:
            changed[old] = same
            new.remove(same)
    by_place = {old.place: (old, now) for old, now in changed.items()}
    lost = {each.place for each in gone if each not in changed}
    stays = {each.place for each in shown if each not in gone}

    def told(record: ChildRecord) -> ChildRecord:
        kept: list[Address] = []
        for each in record.addresses:
            if each in changed:
                kept.append(changed[each])
            elif each in gone or (each.place in lost and each.place not in stays):
                continue
            elif each.place in by_place and each not in shown and each.place not in stays:
                # Another record's telling of the same place, which the first one's covered until now.
                kept.append(by_place[each.place][1])
            else:
                kept.append(each)
        return replace(record, addresses=_ordered(kept))

    records = [told(record) for record in child.records]
    records[0] = replace(records[0], addresses=_ordered([*records[0].addresses, *new]))
    return _each(child, records)


def _ordered(addresses: Sequence[Address]) -> tuple[Address, ...]:
    return tuple(sorted(dict.fromkeys(addresses), key=lambda each: each.since, reverse=True))


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one record, as it was and is. `hidden`: it speaks of a hidden name."""

    field: str
    category: Category
    before: Any
    after: Any
    hidden: bool = False


def differences(before: ChildRecord, after: ChildRecord) -> list[FieldChange]:
    """What changed, field by field, in the words of the public answers. Of lists only what went and what came."""
    hidden = {*before.hidden_names, *after.hidden_names}
    found = []
    if before.name != after.name:
        veiled = not hidden.isdisjoint({before.name, after.name})
        found.append(FieldChange("name", Category.BASICS, name_told(before.name), name_told(after.name), veiled))
    went = [name for name in before.other_names if name not in after.other_names]
    came = [name for name in after.other_names if name not in before.other_names]
    if went or came:
        veiled = not hidden.isdisjoint({*went, *came})
        told = [name_told(name) for name in went], [name_told(name) for name in came]
        found.append(FieldChange("other_names", Category.BASICS, *told, hidden=veiled))
    if before.hidden_names != after.hidden_names:
        was, now = ([name_told(name) for name in names] for names in (before.hidden_names, after.hidden_names))
        found.append(FieldChange("hidden_names", Category.BASICS, was, now, hidden=True))
    for key in PLAIN:
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            found.append(FieldChange(key, Category.BASICS, text_told(old), text_told(new)))
    if before.born_accuracy != after.born_accuracy:
        found.append(FieldChange("date_of_birth_accuracy", Category.BASICS, before.born_accuracy, after.born_accuracy))
    left = [address_told(each) for each in before.addresses if each not in after.addresses]
    moved = [address_told(each) for each in after.addresses if each not in before.addresses]
    if left or moved:
        found.append(FieldChange("addresses", Category.WHEREABOUTS, left, moved))
    return found


def name_told(name: Name) -> dict[str, str]:
    return {"given_name": name[0], "family_name": name[1]}


def address_told(address: Address) -> dict[str, str | None]:
    told = {
        "address_line": address.address_line,
        "postcode": address.postcode,
        "uprn": address.uprn,
        "from": text_told(address.since),
        "to": text_told(address.until),
    }
    return {key: value for key, value in told.items() if value is not None}


def text_told(value: Any) -> str | None:
    """A plain field as the history tells it."""
    return value.isoformat() if isinstance(value, date) else value
