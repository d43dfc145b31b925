"""The consent service's topic: the directory for names and contacts; what keeps a record open, or somebody out."""

from chassis.inbox import EventHandler
from child_index.application.ports import IndexUnitOfWork
from contracts.events.base import Event
from contracts.events.consent import (
    AgencyChanged,
    BlockLifted,
    BlockPlaced,
    ConsentRecorded,
    ConsentWithdrawn,
    PractitionerChanged,
    ServiceChanged,
    ShieldLifted,
    ShieldPlaced,
    TeamChanged,
)
from contracts.vocabulary import Category, PractitionerStatus


async def on_agency_changed(uow: IndexUnitOfWork, event: AgencyChanged) -> None:
    await uow.directory.put_agency(
        {"agency_id": event.agency_id, "name": event.name, "contact": event.contact, "version": event.version}
    )


async def on_team_changed(uow: IndexUnitOfWork, event: TeamChanged) -> None:
    await uow.directory.put_team(
        {
            "team_id": event.team_id,
            "agency_id": event.agency_id,
            "leader_id": event.leader_id,
            "version": event.version,
        }
    )


async def on_practitioner_changed(uow: IndexUnitOfWork, event: PractitionerChanged) -> None:
    """Who leaves is mostly taken out of their teams at once: the teams that they were in are kept."""
    team_ids = event.team_ids
    if not team_ids and event.status is not PractitionerStatus.ACTIVE:
        known = await uow.directory.practitioner(event.practitioner_id)
        team_ids = list(known.team_ids) if known else []
    await uow.directory.put_practitioner(
        {
            "practitioner_id": event.practitioner_id,
            "name": event.name,
            "agency_id": event.agency_id,
            "role": event.role.value,
            "status": event.status.value,
            "email": event.email,
            "phone": event.phone,
            "team_ids": team_ids,
            "version": event.version,
        }
    )


async def on_service_changed(uow: IndexUnitOfWork, event: ServiceChanged) -> None:
    await uow.directory.put_service(
        {
            "service_id": event.service_id,
            "name": event.name,
            "agency_id": event.agency_id,
            "team_id": event.team_id,
            "type": event.type,
            "sensitive": event.sensitive,
            "contact": event.contact,
            "version": event.version,
        }
    )


async def on_consent_recorded(uow: IndexUnitOfWork, event: ConsentRecorded) -> None:
    if event.keep_until_25:
        await uow.archive.keep_open(event.consent_id, event.child_id, event.valid_until)


async def on_consent_withdrawn(uow: IndexUnitOfWork, event: ConsentWithdrawn) -> None:
    await uow.archive.end_keeping(event.consent_id, event.child_id)


async def on_block_placed(uow: IndexUnitOfWork, event: BlockPlaced) -> None:
    def covers(category: Category) -> bool:
        return event.categories is None or category in event.categories

    await uow.blocks.placed(
        event.block_id,
        event.child_id,
        event.viewer_key,
        event.valid_until,
        closes=covers(Category.BASICS),  # what a match is decided on
        veils=covers(Category.WHEREABOUTS),
    )


async def on_block_lifted(uow: IndexUnitOfWork, event: BlockLifted) -> None:
    await uow.blocks.lifted(event.block_id, event.child_id)


async def on_shield_placed(uow: IndexUnitOfWork, event: ShieldPlaced) -> None:
    await uow.shields.placed(event.shield_id, event.child_id)


async def on_shield_lifted(uow: IndexUnitOfWork, event: ShieldLifted) -> None:
    await uow.shields.lifted(event.shield_id, event.child_id)


HANDLERS: dict[type[Event], EventHandler[IndexUnitOfWork]] = {
    AgencyChanged: on_agency_changed,
    TeamChanged: on_team_changed,
    PractitionerChanged: on_practitioner_changed,
    ServiceChanged: on_service_changed,
    BlockPlaced: on_block_placed,
    BlockLifted: on_block_lifted,
    ShieldPlaced: on_shield_placed,
    ShieldLifted: on_shield_lifted,
    ConsentRecorded: on_consent_recorded,
    ConsentWithdrawn: on_consent_withdrawn,
}
