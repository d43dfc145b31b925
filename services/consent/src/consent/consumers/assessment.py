"""What the consent service learns from the assessment service: who is in the team around a child, and to which service
a child was referred."""

from collections.abc import Awaitable, Callable
from typing import Any

from consent.application.ports import UnitOfWork
from consent.domain.facts import InvolvementKind
from contracts.events.assessment import (
    PractitionerJoinedTeam,
    PractitionerLeftTeam,
    ReferralClosed,
    ReferralSent,
)
from contracts.events.base import Event


async def on_practitioner_joined_team(uow: UnitOfWork, event: PractitionerJoinedTeam) -> None:
    """When it began is by the assessment service's clock, which says nothing of what the child index had merged by
    then: of merged records it spans the one alone."""
    await uow.children.set_involvement(
        event.membership_id,
        event.child_id,
        InvolvementKind.TEAM,
        event.practitioner_id,
        None,
        sensitive=event.sensitive,
        at=uow.now(),
        began_at=None,
    )


async def on_practitioner_left_team(uow: UnitOfWork, event: PractitionerLeftTeam) -> None:
    kind = InvolvementKind.TEAM
    await uow.children.end_involvement(event.membership_id, event.child_id, kind, event.left_on, at=uow.now())


async def on_referral_sent(uow: UnitOfWork, event: ReferralSent) -> None:
    """The team is that of the service, as the directory has it when somebody asks. Of merged records it spans the one
    that it was made for, as a place in the team does. One to no service of Kith's directory opens nothing."""
    if event.service_id is None:
        return
    await uow.children.set_involvement(
        event.referral_id,
        event.child_id,
        InvolvementKind.REFERRAL,
        None,
        event.service_id,
        sensitive=event.sensitive,
        at=uow.now(),
        began_at=None,
        shared=event.shared,
    )


async def on_referral_closed(uow: UnitOfWork, event: ReferralClosed) -> None:
    if event.service_id is not None:
        kind = InvolvementKind.REFERRAL
        await uow.children.end_involvement(event.referral_id, event.child_id, kind, event.closed_on, at=uow.now())


HANDLERS: dict[type[Event], Callable[[Any, Any], Awaitable[None]]] = {
    PractitionerJoinedTeam: on_practitioner_joined_team,
    PractitionerLeftTeam: on_practitioner_left_team,
    ReferralSent: on_referral_sent,
    ReferralClosed: on_referral_closed,
}
