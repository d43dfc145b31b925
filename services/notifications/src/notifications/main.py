"""The notifications service, wired. In a process of its own: `python -m notifications`."""

import httpx
from fastapi import FastAPI

from chassis.broker import Broker
from chassis.runtime import internal_key_of
from chassis.service import create_service, internal_router
from notifications.adapters.unit_of_work import SqlUnitOfWork
from notifications.api.notifications import notification_routes
from notifications.settings import NotificationsSettings
from notifications.worker import make_runtime


def create_app(
    settings: NotificationsSettings | None = None,
    broker: Broker | None = None,
    consent: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """`broker` is given where several services share a process; it is then started by whoever made it. `consent`: the
    consent service, where it shares the process, too."""
    settings = settings or NotificationsSettings()
    runtime = make_runtime(settings, broker, consent)

    def writing() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments())

    def reading() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments(), read_only=True)

    app = create_service(
        title="Kith notifications",
        part=runtime.part,
        grant_verifier=runtime.grant_verifier(),
        internal_key=internal_key_of(settings),
        checks=runtime.ready_checks(),
        resources=runtime.running,
    )
    app.include_router(notification_routes(reading, writing))
    app.include_router(internal_router(reading, runtime.watch, owners={}))
    return app
