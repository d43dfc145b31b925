"""What the consent service tells: that a consent is about to end, that one was withdrawn, that somebody broke the
glass, that nobody has reviewed it yet, that there is a signal, and that somebody has left a team.

A reminder and a withdrawal may come late, again, or the wrong way round (a dead letter that is replayed): in every
order the same inbox is left, in which nobody is asked to renew what the family took back.
"""

from typing import Any

from chassis.inbox import EventHandler
from contracts.events.base import Event
from contracts.events.consent import (
    ConsentExpiring,
    ConsentWithdrawn,
    OverrideEscalated,
    OverrideInvoked,
    OverrideReviewDue,
    PractitionerChanged,
    SignalRaised,
    TeamChanged,
)
from contracts.vocabulary import PractitionerStatus
from notifications.application.leavers import take_practitioner, take_team
from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.remind_of_consent import forget_consent, remind_of_consent
from notifications.application.tell import tell
from notifications.domain.colleagues import Post
from notifications.domain.hearing import Occurrence


async def on_consent_expiring(uow: NotificationsUnitOfWork, event: ConsentExpiring) -> None:
    await remind_of_consent(
        uow,
        event.consent_id,
        Occurrence(
            event=event.type_name(),
            child_id=event.child_id,
            done_by=None,
            concerns=event.recorded_by,
            consent_id=event.consent_id,
            quiet=event.valid_until <= uow.now(),
        ),
    )


async def on_consent_withdrawn(uow: NotificationsUnitOfWork, event: ConsentWithdrawn) -> None:
    await forget_consent(uow, event.consent_id)


async def on_override(
    uow: NotificationsUnitOfWork, event: OverrideInvoked | OverrideReviewDue | OverrideEscalated
) -> None:
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=event.child_id,
            done_by=event.viewer_id if isinstance(event, OverrideInvoked) else None,
            override_id=event.override_id,
            officers=tuple(event.officers),
        ),
    )


async def on_signal_raised(uow: NotificationsUnitOfWork, event: SignalRaised) -> None:
    """Of nobody, neither the one who looked nor a child: an officer reads the signal as far as they may."""
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=None,
            done_by=None,
            officers=tuple(event.officers),
            signal_id=event.signal_id,
        ),
    )


async def on_practitioner_changed(uow: NotificationsUnitOfWork, event: PractitionerChanged) -> None:
    post = Post(event.status is PractitionerStatus.ACTIVE, tuple(event.team_ids), event.version, event.agency_id)
    await take_practitioner(uow, event.practitioner_id, post)


async def on_team_changed(uow: NotificationsUnitOfWork, event: TeamChanged) -> None:
    await take_team(uow, event.team_id, event.leader_id, event.version)


HANDLERS: dict[type[Event], EventHandler[Any]] = {
    ConsentExpiring: on_consent_expiring,
    ConsentWithdrawn: on_consent_withdrawn,
    OverrideInvoked: on_override,
    OverrideReviewDue: on_override,
    OverrideEscalated: on_override,
    SignalRaised: on_signal_raised,
    PractitionerChanged: on_practitioner_changed,
    TeamChanged: on_team_changed,
}
