"""A child's family: with other children of the index, and with people who are not in it."""

from dataclasses import dataclass

from chassis.errors import Invalid, NotFound
from chassis.grants import Grant
from child_index.application.history import remember_relationship
from child_index.application.ports import FamilyLink, IndexUnitOfWork, RelatedPerson
from child_index.application.read_child import may_see, same_relationship
from child_index.application.whole import granted_child
from child_index.domain.family import Relationship
from contracts.events.child_index import ChildrenRelated, ChildrenUnrelated


@dataclass(frozen=True, slots=True)
class Relate:
    """What somebody is to the child: another child of the index, or a person outside it."""

    relationship: Relationship
    other_child_id: str | None
    person: RelatedPerson | None


async def relate(uow: IndexUnitOfWork, command: Relate, grant: Grant) -> str:
    """Returns the relationship's id. Two children are related once; again gives the same answer as the first time,
    so that it tells nothing of a relationship that the caller may not see."""
    child = await granted_child(uow, grant)
    child_id, child_no = child.child_id, child.numbers[0]
    if command.person is not None:
        made = await uow.family.add_person(child_no, command.relationship, command.person, grant.viewer_id)
        named = command.person.given_name, command.person.family_name
        link = FamilyLink(made, command.relationship, None, None, *named, None)
        await remember_relationship(uow, child, link, grant, ended=False)
        return made
    other_id = command.other_child_id
    other_no = await uow.children.number_of(other_id) if other_id else None
    if other_id is None or other_no is None or other_no in child.numbers:
        raise Invalid.field("/other_child_id", "is not another child whom you may name")
    root_id = (await uow.children.roots([other_id]))[other_id]
    for link in await uow.family.of(child.numbers):
        if link.other_root_id == root_id:
            return link.relationship_id
    relationship_id = await uow.family.add_child(child_no, command.relationship, other_no, grant.viewer_id)
    link = FamilyLink(relationship_id, command.relationship, other_id, root_id, "", "", None)
    await remember_relationship(uow, child, link, grant, ended=False)
    uow.emit(ChildrenRelated(relationship_id=relationship_id, child_id=child_id, other_child_id=other_id))
    return relationship_id


async def part(uow: IndexUnitOfWork, relationship_id: str, grant: Grant) -> None:
    """Takes a relationship away. Raises NotFound unless it is this child's, and one that the caller may see.

    Written on several records of either child, it is one relationship, and goes as a whole.
    """
    child = await granted_child(uow, grant)
    links = [link for link in await uow.family.of(child.numbers) if may_see(link, grant)]
    meant = next((link for link in links if link.relationship_id == relationship_id), None)
    if meant is None:
        raise NotFound
    same = [link for link in links if same_relationship(link) == same_relationship(meant)]
    await remember_relationship(uow, child, meant, grant, ended=True)
    await uow.family.remove([link.relationship_id for link in same])
    for link in same:
        if link.other_child_id is not None:
            uow.emit(
                ChildrenUnrelated(
                    relationship_id=link.relationship_id, child_id=child.child_id, other_child_id=link.other_child_id
                )
            )
