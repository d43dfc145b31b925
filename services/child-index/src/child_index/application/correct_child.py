"""Somebody who knows better corrects a child's record, and says why."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from chassis.errors import Conflict, FieldError, Invalid
from chassis.grants import Grant
from chassis.ids import new_id
from child_index.application.enrolment import tell_of_changes
from child_index.application.history import remember, works_openly
from child_index.application.history_ports import Origin
from child_index.application.ports import IndexUnitOfWork
from child_index.application.read_child import ChildView, read_child
from child_index.domain.corrections import Amended, Correction, corrected
from child_index.domain.days import birth_date_fault, uk_date
from child_index.domain.matching import PersonDetails, blocking_keys, is_permanent_upn, prepare
from child_index.domain.placement import Changes
from child_index.domain.wholes import Whole
from contracts.events.child_index import ChildDetailsChanged
from contracts.vocabulary import Category, Role

_HELD = 200
"""Records looked at for a number that another child may have; as many as a search looks at."""


@dataclass(frozen=True, slots=True)
class CorrectChild:
    correction: Correction
    reason: str


async def correct_child(
    uow: IndexUnitOfWork, command: CorrectChild, grant: Grant, must_match: Callable[[ChildView], None]
) -> ChildView:
    """The record as it is afterwards. `must_match` raises unless the caller read the record as it is now.

    Raises Invalid by field for what cannot be, or is not the caller's to see and so to correct; Conflict
    `number-doubtful` for an NHS or pupil number that somebody else has, or, unless an index officer says so, one in the
    place of another: two children may have been taken for one.
    """
    await uow.children.hold()
    view = await read_child(uow, grant)
    must_match(view)
    child, sent = view.child, command.correction
    if grant.role is not Role.INDEX_OFFICER:
        # Whether a name is hidden is not the caller's to know: told again, it stays as it is.
        sent = replace(sent, unhide=())
    _check(child, sent, view)
    await _check_numbers(uow, child, sent, grant)
    amended = corrected(child, sent)
    _check_dates(uow, amended)
    if amended:
        await _save(uow, child, amended, command.reason, grant)
    return await read_child(uow, grant)


def _check(child: Whole, sent: Correction, view: ChildView) -> None:
    faults = []
    if sent.addresses is not None and Category.WHEREABOUTS not in view.categories:
        faults.append(FieldError("/addresses", "is not yours to correct"))
    others = [key for key in ("given_name", "family_name", "other_names") if getattr(sent, key) is not None]
    if Category.BASICS not in view.categories:
        faults += [FieldError(f"/{key}", "is not yours to correct") for key in (*others, *sent.values)]
    name = (sent.given_name or child.root.given_name, sent.family_name or child.root.family_name)
    if name in {*sent.hide, *(sent.other_names or ())}:
        faults.append(FieldError("/other_names", "names the present name"))
    if faults:
        raise Invalid(faults)


async def _check_numbers(uow: IndexUnitOfWork, child: Whole, sent: Correction, grant: Grant) -> None:
    for key, held in (("nhs_number", child.nhs_numbers), ("upn", child.upns)):
        number = sent.values.get(key)
        if key not in sent.values or number in held:
            continue
        final = held if key == "nhs_number" else list(filter(is_permanent_upn, held))
        replaces = bool(final) and grant.role is not Role.INDEX_OFFICER
        if replaces or (number is not None and await _is_anothers(uow, key, number, child)):
            detail = "This number cannot be taken as it stands; an index officer has to look"
            raise Conflict(detail, code="number-doubtful")


async def _is_anothers(uow: IndexUnitOfWork, key: str, number: str, child: Whole) -> bool:
    sought = PersonDetails(nhs_number=number) if key == "nhs_number" else PersonDetails(upn=number)
    near = await uow.children.sharing(blocking_keys(prepare(sought)), _HELD)
    return any(getattr(record, key) == number and record.child_no not in child.numbers for record in near)


def _check_dates(uow: IndexUnitOfWork, amended: list[Amended]) -> None:
    today = uk_date(uow.now())
    for before, after in amended:
        if after.date_of_birth != before.date_of_birth:
            fault = birth_date_fault(after.date_of_birth, today)
            if fault is not None:
                raise Invalid.field("/date_of_birth", fault)
        if after.died_on is not None and not after.date_of_birth <= after.died_on <= today:
            raise Invalid.field("/died_on", "is in the future, or before the date of birth")
        for address in after.addresses:
            if address not in before.addresses and address.since > today:
                raise Invalid.field("/addresses", "begins in the future")


async def _save(uow: IndexUnitOfWork, child: Whole, amended: list[Amended], reason: str, grant: Grant) -> None:
    changes = Changes(
        amended={before.child_id: (before, after) for before, after in amended},
        keys={after.child_id: blocking_keys(prepare(after.details())) for _, after in amended},
    )
    await uow.children.save(changes, "correction")
    for before, after in amended:
        lost = set(blocking_keys(prepare(before.details()))).difference(changes.keys[after.child_id])
        assert before.child_no is not None
        await uow.children.drop_keys(before.child_no, lost)
    change_id = new_id()
    written = await remember(
        uow,
        amended,
        origin=Origin.CORRECTION,
        by=grant.viewer_id,
        agency_id=grant.agency_id,
        reason=reason,
        by_sensitive=not await works_openly(uow, child, grant),
        change_id=change_id,
    )
    tell_of_changes(uow, changes)
    fields = sorted({each.field for each in written} - {"hidden_names"})
    if fields:
        records = {record.child_id: record for record in child.records}
        records |= {after.child_id: after for _, after in amended}
        now = Whole.of(records[child.child_id], records.values())
        uow.emit(
            ChildDetailsChanged(
                child_id=child.child_id,
                change_id=change_id,
                changed_by=grant.viewer_id,
                fields=fields,
                deceased=now.died_on is not None,
            )
        )
