"""Records that were merged answer as one child. Each keeps what it holds; the whole is read from them all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from chassis import addresses
from child_index.domain.hidden_names import without_hidden
from child_index.domain.matching import PersonDetails, Prepared
from child_index.domain.person import Address, ChildRecord, Name


@dataclass(frozen=True, slots=True)
class Whole:
    """The records of one child: the one that the others were merged into first, then oldest first."""

    root: ChildRecord
    others: tuple[ChildRecord, ...] = ()

    @classmethod
    def of(cls, root: ChildRecord, records: Iterable[ChildRecord]) -> "Whole":
        others = (record for record in records if record.child_id != root.child_id)
        return cls(root, tuple(sorted(others, key=lambda record: record.child_no or 0)))

    @property
    def child_id(self) -> str:
        return self.root.child_id

    @property
    def records(self) -> tuple[ChildRecord, ...]:
        return (self.root, *self.others)

    @property
    def numbers(self) -> list[int]:
        return [record.child_no for record in self.records if record.child_no is not None]

    @property
    def sex(self) -> str | None:
        return next((record.sex for record in self.records if record.sex), None)

    @property
    def nhs_numbers(self) -> list[str]:
        """The child's own first; more than one only where an officer merged records that have different ones."""
        return _distinct(record.nhs_number for record in self.records)

    @property
    def upns(self) -> list[str]:
        return _distinct(record.upn for record in self.records)

    @property
    def other_names(self) -> list[Name]:
        """Every other name that any of the records has or had, the root's first."""
        found = list(self.root.other_names)
        for record in self.others:
            found += [record.name, *record.other_names]
        return without_hidden((name for name in dict.fromkeys(found) if name != self.root.name), self.hidden_names)

    @property
    def hidden_names(self) -> list[Name]:
        """Hidden on one of the records, a name is hidden of the child."""
        return list(dict.fromkeys(name for record in self.records for name in record.hidden_names))

    @property
    def died_on(self) -> date | None:
        return next((record.died_on for record in self.records if record.died_on), None)

    @property
    def other_dates_of_birth(self) -> list[date]:
        found = dict.fromkeys(record.date_of_birth for record in self.others)
        return [born for born in found if born != self.root.date_of_birth]

    @property
    def addresses(self) -> list[Address]:
        """The root's, and the places that only another record has; newest first."""
        found = list(self.root.addresses)
        places = {address.place for address in found}
        for record in self.others:
            found += [each for each in record.addresses if each.place not in places]
            places |= {address.place for address in record.addresses}
        return sorted(found, key=lambda address: address.since, reverse=True)

    @property
    def home(self) -> str | None:
        """Where the child lives now, in a form that is the same for the same house; None where that is not known."""
        present = next((address for address in self.addresses if address.until is None), None)
        if present is None or present.address_line is None:
            return None
        return addresses.home(present.postcode, present.address_line)


def wholes(records: Sequence[ChildRecord]) -> dict[str, Whole]:
    """The records by the id of their root. A set whose root is not among them goes by its oldest record's id."""
    found = {record.child_id: Whole(record) for record in records if record.root_no is None}
    sets: dict[int, list[ChildRecord]] = {}
    for record in records:
        if record.root_no is not None:
            sets.setdefault(record.root_no, []).append(record)
    for members in sets.values():
        by_age = sorted(members, key=lambda record: record.child_no or 0)
        root = next((record for record in members if record.child_no == record.root_no), by_age[0])
        found[root.child_id] = Whole.of(root, members)
    return found


def facing(query: Prepared, members: Sequence[Prepared]) -> Sequence[Prepared]:
    """The records of one child as they are held against a query, of which the best counts.

    A number is the child's, whichever record has it: so the number that the query names is on all of them where it is
    on one, and a record without one has another's. Otherwise a record that lacks the NHS number would hide that the
    child has a different one.
    """
    if len(members) == 1:
        return members
    nhs_number = _facing([member.nhs_number for member in members], query.nhs_number)
    upn = _facing([member.upn for member in members], query.upn)
    return [
        member._replace(
            nhs_number=nhs_number if nhs_number == query.nhs_number else member.nhs_number or nhs_number,
            upn=upn if upn == query.upn else member.upn or upn,
        )
        for member in members
    ]


def weighed(child: Whole, *, hidden: bool, veiled: bool = False) -> list[PersonDetails]:
    """What each record of the child tells the matcher: without names that are hidden, on whichever record, unless
    `hidden`; without addresses where they are `veiled`."""
    kept_out = () if hidden else child.hidden_names
    found = []
    for record in child.records:
        told = record
        if kept_out:
            own, *_ = without_hidden([record.name, child.root.name], kept_out) or [child.root.name]
            others = tuple(without_hidden(record.other_names, kept_out))
            told = replace(told, given_name=own[0], family_name=own[1], other_names=others)
        found.append((replace(told, addresses=()) if veiled else told).details(hidden=hidden))
    return found


def _facing(held: list[str], sought: str) -> str:
    if sought and sought in held:
        return sought
    return next((number for number in held if number), "")


def _distinct(found: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(value for value in found if value))
