"""The notifications service, wired. In a process of its own: `python -m notifications`."""

import httpx
from fastapi import FastAPI

from chassis.broker import Broker
from chassis.runtime import internal_key_of
from chassis.service import create_service, internal_router
from notifications.api.me import own_routes
from notifications.api.notifications import notification_routes
from notifications.api.preferences import cover_routes, preference_routes
from notifications.api.stream import stream_routes
from notifications.application.stream import Streams
from notifications.settings import NotificationsSettings
from notifications.worker import make_parts


def create_app(
    settings: NotificationsSettings | None = None,
    broker: Broker | None = None,
    consent: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """`broker` is given where several services share a process; it is then started by whoever made it. `consent`: the
    consent service, where it shares the process, too.

    Raises `ValueError` for rules that cannot be used, and where nobody says where the consent service is.
    """
    settings = settings or NotificationsSettings()
    parts = make_parts(settings, broker, consent)
    runtime, reading, writing = parts.runtime, parts.reading, parts.writing
    app = create_service(
        title="Kith notifications",
        part=runtime.part,
        grant_verifier=runtime.grant_verifier(),
        internal_key=internal_key_of(settings),
        checks=runtime.ready_checks(),
        resources=runtime.running,
    )
    streams = Streams(
        reading=reading,
        decisions=parts.decisions,
        arrivals=parts.arrivals,
        rules=parts.rules,
        most_of_one=settings.streams_per_person,
        heartbeat=settings.stream_heartbeat_seconds,
        longest=settings.stream_seconds,
    )
    app.include_router(stream_routes(streams))
    app.include_router(notification_routes(reading, writing))
    app.include_router(preference_routes(reading, writing))
    app.include_router(cover_routes(reading, writing))
    app.include_router(own_routes(reading, writing))
    app.include_router(internal_router(reading, runtime.watch, owners={}))
    return app
