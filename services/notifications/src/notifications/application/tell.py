"""An event happened: put an entry into the inbox of each who is to hear of it."""

from collections.abc import Sequence

from chassis.ids import new_id
from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.same_child import has_died, lead_of
from notifications.domain.entries import Entry
from notifications.domain.hearing import Audience, Occurrence, who_hears


async def tell(uow: NotificationsUnitOfWork, occurrence: Occurrence, lead: str | None = None) -> None:
    """Adds the entries. `lead` is given where it is known who is to be told as the lead professional.

    Whether a recipient may know of the child is decided at each reading, not here.
    """
    if occurrence.quiet:
        return  # an import brings these by the thousand; nothing is looked up for them
    deceased = occurrence.child_id is not None and await has_died(uow, occurrence.child_id)
    if lead is None and occurrence.child_id is not None:
        lead = await lead_of(uow, occurrence.child_id)
    audiences: dict[Audience, Sequence[str]] = {
        Audience.LEAD_PROFESSIONAL: [] if lead is None else [lead],
        Audience.CONCERNED: [] if occurrence.concerns is None else [occurrence.concerns],
        Audience.TEAM: occurrence.team,
        Audience.OFFICERS: occurrence.officers,
        Audience.TEAM_LEADERS: occurrence.leaders,
        Audience.RECEIVING_TEAM: occurrence.receivers,
    }
    await uow.entries.add(
        [
            Entry(
                notification_id=new_id(),
                recipient_id=notice.recipient_id,
                type=notice.type,
                child_id=occurrence.child_id if notice.names_child else None,
                episode_id=occurrence.episode_id,
                assessment_id=occurrence.assessment_id,
                consent_id=occurrence.consent_id,
                created_at=uow.now(),
                override_id=occurrence.override_id,
                other_child_id=occurrence.other_child_id,
                practitioner_id=occurrence.practitioner_id,
                action_id=occurrence.action_id,
                categories=notice.categories,
                referral_id=occurrence.referral_id,
            )
            for notice in who_hears(occurrence, audiences, deceased=deceased)
        ]
    )
