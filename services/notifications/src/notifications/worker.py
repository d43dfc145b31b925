"""The moving parts beside the API: the outbox relay and the consumers. `python -m notifications.worker` runs them
as a process of their own."""

from chassis.broker import Broker
from chassis.inbox import InboxConsumer
from chassis.migrations import migrations_of
from chassis.runtime import Runtime, run_worker
from contracts.events.base import ASSESSMENT, CHILD_INDEX, CONSENT
from contracts.routes import Service
from notifications.adapters.tables import messaging
from notifications.adapters.unit_of_work import SqlUnitOfWork
from notifications.consumers import assessment, child_index, consent
from notifications.settings import NotificationsSettings


def make_runtime(settings: NotificationsSettings, broker: Broker | None = None) -> Runtime:
    """The service's runtime, with its consumers subscribed."""
    runtime = Runtime(settings, Service.NOTIFICATIONS, messaging, migrations_of(__file__), broker)

    def unit_of_work() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments())

    for name, topic, handlers in (
        ("child-index", CHILD_INDEX, child_index.HANDLERS),
        ("assessment", ASSESSMENT, assessment.HANDLERS),
        ("consent", CONSENT, consent.HANDLERS),
    ):
        runtime.consume(name, [topic], InboxConsumer(name, unit_of_work, handlers, runtime.watch))
    return runtime


def main() -> None:
    settings = NotificationsSettings(run_worker=True)
    run_worker(make_runtime(settings))


if __name__ == "__main__":
    main()
