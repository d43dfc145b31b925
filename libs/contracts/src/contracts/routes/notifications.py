"""What the right person is told."""

from contracts.routes.base import CONTACT, FOUND, NOTIFY, Route
from contracts.vocabulary import Purpose

ROUTES: tuple[Route, ...] = (
    # Notifications
    Route(
        "GET",
        "/v1/notifications",
        NOTIFY,
        "notification.read",
        FOUND,
        CONTACT,
        Purpose.DIRECT_SUPPORT,
    ),
    Route(
        "POST",
        "/v1/notifications/{notification_id}/acknowledgement",
        NOTIFY,
        "notification.acknowledge",
        FOUND,
        CONTACT,
        Purpose.DIRECT_SUPPORT,
    ),
)
