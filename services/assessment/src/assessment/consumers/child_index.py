"""What the child index tells: who leads for whom, who is of one family and of which school, which records are of one
child or closed, and of whom all is to go for good."""

from typing import Any

from assessment.application.find_clashes import find_team_clashes
from assessment.application.ports import AssessmentUnitOfWork
from chassis.inbox import EventHandler
from contracts.events.base import Event
from contracts.events.child_index import (
    ChildArchived,
    ChildPurged,
    ChildrenRelated,
    ChildrenUnrelated,
    ChildRestored,
    LeadProfessionalAssigned,
    MergeUndone,
    RecordsMerged,
    ServiceEpisodeEnded,
    ServiceEpisodeStarted,
)


async def on_child_purged(uow: AssessmentUnitOfWork, event: ChildPurged) -> None:
    await uow.lifecycle.purge(event.child_id)
    await uow.requests.purge(event.child_id)
    await uow.assessments.purge(event.child_id, uow.now())
    await uow.teams.purge(event.child_id)
    await uow.actions.purge(event.child_id)
    await uow.reviews.purge(event.child_id)
    await uow.stages.purge(event.child_id)
    await uow.referrals.purge(event.child_id)
    await uow.legal_bases.purge(event.child_id)
    await uow.life_events.purge(event.child_id)
    await uow.neighbours.purge(event.child_id)


async def on_child_archived(uow: AssessmentUnitOfWork, event: ChildArchived) -> None:
    await uow.neighbours.archive(event.child_id, archived=True)
    await uow.stages.close(event.child_id, uow.happened_at)


async def on_child_restored(uow: AssessmentUnitOfWork, event: ChildRestored) -> None:
    await uow.neighbours.archive(event.child_id, archived=False)
    await uow.stages.close(event.child_id, None)


async def on_children_related(uow: AssessmentUnitOfWork, event: ChildrenRelated) -> None:
    await uow.neighbours.relate(event.relationship_id, event.child_id, event.other_child_id, ended=False)
    await find_team_clashes(uow, event.child_id)


async def on_children_unrelated(uow: AssessmentUnitOfWork, event: ChildrenUnrelated) -> None:
    await uow.neighbours.relate(event.relationship_id, event.child_id, event.other_child_id, ended=True)


async def on_lead_professional_assigned(uow: AssessmentUnitOfWork, event: LeadProfessionalAssigned) -> None:
    await uow.neighbours.put_lead(event.child_id, event.practitioner_id)


async def on_records_merged(uow: AssessmentUnitOfWork, event: RecordsMerged) -> None:
    await uow.neighbours.merge(event.merge_id, event.merged_child_id, event.child_id, undone=False)
    await uow.stages.count_one_of(await uow.neighbours.records_of(event.child_id))


async def on_merge_undone(uow: AssessmentUnitOfWork, event: MergeUndone) -> None:
    await uow.neighbours.merge(event.merge_id, event.merged_child_id, event.child_id, undone=True)
    for child_id in (event.child_id, event.merged_child_id):
        await uow.stages.count_one_of(await uow.neighbours.records_of(child_id))


async def on_service_episode_started(uow: AssessmentUnitOfWork, event: ServiceEpisodeStarted) -> None:
    """For the school that a child is counted by; one that is sensitive is not told of, in numbers either."""
    if not event.sensitive:
        await uow.stages.put_episode(event.episode_id, event.child_id, event.service_id, event.started_on)


async def on_service_episode_ended(uow: AssessmentUnitOfWork, event: ServiceEpisodeEnded) -> None:
    await uow.stages.end_episode(event.episode_id, event.child_id)


HANDLERS: dict[type[Event], EventHandler[Any]] = {
    ChildPurged: on_child_purged,
    ChildArchived: on_child_archived,
    ChildRestored: on_child_restored,
    ChildrenRelated: on_children_related,
    ChildrenUnrelated: on_children_unrelated,
    LeadProfessionalAssigned: on_lead_professional_assigned,
    RecordsMerged: on_records_merged,
    MergeUndone: on_merge_undone,
    ServiceEpisodeStarted: on_service_episode_started,
    ServiceEpisodeEnded: on_service_episode_ended,
}
