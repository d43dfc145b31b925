"""Keeping practitioners and teams for an identity provider. Every change goes the way of the directory's own."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import Conflict, Invalid, NotFound
from chassis.ids import new_id
from consent.application import directory
from consent.application.ports import Record, UnitOfWork
from consent.domain.likeness import SaidOfHome
from consent.domain.provisioning import ROLES, Reach, Sought, identity_of
from contracts.vocabulary import PractitionerStatus, Role, Scope

PERSON, TEAM = "practitioner", "team"


@dataclass(frozen=True, slots=True)
class Person:
    """What the provider says of a person; None where it says nothing of it."""

    user_name: str
    external_id: str | None
    name: str
    email: str | None
    phone: str | None
    active: bool | None
    role: str | None
    agency_id: str | None
    person_id: str | None = None
    home: SaidOfHome = "kept"


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    external_id: str | None
    agency_id: str | None
    members: tuple[str, ...]


async def find(
    uow: UnitOfWork, kind: str, reach: Reach, sought: Sought, offset: int, limit: int
) -> tuple[list[Record], int]:
    """A page of persons (with `groups`) or teams (with `members`), and how many there are in all."""
    found, total = await uow.provisioned.find(kind, reach, sought, offset, limit)
    return await _completed(uow, kind, reach, found), total


async def get(uow: UnitOfWork, kind: str, entry_id: str, reach: Reach) -> Record:
    """Raises `NotFound` for what is not there, was removed, or is out of reach."""
    found = await uow.provisioned.get(kind, entry_id, reach)
    if found is None:
        raise NotFound
    (completed,) = await _completed(uow, kind, reach, [found])
    return completed


async def create_person(uow: UnitOfWork, reach: Reach, person: Person) -> Record:
    """Raises `Conflict` when the directory has such a person, `Invalid` for a role or agency that cannot be."""
    entry_id = identity_of(person.external_id, person.user_name)
    if entry_id is None:
        raise Invalid.field("/externalId", "must be what tokens name as sub: letters, digits, dots, hyphens")
    before = await uow.directory.get(PERSON, entry_id)
    if before is not None:
        again = await uow.provisioned.removed(PERSON, entry_id) and reach.includes(before["agency_id"])
        if not again:
            raise Conflict("The directory has this entry", code="uniqueness")
    if person.role is None:
        raise Invalid.field("/role", "is needed")
    await _put_person(uow, reach, entry_id, person, None)
    return await get(uow, PERSON, entry_id, reach)


async def change_person(uow: UnitOfWork, reach: Reach, before: Record, person: Person) -> Record:
    """`before` is what `get` gave in the same transaction. What the provider says nothing of stays."""
    await _put_person(uow, reach, before["practitioner_id"], person, before)
    return await get(uow, PERSON, before["practitioner_id"], reach)


async def remove_person(uow: UnitOfWork, entry_id: str, reach: Reach) -> None:
    """They have left, and are in no team. Their entry and all that they did stay."""
    before = await get(uow, PERSON, entry_id, reach)
    await directory.put_practitioner(uow, {**_entry(before), "status": PractitionerStatus.LEFT.value, "team_ids": []})
    await uow.provisioned.remove(PERSON, entry_id)


async def create_team(uow: UnitOfWork, reach: Reach, group: Group) -> Record:
    agency_id = _agency(reach, group.agency_id)
    team_id = new_id()
    await directory.put_team(uow, {"team_id": team_id, "name": group.name, "agency_id": agency_id})
    await uow.provisioned.keep(TEAM, team_id, None, group.external_id)
    await _set_members(uow, reach, team_id, agency_id, (), group.members)
    return await get(uow, TEAM, team_id, reach)


async def change_team(uow: UnitOfWork, reach: Reach, before: Record, group: Group) -> Record:
    """A team stays with its agency: its services and their episodes are that agency's."""
    team_id, agency_id = before["team_id"], before["agency_id"]
    if group.agency_id is not None and group.agency_id != agency_id:
        raise Invalid.field("/agencyId", "cannot be changed")
    await directory.put_team(uow, {"team_id": team_id, "name": group.name, "agency_id": agency_id})
    await uow.provisioned.keep(TEAM, team_id, None, group.external_id)
    present = [member["practitioner_id"] for member in before["members"]]
    await _set_members(uow, reach, team_id, agency_id, present, group.members)
    return await get(uow, TEAM, team_id, reach)


async def remove_team(uow: UnitOfWork, team_id: str, reach: Reach) -> None:
    """Nobody is in it any more. Its entry stays: services and blocks name it."""
    before = await get(uow, TEAM, team_id, reach)
    present = [member["practitioner_id"] for member in before["members"]]
    await _set_members(uow, reach, team_id, before["agency_id"], present, ())
    await uow.provisioned.remove(TEAM, team_id)


async def _put_person(uow: UnitOfWork, reach: Reach, entry_id: str, person: Person, before: Record | None) -> None:
    role = person.role if person.role is not None else before["role"] if before else ""
    if role not in ROLES:
        raise Invalid.field("/role", "is none that a provider gives")
    same, _ = await uow.provisioned.find(PERSON, reach, Sought("user_name", person.user_name), 0, 2)
    if any(other["practitioner_id"] != entry_id for other in same):
        raise Conflict("Another entry has this name", code="uniqueness")
    named = person.agency_id if person.agency_id is not None else before["agency_id"] if before else None
    agency_id = _agency(reach, named)
    known_as = before["person_id"] if before is not None else None
    if known_as is not None and person.person_id not in (None, known_as):
        # A block of one post holds for all of that person's: whoever could be made another would escape it.
        raise Invalid.field("/personId", "cannot be changed")
    stays = before is not None and before["agency_id"] == agency_id
    team_ids = [group["team_id"] for group in before["groups"]] if before is not None and stays else []
    await directory.put_practitioner(
        uow,
        {
            "practitioner_id": entry_id,
            "name": person.name,
            "agency_id": agency_id,
            "role": Role(role).value,
            "email": person.email,
            "phone": person.phone,
            "status": _status(person.active, before).value,
            "scope": before["scope"] if before is not None else Scope.AGENCY.value,
            "person_id": known_as or person.person_id,
            "team_ids": team_ids,
        },
        person.home,
    )
    await uow.provisioned.keep(PERSON, entry_id, person.user_name, person.external_id)


def _status(active: bool | None, before: Record | None) -> PractitionerStatus:
    """Not active is suspended, unless they have left. Nothing said: as it is."""
    was = PractitionerStatus.ACTIVE if before is None else PractitionerStatus(before["status"])
    if active is None:
        return was
    if active:
        return PractitionerStatus.ACTIVE
    return was if was is PractitionerStatus.LEFT else PractitionerStatus.SUSPENDED


def _agency(reach: Reach, named: str | None) -> str:
    agency_id = named if named is not None else reach.agency_id
    if agency_id is None or not reach.includes(agency_id):
        raise Invalid.field("/agencyId", "is none that this provider speaks for")
    return agency_id


async def _set_members(
    uow: UnitOfWork, reach: Reach, team_id: str, agency_id: str, before: Sequence[str], after: Sequence[str]
) -> None:
    """Takes out and puts in whom the provider knows. Members that it does not see stay as they are."""
    for entry_id in sorted(set(before) ^ set(after)):
        person = await uow.provisioned.get(PERSON, entry_id, reach)
        if person is None or person["agency_id"] != agency_id:
            raise Invalid.field("/members", "names somebody who is no User of this agency")
        team_ids = set((await uow.directory.team_ids([entry_id]))[entry_id]) ^ {team_id}
        await directory.put_practitioner(uow, {**_entry(person), "team_ids": sorted(team_ids)})


def _entry(record: Record) -> Record:
    """The directory's own part of a person."""
    names = ("practitioner_id", "name", "agency_id", "role", "email", "phone", "status", "scope", "person_id")
    return {name: record[name] for name in names}


async def _completed(uow: UnitOfWork, kind: str, reach: Reach, found: list[Record]) -> list[Record]:
    if kind == TEAM:
        members = await uow.provisioned.members([record["team_id"] for record in found], reach)
        return [{**record, "members": members[record["team_id"]]} for record in found]
    teams = await uow.directory.team_ids([record["practitioner_id"] for record in found])
    completed = []
    for record in found:
        groups = [await uow.provisioned.get(TEAM, team_id, reach) for team_id in teams[record["practitioner_id"]]]
        completed.append({**record, "groups": [group for group in groups if group is not None]})
    return completed
