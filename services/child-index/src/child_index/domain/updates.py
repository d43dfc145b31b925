"""What a further description adds to a record. Nothing that was known is lost: names and addresses become history."""

from dataclasses import replace
from datetime import date

from chassis.addresses import address
from child_index.domain.accuracy import ACCURATE, known_as
from child_index.domain.hidden_names import Hidden, as_read
from child_index.domain.matching import Band, Comparison
from child_index.domain.person import Address, ChildRecord, Person

_BORN_AGREES = frozenset({Band.EQUAL, Band.SWAPPED, Band.ONE_EDIT, Band.TWO_PARTS, Band.YEAR_AND_MONTH, Band.YEAR})
_NAME_AGREES = frozenset({Band.EQUAL, Band.VARIANT, Band.PART, Band.TYPO, Band.SWAPPED})


def is_plausible_change(comparison: Comparison) -> bool:
    """Whether a sender that changed its record of a child still speaks of that child.

    A child may take another family name (adoption, marriage of a parent) or be named after birth; a given name that
    turns into another one under the same family name is as likely a twin.
    """
    born, given, family = (comparison.band(f) for f in ("date_of_birth", "given_name", "family_name"))
    if comparison.band("nhs_number") is Band.DIFFERENT or born not in _BORN_AGREES:
        return False
    if comparison.band("nhs_number") is Band.EQUAL and (given in _NAME_AGREES or family in _NAME_AGREES):
        return True
    if given in _NAME_AGREES:
        return family in _NAME_AGREES or born is Band.EQUAL
    return given is Band.MISSING and family in _NAME_AGREES and born is Band.EQUAL


def enriched(record: ChildRecord, person: Person, today: date, hidden: Hidden | None = None) -> ChildRecord:
    """The record with what another source knows of the child: another spelling, an address, a missing number.

    `hidden`: of all the child's records; None: it is the only one.
    """
    name = (person.given_name, person.family_name)
    known = {as_read(each) for each in (record.name, *record.other_names)}
    if hidden is None:
        hidden = Hidden.of([record])
    kept = as_read(name) in known or hidden.is_told_by(name)
    if person.born_accuracy == ACCURATE != record.born_accuracy:
        record = replace(record, date_of_birth=person.date_of_birth, born_accuracy=ACCURATE)
    return replace(
        record,
        other_names=record.other_names if kept else (*record.other_names, name),
        addresses=_with_address(record.addresses, person, today),
        sex=record.sex or person.sex,
        nhs_number=record.nhs_number or person.nhs_number,
        upn=_upn(record.upn, person.upn),
    )


def updated(
    record: ChildRecord, before: Person, person: Person, today: date, hidden: Hidden | None = None
) -> ChildRecord:
    """The record after a source changed its own description from `before` to `person`: the changed fields count.

    `hidden` as in `enriched`.
    """
    if hidden is None:
        hidden = Hidden.of([record])
    changed = record
    new = (person.given_name, person.family_name)
    # A sender that knows only a name that was hidden since does not bring it back, however it is spelt.
    if (before.given_name, before.family_name) != new and not hidden.is_told_by(new):
        old = record.name
        others = tuple(name for name in record.other_names if name != new)
        changed = replace(
            changed,
            given_name=new[0],
            family_name=new[1],
            other_names=others if old == new or old in others else (*others, old),
        )
    born = (person.date_of_birth, person.born_accuracy)
    if (before.date_of_birth, before.born_accuracy) != born and not _is_told_by_a_date(record, person):
        changed = replace(changed, date_of_birth=person.date_of_birth, born_accuracy=person.born_accuracy)
    if (before.address_line, before.postcode) != (person.address_line, person.postcode):
        changed = replace(changed, addresses=_with_address(changed.addresses, person, today))
    return replace(
        changed,
        sex=changed.sex or person.sex,
        nhs_number=changed.nhs_number or person.nhs_number,
        upn=_upn(changed.upn, person.upn),
    )


def _is_told_by_a_date(record: ChildRecord, person: Person) -> bool:
    """Whether the record has a whole date, of which the person's is a part: who says less takes no day away."""
    in_part = known_as(record.date_of_birth, person.born_accuracy)
    return record.born_accuracy == ACCURATE and in_part == person.date_of_birth


def _with_address(addresses: tuple[Address, ...], person: Person, today: date) -> tuple[Address, ...]:
    if person.address_line is None and person.postcode is None:
        return addresses
    line = _line(person.address_line)
    for known in addresses:
        if line in (None, _line(known.address_line)) and person.postcode in (None, known.postcode):
            return addresses
    return (Address(person.address_line, person.postcode, today), *addresses)


def _line(text: str | None) -> object | None:
    """An address line as the matcher reads it: "Rd" is "Road"."""
    return address(text)


def _upn(kept: str | None, told: str | None) -> str | None:
    """A pupil's number stays, save that a permanent one takes the place of a temporary one (which ends in a letter)."""
    if kept is None or (told is not None and kept[-1].isalpha() and told[-1].isdigit()):
        return told
    return kept
