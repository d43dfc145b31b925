"""What the consent service learns from the child index: who is involved with whom, who is family, who is like whom."""

from collections.abc import Awaitable, Callable
from typing import Any

from consent.application.merging import take_merge, take_undoing
from consent.application.ports import UnitOfWork
from consent.domain.facts import InvolvementKind
from contracts.events.base import Event
from contracts.events.child_index import (
    ChildArchived,
    ChildLikenessChanged,
    ChildPurged,
    ChildRegistered,
    ChildrenRelated,
    ChildrenUnrelated,
    ChildRestored,
    LeadProfessionalAssigned,
    MergeUndone,
    RecordsMerged,
    ServiceEpisodeEnded,
    ServiceEpisodeStarted,
)


async def on_child_registered(uow: UnitOfWork, event: ChildRegistered) -> None:
    await uow.children.register(event.child_id)
    await uow.likenesses.set_child(event.child_id, event.family_name_keys, event.home_keys, at=uow.now(), new=True)


async def on_child_likeness_changed(uow: UnitOfWork, event: ChildLikenessChanged) -> None:
    """No decision is made from it, so the child's epoch stays."""
    await uow.likenesses.set_child(event.child_id, event.family_name_keys, event.home_keys, at=uow.now(), new=False)


async def on_child_archived(uow: UnitOfWork, event: ChildArchived) -> None:
    await uow.children.archive(event.child_id, archived=True)


async def on_child_restored(uow: UnitOfWork, event: ChildRestored) -> None:
    await uow.children.archive(event.child_id, archived=False)


async def on_child_purged(uow: UnitOfWork, event: ChildPurged) -> None:
    await uow.purges.child(event.child_id, uow.now())


async def on_service_episode_started(uow: UnitOfWork, event: ServiceEpisodeStarted) -> None:
    await uow.children.set_involvement(
        event.episode_id,
        event.child_id,
        InvolvementKind.EPISODE,
        event.practitioner_id,
        event.service_id,
        sensitive=event.sensitive,
        at=uow.now(),
        began_at=uow.happened_at,
    )


async def on_service_episode_ended(uow: UnitOfWork, event: ServiceEpisodeEnded) -> None:
    kind = InvolvementKind.EPISODE
    await uow.children.end_involvement(event.episode_id, event.child_id, kind, event.ended_on, at=uow.now())


async def on_lead_professional_assigned(uow: UnitOfWork, event: LeadProfessionalAssigned) -> None:
    await uow.children.set_involvement(
        f"lead:{event.child_id}",
        event.child_id,
        InvolvementKind.LEAD,
        event.practitioner_id,
        None,
        sensitive=False,
        at=uow.now(),
        began_at=uow.happened_at,
    )


async def on_children_related(uow: UnitOfWork, event: ChildrenRelated) -> None:
    await uow.children.relate(event.relationship_id, event.child_id, event.other_child_id)


async def on_children_unrelated(uow: UnitOfWork, event: ChildrenUnrelated) -> None:
    await uow.children.unrelate(event.relationship_id)
    await uow.children.bump(event.child_id)
    await uow.children.bump(event.other_child_id)


async def on_records_merged(uow: UnitOfWork, event: RecordsMerged) -> None:
    await take_merge(uow, event.merge_id, event.merged_child_id, event.child_id, event.merged_at)


async def on_merge_undone(uow: UnitOfWork, event: MergeUndone) -> None:
    await take_undoing(uow, event.merge_id, event.merged_child_id, event.child_id, event.undone_at)


HANDLERS: dict[type[Event], Callable[[Any, Any], Awaitable[None]]] = {
    ChildRegistered: on_child_registered,
    ChildLikenessChanged: on_child_likeness_changed,
    ChildArchived: on_child_archived,
    ChildPurged: on_child_purged,
    ChildRestored: on_child_restored,
    ServiceEpisodeStarted: on_service_episode_started,
    ServiceEpisodeEnded: on_service_episode_ended,
    LeadProfessionalAssigned: on_lead_professional_assigned,
    ChildrenRelated: on_children_related,
    ChildrenUnrelated: on_children_unrelated,
    RecordsMerged: on_records_merged,
    MergeUndone: on_merge_undone,
}
