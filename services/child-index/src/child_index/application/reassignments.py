"""Who left a team, or is suspended, leaves children behind: its leader sees for whom somebody else is to be found.

What is listed says no more than that. A leader who goes on with a child opens an episode of their own, as anybody
does who begins to work with one, and names another lead professional.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.grants import Grant
from child_index.application.ports import IndexUnitOfWork, Practitioner
from child_index.application.reassignment_ports import Left

_HIDDEN = 50
"""How many rows of hidden children a page may pass over and still be full."""


@dataclass(frozen=True, slots=True)
class Reassignment:
    """`child_id`: the record that the child answers as."""

    left: Left
    child_id: str
    practitioner: Practitioner


@dataclass(frozen=True, slots=True)
class Asked:
    limit: int
    after: str | None
    practitioner_id: str | None


async def page_speaks_of(uow: IndexUnitOfWork, asked: Asked, grant: Grant) -> list[str]:
    """Ids of the children that a page would speak of."""
    found = await _left(uow, asked, await _leavers(uow, asked, grant), grant)
    return sorted(set((await uow.children.roots({each.child_id for each in found})).values()))


async def listed(uow: IndexUnitOfWork, asked: Asked, grant: Grant) -> list[Reassignment]:
    """What leavers of the viewer's teams have left, of permitted children; one more than the limit where there is."""
    leavers = await _leavers(uow, asked, grant)
    found = await _left(uow, asked, leavers, grant)
    roots = await uow.children.roots({each.child_id for each in found})
    shown = [
        Reassignment(each, roots[each.child_id], leavers[each.practitioner_id])
        for each in found
        if each.child_id in grant.records and roots[each.child_id] in grant.children
    ]
    return shown[: asked.limit + 1]


async def _leavers(uow: IndexUnitOfWork, asked: Asked, grant: Grant) -> Mapping[str, Practitioner]:
    leavers = {each.practitioner_id: each for each in await uow.directory.leavers_led_by(grant.viewer_id)}
    if asked.practitioner_id is not None:
        return {id_: each for id_, each in leavers.items() if id_ == asked.practitioner_id}
    return leavers


async def _left(uow: IndexUnitOfWork, asked: Asked, leavers: Mapping[str, Practitioner], grant: Grant) -> list[Left]:
    return await uow.reassignments.of(leavers, grant.viewer_id, asked.limit + 1 + _HIDDEN, asked.after)
