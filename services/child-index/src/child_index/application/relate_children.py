"""A child's family: with other children of the index, and with people who are not in it."""

from dataclasses import dataclass

from chassis.errors import Invalid, NotFound
from chassis.grants import Grant
from child_index.application.ports import IndexUnitOfWork
from child_index.application.read_child import may_see
from child_index.domain.family import Relationship
from contracts.events import ChildrenRelated, ChildrenUnrelated


@dataclass(frozen=True, slots=True)
class Relate:
    """What somebody is to the child: another child of the index, or (given name, family name, phone)."""

    relationship: Relationship
    other_child_id: str | None
    person: tuple[str, str, str | None] | None


async def relate(uow: IndexUnitOfWork, command: Relate, grant: Grant) -> str:
    """Returns the relationship's id. Two children are related once; again gives the same answer as the first time,
    so that it tells nothing of a relationship that the caller may not see."""
    child_id, child_no = await _child(uow, grant)
    if command.person is not None:
        return await uow.family.add_person(child_no, command.relationship, command.person, grant.viewer_id)
    other_id = command.other_child_id
    other_no = await uow.children.number_of(other_id) if other_id else None
    if other_id is None or other_no is None or other_no == child_no:
        raise Invalid.field("/other_child_id", "is not another child whom you may name")
    for link in await uow.family.of_child(child_no):
        if link.other_child_id == other_id:
            return link.relationship_id
    relationship_id = await uow.family.add_child(child_no, command.relationship, other_no, grant.viewer_id)
    uow.emit(ChildrenRelated(relationship_id=relationship_id, child_id=child_id, other_child_id=other_id))
    return relationship_id


async def part(uow: IndexUnitOfWork, relationship_id: str, grant: Grant) -> None:
    """Takes a relationship away. Raises NotFound unless it is this child's, and one that the caller may see."""
    child_id, child_no = await _child(uow, grant)
    for link in await uow.family.of_child(child_no):
        if link.relationship_id == relationship_id and may_see(link, grant):
            await uow.family.remove(relationship_id)
            if link.other_child_id is not None:
                uow.emit(
                    ChildrenUnrelated(
                        relationship_id=relationship_id, child_id=child_id, other_child_id=link.other_child_id
                    )
                )
            return
    raise NotFound


async def _child(uow: IndexUnitOfWork, grant: Grant) -> tuple[str, int]:
    child_no = await uow.children.number_of(grant.child_id) if grant.child_id else None
    if grant.child_id is None or child_no is None:
        raise NotFound
    return grant.child_id, child_no
