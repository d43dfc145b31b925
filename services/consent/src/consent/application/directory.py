"""Keeping the directory: agencies, teams, practitioners, services. Every change tells the other services."""

from typing import Any

from chassis.errors import Conflict, FieldError, Invalid, NotFound
from consent.application.ports import Record, UnitOfWork
from consent.domain.likeness import Home, SaidOfHome
from contracts.events.base import Event
from contracts.events.consent import AgencyChanged, PractitionerChanged, ServiceChanged, TeamChanged
from contracts.vocabulary import ACCOUNT_ROLES, PractitionerStatus, Role


async def put_agency(uow: UnitOfWork, record: Record) -> tuple[Record, bool]:
    stored, new = await uow.directory.put("agency", record)
    uow.emit(_event(AgencyChanged, stored))
    return stored, new


async def put_team(uow: UnitOfWork, record: Record) -> tuple[Record, bool]:
    """Stores a team; without a `leader_id` it keeps the leader that it had."""
    await _must_exist(uow, "agency", record["agency_id"], "/agency_id")
    if "leader_id" not in record:
        known = await uow.directory.get("team", record["team_id"])
        record = {**record, "leader_id": known["leader_id"] if known else None}
    elif record["leader_id"] is not None:
        leader = await uow.directory.get("practitioner", record["leader_id"])
        if leader is None or leader["agency_id"] != record["agency_id"]:
            raise Invalid([FieldError("/leader_id", "is not a practitioner of this agency")])
    stored, new = await uow.directory.put("team", record)
    uow.emit(_event(TeamChanged, stored))
    return stored, new


async def put_practitioner(uow: UnitOfWork, record: Record, home: SaidOfHome = "kept") -> tuple[Record, bool]:
    """Stores a practitioner with their teams. Effective on their next request, whatever token they hold.

    Of their home only a key is kept, and that no longer than they are there.
    """
    if Role(record["role"]) in ACCOUNT_ROLES:
        raise Invalid([FieldError("/role", "is held by an account tied to a child, not by a practitioner")])
    await _must_exist(uow, "agency", record["agency_id"], "/agency_id")
    team_ids = list(dict.fromkeys(record["team_ids"]))
    for position, team_id in enumerate(team_ids):
        team = await uow.directory.get("team", team_id)
        if team is None or team["agency_id"] != record["agency_id"]:
            raise Invalid([FieldError(f"/team_ids/{position}", "is not a team of this agency")])
    practitioner_id = record["practitioner_id"]
    before = await uow.directory.get("practitioner", practitioner_id)
    if before is not None and record["person_id"] is None:
        # Leaving it out never parts two posts of one person: a block that names one must go on holding for the other.
        record = {**record, "person_id": before["person_id"]}
    administers = record["role"] == Role.DIRECTORY_ADMIN and record["status"] == PractitionerStatus.ACTIVE
    if not administers:
        was = before is not None and before["role"] == Role.DIRECTORY_ADMIN
        if was and await uow.directory.other_active_admins(practitioner_id) == 0:
            raise Conflict(
                "Somebody else must hold this role first: nobody could keep the directory", code="last-admin"
            )
    stored, new = await uow.directory.put("practitioner", {k: v for k, v in record.items() if k != "team_ids"})
    await uow.directory.set_teams(practitioner_id, team_ids)
    stored["team_ids"] = team_ids
    await _set_likenesses(uow, stored, home)
    uow.emit(_event(PractitionerChanged, stored))
    return stored, new


async def _set_likenesses(uow: UnitOfWork, stored: Record, home: SaidOfHome) -> None:
    practitioner_id, now = stored["practitioner_id"], uow.now()
    if home is None:
        await uow.likenesses.forget_home(practitioner_id)
    if stored["status"] == PractitionerStatus.LEFT:
        await uow.likenesses.end(practitioner_id, now)
        return
    await uow.likenesses.set_name(practitioner_id, stored["name"], now)
    if isinstance(home, Home):
        await uow.likenesses.set_home(practitioner_id, home, now)


async def put_service(uow: UnitOfWork, record: Record) -> tuple[Record, bool]:
    await _must_exist(uow, "agency", record["agency_id"], "/agency_id")
    if record["team_id"] is not None:
        team = await uow.directory.get("team", record["team_id"])
        if team is None or team["agency_id"] != record["agency_id"]:
            raise Invalid([FieldError("/team_id", "is not a team of this agency")])
    stored, new = await uow.directory.put("service", record)
    uow.emit(_event(ServiceChanged, stored))
    return stored, new


async def get(uow: UnitOfWork, kind: str, thing_id: str) -> Record:
    """One entry of the directory. Raises `NotFound`."""
    found = await uow.directory.get(kind, thing_id)
    if found is None:
        raise NotFound("The directory has no such entry")
    (completed,) = await _with_teams(uow, kind, [found])
    return completed


async def page(uow: UnitOfWork, kind: str, after: str | None, limit: int) -> list[Record]:
    """Entries by id, one more than `limit` where there are more."""
    return await _with_teams(uow, kind, await uow.directory.page(kind, after, limit + 1))


async def bootstrap(uow: UnitOfWork) -> None:
    """A new directory has one entry, the practitioner `admin`; everything else is made by them."""
    if await uow.directory.page("practitioner", None, 1):
        return
    await uow.directory.put(
        "practitioner",
        {
            "practitioner_id": "admin",
            "name": "Directory administrator",
            "agency_id": None,
            "role": Role.DIRECTORY_ADMIN.value,
            "email": None,
            "phone": None,
            "status": PractitionerStatus.ACTIVE.value,
            "scope": "agency",
        },
    )
    await uow.commit()


async def _with_teams(uow: UnitOfWork, kind: str, records: list[Record]) -> list[Record]:
    if kind != "practitioner":
        return records
    teams = await uow.directory.team_ids([record["practitioner_id"] for record in records])
    return [{**record, "team_ids": teams[record["practitioner_id"]]} for record in records]


async def _must_exist(uow: UnitOfWork, kind: str, thing_id: str, pointer: str) -> None:
    if await uow.directory.get(kind, thing_id) is None:
        raise Invalid([FieldError(pointer, "is not in the directory")])


def _event(kind: type[Event], record: dict[str, Any]) -> Event:
    return kind(**{name: record[name] for name in kind.model_fields})
