"""How people are named on paper."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessment.application.people_ports import Person
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.sheets import isolated, uk_time
from chassis.grants import Grant
from contracts.supplies import NamedChild

People = Mapping[str, Person]

_IDS = frozenset(
    {
        "begun_by", "contributor_id", "owner_id", "added_by", "changed_by", "attendees", "recorded_by",
        "practitioner_id", "invited_by", "agreed_by", "set_by",
    }
)  # fmt: skip
"""The fields of answers that hold ids of practitioners."""

_ROLES = {"gp": "GP", "camhs": "mental health worker"}
NOT_NAMED = "Somebody whose name is not shown"


def ids_in(answer: Any) -> set[str]:
    """Of whom an answer speaks: no name is looked up of anybody else."""
    return set(_ids(answer))


def _ids(answer: Any) -> Iterator[str]:
    waiting = [answer]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            for name, value in each.items():
                if name in _IDS:
                    yield from [value] if isinstance(value, str) else filter(None, value or ())
                elif name != "content":  # what somebody wrote
                    waiting.append(value)
        elif isinstance(each, list):
            waiting.extend(each)


def plain_role(role: str) -> str:
    return _ROLES.get(role, role.replace("_", " "))


def named(people: People, practitioner_id: str | None) -> str:
    """The name alone. Whose name the directory has not told is named by their id, by which they can be found."""
    if practitioner_id is None:
        return NOT_NAMED
    person = people.get(practitioner_id)
    return isolated(person.name if person and person.name else practitioner_id)


def introduced(people: People, practitioner_id: str | None) -> str:
    """Name, role and agency."""
    person = people.get(practitioner_id or "")
    parts = [named(people, practitioner_id)]
    if person is not None:
        parts.append(plain_role(person.role))
        parts += [isolated(person.agency_name)] if person.agency_name else []
    return ", ".join(parts)


def child_name(child: NamedChild) -> str:
    return isolated(f"{child.given_name} {child.family_name}")


async def mark_of(uow: AssessmentUnitOfWork, grant: Grant) -> str:
    """Who reads it and when, for every page."""
    people = await uow.people.named([grant.viewer_id])
    agency = await uow.people.agency_name(grant.agency_id) if grant.agency_id else None
    who = named(people, grant.viewer_id) + (f", {isolated(agency)}" if agency else "")
    return f"{who} · {uk_time(uow.now())}"


def own_mark(child: NamedChild | None, at: Any) -> str:
    return f"{child_name(child) if child else 'Own copy'} · {uk_time(at)}"
