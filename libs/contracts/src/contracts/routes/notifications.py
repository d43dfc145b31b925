"""What the right person is told."""

from contracts.routes.base import ALL, FOUND, NOTIFY, Route
from contracts.vocabulary import Purpose

ROUTES: tuple[Route, ...] = (
    # Notifications
    Route(
        "GET",
        "/v1/notifications",
        NOTIFY,
        "notification.read",
        FOUND,
        ALL,
        Purpose.DIRECT_SUPPORT,
    ),
    Route(
        "POST",
        "/v1/notifications/{notification_id}/acknowledgement",
        NOTIFY,
        "notification.acknowledge",
        FOUND,
        ALL,
        Purpose.DIRECT_SUPPORT,
    ),
)
