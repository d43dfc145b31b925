"""What the assessment service tells: that an assessment was begun or completed, who is asked for their part of one,
that the plan was reviewed or a stage set, who is asked into a team, has joined it and has left it, what clashes in a
family, and where referrals stand.

This topic keeps no order with the child index's. Where the event overtakes the first assignment of a lead
professional, nobody leads for the child as far as we know, and nobody hears: an entry is a prompt, and the assessment
itself is there for the new lead professional to find.
"""

from typing import Any

from chassis.inbox import EventHandler
from contracts.events.assessment import (
    ActionChanged,
    ActionOverdue,
    AssessmentBegun,
    AssessmentCompleted,
    ContributionRequested,
    FamilyClashFound,
    PractitionerInvited,
    PractitionerJoinedTeam,
    PractitionerLeftTeam,
    ReferralAnswered,
    ReferralSent,
    ReferralUnanswered,
    ReviewRecorded,
    StageSet,
)
from contracts.events.base import Event
from contracts.vocabulary import Category, ClashKind
from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.tell import tell
from notifications.application.tell_of_referrals import (
    Referral,
    chase,
    escalate,
    tell_who_receives,
    tell_who_referred,
)
from notifications.domain.happenings import FAMILY_REVIEWS_CLASH, FAMILY_TEAMS_CLASH
from notifications.domain.hearing import Occurrence


async def on_assessment_begun(uow: NotificationsUnitOfWork, event: AssessmentBegun) -> None:
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=event.child_id,
            done_by=event.begun_by,
            assessment_id=event.assessment_id,
        ),
    )


async def on_assessment_completed(uow: NotificationsUnitOfWork, event: AssessmentCompleted) -> None:
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=event.child_id,
            done_by=event.completed_by,
            assessment_id=event.assessment_id,
            team=tuple(event.team),
        ),
    )


async def on_contribution_requested(uow: NotificationsUnitOfWork, event: ContributionRequested) -> None:
    """Who asks is not among it: to one who may not learn where the child is, nobody who works there is named."""
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=event.child_id,
            done_by=event.asked_by,
            concerns=event.practitioner_id,
            assessment_id=event.assessment_id,
        ),
    )


async def on_practitioner_invited(uow: NotificationsUnitOfWork, event: PractitionerInvited) -> None:
    """Of no child: whether they may know of it is decided once they are in the team."""
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=None,
            done_by=event.invited_by,
            concerns=event.practitioner_id,
            practitioner_id=event.invited_by,
        ),
    )


async def on_practitioner_joined_team(uow: NotificationsUnitOfWork, event: PractitionerJoinedTeam) -> None:
    """As with an episode, what is sensitive is for whom a consent opens `sensitive`."""
    await uow.team.join(event.membership_id, event.child_id, event.practitioner_id)
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=event.child_id,
            done_by=event.practitioner_id,
            categories=(Category.SENSITIVE,) if event.sensitive else (),
        ),
    )


async def on_practitioner_left_team(uow: NotificationsUnitOfWork, event: PractitionerLeftTeam) -> None:
    await uow.team.leave(event.membership_id, event.child_id, event.practitioner_id)


async def on_review_recorded(uow: NotificationsUnitOfWork, event: ReviewRecorded) -> None:
    await tell(uow, Occurrence(event=event.type_name(), child_id=event.child_id, done_by=event.recorded_by))


async def on_stage_set(uow: NotificationsUnitOfWork, event: StageSet) -> None:
    """Which stage it is, is read where the plan may be."""
    await tell(uow, Occurrence(event=event.type_name(), child_id=event.child_id, done_by=event.set_by))


async def on_family_clash_found(uow: NotificationsUnitOfWork, event: FamilyClashFound) -> None:
    """Told to whoever brought it about, too: that the other is there is what they may not know."""
    await tell(
        uow,
        Occurrence(
            event=FAMILY_REVIEWS_CLASH if event.kind is ClashKind.REVIEWS else FAMILY_TEAMS_CLASH,
            child_id=event.child_id,
            done_by=None,
            other_child_id=event.other_child_id,
        ),
    )


async def on_action_overdue(uow: NotificationsUnitOfWork, event: ActionOverdue) -> None:
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=event.child_id,
            done_by=None,
            concerns=event.practitioner_id,
            action_id=event.action_id,
            categories=(event.category,),
        ),
    )


async def on_action_changed(uow: NotificationsUnitOfWork, event: ActionChanged) -> None:
    """Nobody is left with a reminder of what is done, or has another day now."""
    await uow.entries.take_back_reminders(event.action_id)


async def on_referral_sent(uow: NotificationsUnitOfWork, event: ReferralSent) -> None:
    told = Referral(event.referral_id, event.child_id, event.team_id, event.referred_by, sensitive=event.sensitive)
    await tell_who_receives(uow, event.type_name(), told, done_by=event.referred_by)


async def on_referral_answered(uow: NotificationsUnitOfWork, event: ReferralAnswered) -> None:
    told = Referral(event.referral_id, event.child_id, None, event.referred_by, sensitive=event.sensitive)
    await tell_who_referred(uow, event.type_name(), told, done_by=event.taken_by)


async def on_referral_unanswered(uow: NotificationsUnitOfWork, event: ReferralUnanswered) -> None:
    told = Referral(event.referral_id, event.child_id, event.team_id, event.referred_by, sensitive=event.sensitive)
    await (escalate(uow, told) if event.escalated else chase(uow, told))


HANDLERS: dict[type[Event], EventHandler[Any]] = {
    AssessmentBegun: on_assessment_begun,
    AssessmentCompleted: on_assessment_completed,
    ContributionRequested: on_contribution_requested,
    PractitionerInvited: on_practitioner_invited,
    PractitionerJoinedTeam: on_practitioner_joined_team,
    PractitionerLeftTeam: on_practitioner_left_team,
    ReviewRecorded: on_review_recorded,
    StageSet: on_stage_set,
    FamilyClashFound: on_family_clash_found,
    ActionOverdue: on_action_overdue,
    ActionChanged: on_action_changed,
    ReferralSent: on_referral_sent,
    ReferralAnswered: on_referral_answered,
    ReferralUnanswered: on_referral_unanswered,
}
