"""The moving parts beside the API: the outbox relay and the consumers. `python -m notifications.worker` runs them
as a process of their own."""

import asyncio
import signal

from chassis.broker import Broker
from chassis.inbox import InboxConsumer
from chassis.migrations import migrations_of
from chassis.runtime import Runtime
from chassis.telemetry import configure_logging
from contracts.events import (
    ASSESSMENT,
    CHILD_INDEX,
    AssessmentBegun,
    LeadProfessionalAssigned,
    ServiceEpisodeStarted,
)
from contracts.routes import Service
from notifications.adapters.tables import messaging
from notifications.adapters.unit_of_work import SqlUnitOfWork
from notifications.consumers.assessment import on_assessment_begun
from notifications.consumers.child_index import on_lead_professional_assigned, on_service_episode_started
from notifications.settings import NotificationsSettings


def make_runtime(settings: NotificationsSettings, broker: Broker | None = None) -> Runtime:
    """The service's runtime, with its consumers subscribed."""
    runtime = Runtime(settings, Service.NOTIFICATIONS, messaging, migrations_of(__file__), broker)

    def unit_of_work() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments())

    child_index = InboxConsumer(
        "child-index",
        unit_of_work,
        {
            LeadProfessionalAssigned: on_lead_professional_assigned,
            ServiceEpisodeStarted: on_service_episode_started,
        },
        runtime.watch,
    )
    assessment = InboxConsumer("assessment", unit_of_work, {AssessmentBegun: on_assessment_begun}, runtime.watch)
    runtime.consume(child_index.name, [CHILD_INDEX], child_index)
    runtime.consume(assessment.name, [ASSESSMENT], assessment)
    return runtime


async def run(settings: NotificationsSettings) -> None:
    """Relays and consumes until the process is asked to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with make_runtime(settings).running():
        await stop.wait()


def main() -> None:
    settings = NotificationsSettings(run_worker=True)
    configure_logging(settings.log_level)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
