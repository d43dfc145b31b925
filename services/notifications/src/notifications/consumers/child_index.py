"""What the child index tells: who leads for a child, who has become involved, which records are of one child, and which
children of one family.

All come on one topic under the child's key, so a lead professional who was assigned before an episode started is
known when the episode arrives.
"""

from typing import Any

from chassis.inbox import EventHandler
from contracts.events.base import Event
from contracts.events.child_index import (
    ChildDetailsChanged,
    ChildPurged,
    ChildrenRelated,
    ChildrenUnrelated,
    LeadProfessionalAssigned,
    MergeUndone,
    RecordsMerged,
    ServiceEpisodeStarted,
)
from contracts.vocabulary import Category
from notifications.application.change_lead import change_lead
from notifications.application.family import part_children, relate_children
from notifications.application.merging import take_merge, take_undoing
from notifications.application.ports import Merge, NotificationsUnitOfWork
from notifications.application.tell import tell
from notifications.application.tell_of_details import tell_of_details
from notifications.domain.hearing import Occurrence


async def on_lead_professional_assigned(uow: NotificationsUnitOfWork, event: LeadProfessionalAssigned) -> None:
    occurrence = Occurrence(
        event=event.type_name(),
        child_id=event.child_id,
        done_by=event.assigned_by,
        quiet=event.practitioner_id == event.previous_practitioner_id,
    )
    await change_lead(uow, event.child_id, event.practitioner_id, occurrence)


async def on_service_episode_started(uow: NotificationsUnitOfWork, event: ServiceEpisodeStarted) -> None:
    """An import tells nobody. That a sensitive service is involved is for whom a consent opens `sensitive`."""
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=event.child_id,
            done_by=event.opened_by,
            episode_id=event.episode_id,
            practitioner_id=event.practitioner_id or event.opened_by,
            agency_id=event.agency_id,
            categories=(Category.SENSITIVE,) if event.sensitive else (),
            quiet=event.bulk,
        ),
    )


async def on_child_details_changed(uow: NotificationsUnitOfWork, event: ChildDetailsChanged) -> None:
    if "died_on" in event.fields:  # of merged records another may say so, and go again
        await uow.deceased.put(event.child_id, deceased=event.deceased)
    await tell_of_details(uow, event.child_id, event.changed_by, event.fields)


async def on_child_purged(uow: NotificationsUnitOfWork, event: ChildPurged) -> None:
    await uow.purges.child(event.child_id, uow.now())


async def on_records_merged(uow: NotificationsUnitOfWork, event: RecordsMerged) -> None:
    merge = Merge(event.merged_child_id, event.child_id, event.merged_at)
    await take_merge(uow, event.type_name(), event.merge_id, merge)


async def on_merge_undone(uow: NotificationsUnitOfWork, event: MergeUndone) -> None:
    merge = Merge(event.merged_child_id, event.child_id, event.undone_at)
    await take_undoing(uow, event.type_name(), event.merge_id, merge, event.undone_at)


async def on_children_related(uow: NotificationsUnitOfWork, event: ChildrenRelated) -> None:
    await relate_children(uow, event.relationship_id, event.child_id, event.other_child_id)


async def on_children_unrelated(uow: NotificationsUnitOfWork, event: ChildrenUnrelated) -> None:
    await part_children(uow, event.relationship_id, event.child_id, event.other_child_id)


HANDLERS: dict[type[Event], EventHandler[Any]] = {
    LeadProfessionalAssigned: on_lead_professional_assigned,
    ServiceEpisodeStarted: on_service_episode_started,
    ChildPurged: on_child_purged,
    ChildDetailsChanged: on_child_details_changed,
    RecordsMerged: on_records_merged,
    MergeUndone: on_merge_undone,
    ChildrenRelated: on_children_related,
    ChildrenUnrelated: on_children_unrelated,
}
