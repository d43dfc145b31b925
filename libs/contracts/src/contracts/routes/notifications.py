"""What the right person is told."""

from contracts.routes.base import ALL, FOUND, INVOLVED, NOTIFY, OWN, Route
from contracts.vocabulary import Purpose

_ONE = "/v1/notifications/{notification_id}"
_MINE = "/v1/me/notifications"


def _of_inbox(method: str, path: str, action: str) -> Route:
    return Route(method, path, NOTIFY, action, FOUND, ALL, Purpose.DIRECT_SUPPORT)


ROUTES: tuple[Route, ...] = (
    _of_inbox("GET", "/v1/notifications", "notification.read"),
    # Nothing of a child is decided here: each entry is, at the moment at which it is sent.
    Route(
        "GET", "/v1/notifications/stream", NOTIFY, "notification.stream", purpose=Purpose.DIRECT_SUPPORT, streams=True
    ),
    _of_inbox("POST", "/v1/notifications/acknowledgements", "notification.acknowledge"),
    _of_inbox("POST", f"{_ONE}/acknowledgement", "notification.acknowledge"),
    _of_inbox("DELETE", f"{_ONE}/acknowledgement", "notification.acknowledge"),
    _of_inbox("PUT", f"{_ONE}/snooze", "notification.snooze"),
    _of_inbox("DELETE", f"{_ONE}/snooze", "notification.snooze"),
    Route("GET", "/v1/notification-preferences", NOTIFY, "notification.prefer"),
    Route("PUT", "/v1/notification-preferences", NOTIFY, "notification.prefer"),
    Route("GET", "/v1/notification-cover", NOTIFY, "notification.cover"),
    Route("POST", "/v1/notification-cover", NOTIFY, "notification.cover"),
    Route("DELETE", "/v1/notification-cover/{cover_id}", NOTIFY, "notification.cover"),
    # The young person's own
    Route("GET", _MINE, NOTIFY, "me.notifications", OWN, INVOLVED, Purpose.DIRECT_SUPPORT),
    Route(
        "POST",
        f"{_MINE}/{{notification_id}}/acknowledgement",
        NOTIFY,
        "me.notifications",
        OWN,
        INVOLVED,
        Purpose.DIRECT_SUPPORT,
    ),
    Route("GET", "/v1/me/notification-preferences", NOTIFY, "me.notification-prefer", OWN, (), Purpose.DIRECT_SUPPORT),
    Route("PUT", "/v1/me/notification-preferences", NOTIFY, "me.notification-prefer", OWN, (), Purpose.DIRECT_SUPPORT),
)
