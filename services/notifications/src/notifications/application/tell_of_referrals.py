"""Where a referral stands: who received it, who sent it, and who leads for the child hear of it.

Whoever sent a sensitive one knows of it; everybody else takes `sensitive` to be shown that there is one.
"""

from dataclasses import dataclass

from contracts.vocabulary import Category
from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.tell import tell
from notifications.domain.happenings import REFERRAL_CHASED, REFERRAL_ESCALATED, REFERRAL_ESCALATED_TO_LEAD
from notifications.domain.hearing import Occurrence


@dataclass(frozen=True, slots=True)
class Referral:
    """`team_id`: who is to answer it; None where that is no team of Kith's."""

    referral_id: str
    child_id: str
    team_id: str | None
    referred_by: str
    sensitive: bool

    @property
    def categories(self) -> tuple[Category, ...]:
        return (Category.SENSITIVE,) if self.sensitive else ()


async def tell_who_receives(
    uow: NotificationsUnitOfWork, event: str, referral: Referral, *, done_by: str | None
) -> None:
    if referral.team_id is None:
        return
    await tell(
        uow,
        Occurrence(
            event=event,
            child_id=referral.child_id,
            done_by=done_by,
            referral_id=referral.referral_id,
            receivers=tuple(await uow.directory.receivers(referral.team_id)),
            categories=referral.categories,
        ),
    )


async def tell_who_referred(
    uow: NotificationsUnitOfWork, event: str, referral: Referral, *, done_by: str | None
) -> None:
    await tell(
        uow,
        Occurrence(
            event=event,
            child_id=referral.child_id,
            done_by=done_by,
            concerns=referral.referred_by,
            referral_id=referral.referral_id,
        ),
    )


async def chase(uow: NotificationsUnitOfWork, referral: Referral) -> None:
    """Where no team is to answer, whoever sent it asks the service."""
    told = tell_who_referred if referral.team_id is None else tell_who_receives
    await told(uow, REFERRAL_CHASED, referral, done_by=None)


async def escalate(uow: NotificationsUnitOfWork, referral: Referral) -> None:
    await tell_who_referred(uow, REFERRAL_ESCALATED, referral, done_by=None)
    await tell(
        uow,
        Occurrence(
            event=REFERRAL_ESCALATED_TO_LEAD,
            child_id=referral.child_id,
            done_by=referral.referred_by,  # who has been told already
            referral_id=referral.referral_id,
            categories=referral.categories,
        ),
    )
