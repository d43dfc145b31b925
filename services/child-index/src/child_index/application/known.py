"""What the index knows that a form would ask: who the child is, the school, the practice, the carers.

So that a family is asked once. Nothing but what the record shows under the same grant.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.grants import Grant
from chassis.ids import time_of
from child_index.application.ports import FamilyLink, IndexUnitOfWork, Service
from child_index.application.read_child import ChildView, read_child
from child_index.domain.family import Relationship
from contracts.vocabulary import Category

_CARERS = frozenset({Relationship.PARENT, Relationship.STEP_PARENT, Relationship.CARER})
_NEWEST = 200


@dataclass(frozen=True, slots=True)
class Known:
    """`recorded_on`: since when the index has it; None where that is not the reader's to know."""

    key: str
    category: Category
    value: Any
    recorded_on: date | None


async def what_is_known(uow: IndexUnitOfWork, grant: Grant) -> list[Known]:
    """In the categories of the grant. Raises `NotFound` where there is no such child."""
    view = await read_child(uow, grant)
    found: list[Known] = []
    if Category.BASICS in grant.categories:
        root = view.child.root
        changed = await _last_changes(uow, view)
        made = time_of(root.child_id)
        begun = made.date() if made else None
        name = {"given_name": root.given_name, "family_name": root.family_name}
        found.append(Known("child.name", Category.BASICS, name, changed.get("name", begun)))
        born = root.date_of_birth.isoformat()
        found.append(Known("child.date_of_birth", Category.BASICS, born, changed.get("date_of_birth", begun)))
    where = (("child.school", view.schools), ("child.gp", view.gp_practices))
    found += [
        Known(key, Category.WHEREABOUTS, {"name": service.name}, _since(view, service))
        for key, services in where
        for service in services or ()
    ]
    found += [_carer(link) for link in view.family or () if link.relationship in _CARERS]
    return found


async def _last_changes(uow: IndexUnitOfWork, view: ChildView) -> dict[str, date]:
    """When each of the record's basics was last changed, by what anybody may see of its history."""
    changes = await uow.history.of(view.child.numbers, [Category.BASICS], (), _NEWEST, None, hidden=False)
    last: dict[str, date] = {}
    for change in changes:
        at = time_of(change.change_id)
        if at is not None:
            last.setdefault(change.field, at.date())
    return last


def _since(view: ChildView, service: Service) -> date | None:
    return max(
        (
            each.episode.started_on
            for each in view.involvements or ()
            if each.service == service and each.episode.ended_on is None
        ),
        default=None,
    )


def _carer(link: FamilyLink) -> Known:
    written = time_of(link.relationship_id)
    person = {"given_name": link.given_name, "family_name": link.family_name, "relationship": link.relationship}
    value = person if link.phone is None else {**person, "phone": link.phone}
    return Known("child.carer", Category.FAMILY, value, written.date() if written else None)
