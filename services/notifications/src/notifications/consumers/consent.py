"""What the consent service tells: that somebody broke the glass, and that nobody has reviewed it yet."""

from typing import Any

from chassis.inbox import EventHandler
from contracts.events import Event, OverrideEscalated, OverrideInvoked, OverrideReviewDue
from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.tell import tell
from notifications.domain.hearing import Occurrence


async def on_override(
    uow: NotificationsUnitOfWork, event: OverrideInvoked | OverrideReviewDue | OverrideEscalated
) -> None:
    await tell(
        uow,
        Occurrence(
            event=event.type_name(),
            child_id=event.child_id,
            done_by=event.viewer_id if isinstance(event, OverrideInvoked) else "",
            override_id=event.override_id,
            officers=tuple(event.officers),
        ),
    )


HANDLERS: dict[type[Event], EventHandler[Any]] = {
    OverrideInvoked: on_override,
    OverrideReviewDue: on_override,
    OverrideEscalated: on_override,
}
