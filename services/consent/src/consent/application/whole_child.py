"""The child of a grant as one, whatever number of records it has; and never more of it than was decided on."""

from collections.abc import Mapping
from typing import Any

from chassis.errors import Conflict, NotFound
from chassis.grants import Grant
from consent.application.ports import UnitOfWork
from consent.domain.facts import ChildFacts
from consent.domain.telling import without_sensitive
from contracts.vocabulary import ACCOUNT_ROLES, Category


async def child_of(uow: UnitOfWork, grant: Grant) -> ChildFacts:
    """The facts of the grant's child. Raises `NotFound` where there is none, or a record was merged with it since the
    decision, which took no account of that one: asked again, it will."""
    _, children = await uow.facts.load("", [str(grant.child_id)])
    child = children.get(str(grant.child_id))
    if child is None or not set(child.records) <= set(grant.records):
        raise NotFound
    return child


def knows_of_sensitive(grant: Grant) -> bool:
    """Whether sensitive services are the caller's to know of: the family's own side, or by a consent that names them.

    Raises `NotFound` where even who is involved is not.
    """
    if grant.role in ACCOUNT_ROLES:
        return True
    if not grant.permits(Category.INVOLVEMENT):
        raise NotFound
    return grant.permits(Category.SENSITIVE)


async def who_is_involved(uow: UnitOfWork, grant: Grant) -> ChildFacts:
    """`child_of`, as far as the caller may know who is involved."""
    child = await child_of(uow, grant)
    return child if knows_of_sensitive(grant) else without_sensitive(child, grant.viewer_id)


async def must_be_as_decided(uow: UnitOfWork, grant: Grant) -> None:
    """What is recorded now counts for the child as the decision knew it; the records stay so until the transaction
    ends. Raises `Conflict` where they are others since."""
    await uow.merges.hold()
    if set(await uow.merges.set_of(str(grant.child_id))) != set(grant.records):
        raise Conflict("The record was merged or parted at this moment; look at it again", code="record-changed")


async def records_meant(uow: UnitOfWork, grant: Grant) -> list[str]:
    """The record that the decision was about, and any that was parted from it since, at this very moment: whoever
    places a block or a shield means the child whom they saw."""
    await uow.merges.hold()
    own = str(grant.child_id)
    by_root = {await uow.merges.root_of(own): own}
    for record in grant.records:
        by_root.setdefault(await uow.merges.root_of(record), record)
    return [root if root in grant.records and found != own else found for root, found in by_root.items()]


async def places_in_log(uow: UnitOfWork, filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters with what looks at a child are found by: its records, and those that it was merged with once."""
    child_id = filters.get("child_id")
    if child_id is None:
        return dict(filters)
    records = await uow.merges.set_of(child_id)
    ever, _ = await uow.merges.around(records, ever=True)
    return {**filters, "records": records, "parted": sorted(ever - set(records))}
