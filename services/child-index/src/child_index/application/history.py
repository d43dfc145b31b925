"""The history of a record: every change, by whom, when and why, written down with the change itself."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from chassis.grants import Grant
from chassis.ids import new_id
from child_index.application.history_ports import Change, Origin
from child_index.application.places import is_area_wide
from child_index.application.ports import FamilyLink, IndexUnitOfWork, Lead, Practitioner
from child_index.application.read_child import involvements
from child_index.application.whole import granted_child
from child_index.domain.corrections import Amended, differences
from child_index.domain.family import Relationship, inverse
from child_index.domain.vouched import Vouched
from child_index.domain.wholes import Whole
from contracts.vocabulary import Category, Role


async def remember(
    uow: IndexUnitOfWork,
    amended: Iterable[Amended],
    *,
    origin: Origin,
    by: str,
    agency_id: str | None,
    reason: str | None = None,
    by_sensitive: bool,
    change_id: str | None = None,
) -> list[Change]:
    """Writes down what changed, and hides what was written of names that are hidden now. Returns what it wrote.

    `change_id`: of records that were changed as one; otherwise each change has its own.
    """
    found = []
    for before, after in amended:
        assert before.child_no is not None
        own_id = change_id or new_id()
        for each in differences(before, after):
            found.append(
                Change(
                    change_id=own_id,
                    child_no=before.child_no,
                    field=each.field,
                    category=each.category,
                    before=each.before,
                    after=each.after,
                    origin=origin,
                    changed_by=by,
                    agency_id=agency_id,
                    reason=reason,
                    hidden=each.hidden,
                    by_sensitive=by_sensitive,
                )
            )
        newly = set(after.hidden_names) - set(before.hidden_names)
        if newly:
            await uow.history.hide([before.child_no], newly)
    await uow.history.add(found)
    return found


async def vouched_for(uow: IndexUnitOfWork, numbers: Collection[int]) -> dict[int, Vouched]:
    """What people said of each of these records by correcting it."""
    corrections = await uow.history.corrections(numbers)
    return {
        number: Vouched.of(
            (each.field, each.before, each.after)
            for each in corrections
            if each.child_no == number and each.field != "hidden_names"
        )
        for number in numbers
    }


async def works_openly(uow: IndexUnitOfWork, child: Whole, grant: Grant) -> bool:
    """Whether to name the caller tells nobody of a sensitive service: they have other business with the child."""
    lead = await uow.leads.present(child.numbers)
    if grant.role is Role.INDEX_OFFICER or (lead is not None and lead.practitioner_id == grant.viewer_id):
        return True
    found = await involvements(uow, child, sensitive=False)
    return any(
        each.episode.practitioner_id == grant.viewer_id
        or (each.service is not None and each.service.team_id in grant.team_ids)
        for each in found
        if each.episode.ended_on is None
    )


async def remember_relationship(
    uow: IndexUnitOfWork, child: Whole, link: FamilyLink, grant: Grant, *, ended: bool
) -> None:
    """Writes a relationship down that began or ended: with another child of the index on both sides.

    Without a phone number, which would tell where somebody can be found.
    """
    by_sensitive = not await works_openly(uow, child, grant)

    def change(child_no: int, told: dict[str, str], other_child_id: str | None) -> Change:
        return Change(
            change_id=new_id(),
            child_no=child_no,
            field="relationship",
            category=Category.FAMILY,
            before=told if ended else None,
            after=None if ended else told,
            origin=Origin.FAMILY,
            changed_by=grant.viewer_id,
            agency_id=grant.agency_id,
            reason=None,
            by_sensitive=by_sensitive,
            other_child_id=other_child_id,
        )

    told = {"relationship": link.relationship}
    if link.other_child_id is None:
        person = {"given_name": link.given_name, "family_name": link.family_name}
        await uow.history.add([change(child.numbers[0], {**told, **person}, None)])
        return
    found = [change(child.numbers[0], {**told, "child_id": link.other_child_id}, link.other_child_id)]
    other_no = await uow.children.number_of(link.other_child_id)
    if other_no is not None:
        back = {"relationship": inverse(Relationship(link.relationship)).value, "child_id": child.child_id}
        found.append(change(other_no, back, child.child_id))
    await uow.history.add(found)


async def remember_lead(
    uow: IndexUnitOfWork, child: Whole, before: Lead | None, child_no: int, named: str, reason: str | None, grant: Grant
) -> None:
    change = Change(
        change_id=new_id(),
        child_no=child_no,
        field="lead_professional",
        category=Category.INVOLVEMENT,
        before=before.practitioner_id if before else None,
        after=named,
        origin=Origin.LEAD,
        changed_by=grant.viewer_id,
        agency_id=grant.agency_id,
        reason=reason,
        by_sensitive=not await works_openly(uow, child, grant),
    )
    await uow.history.add([change])


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change as its reader may know it. `by` is None where that would tell too much."""

    change: Change
    by: Practitioner | None
    named: bool


async def history_of(
    uow: IndexUnitOfWork, grant: Grant, limit: int, after: tuple[str, str] | None
) -> list[ShownChange]:
    """The changes of the grant's child in its categories, newest first, one more than `limit` where there are more.

    Hidden names are an index officer's to see, and nobody else's.
    """
    child = await granted_child(uow, grant)
    hidden = grant.role is Role.INDEX_OFFICER
    categories, related, veiled = grant.categories, grant.related, child.child_id in grant.veiled
    if veiled:  # who works with the child, and who lives with them, tells where they are
        categories, related = categories - {Category.INVOLVEMENT}, ()
    found = await uow.history.of(child.numbers, categories, related, limit + 1, after, hidden=hidden)
    people = await uow.directory.practitioners({each.changed_by for each in found})

    def named(change: Change) -> bool:
        person = people.get(change.changed_by)
        if veiled and not is_area_wide(person) and change.changed_by != grant.viewer_id:
            return False
        return grant.permits(Category.INVOLVEMENT) and (
            not change.by_sensitive or grant.permits(Category.SENSITIVE) or change.changed_by == grant.viewer_id
        )

    return [ShownChange(each, people.get(each.changed_by) if named(each) else None, named(each)) for each in found]
