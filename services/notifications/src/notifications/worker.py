"""The moving parts beside the API: the outbox relay and the consumers. `python -m notifications.worker` runs them
as a process of their own."""

from collections.abc import Mapping

import httpx

from chassis.broker import Broker
from chassis.inbox import InboxConsumer
from chassis.migrations import migrations_of
from chassis.runtime import Runtime, internal_key_of, run_worker
from contracts.events.base import ASSESSMENT, CHILD_INDEX, CONSENT
from contracts.routes import Service
from notifications.adapters.delivery_decisions import ConsentDecisions, consent_client
from notifications.adapters.tables import messaging
from notifications.adapters.unit_of_work import SqlUnitOfWork
from notifications.application.deliver import Deliverer
from notifications.application.outgoing_ports import Sender
from notifications.consumers import assessment, child_index
from notifications.domain.outgoing import Channel
from notifications.settings import NotificationsSettings


def make_runtime(
    settings: NotificationsSettings, broker: Broker | None = None, consent: httpx.AsyncBaseTransport | None = None
) -> Runtime:
    """The service's runtime, with its consumers subscribed, and whoever tells outside the inbox beside them. `consent`:
    the consent service, where it shares the process."""
    runtime = Runtime(settings, Service.NOTIFICATIONS, messaging, migrations_of(__file__), broker)

    def unit_of_work() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments())

    for name, topic, handlers in (
        ("child-index", CHILD_INDEX, child_index.HANDLERS),
        ("assessment", ASSESSMENT, assessment.HANDLERS),
        ("consent", CONSENT, consent.HANDLERS),
    ):
        runtime.consume(name, [topic], InboxConsumer(name, unit_of_work, handlers, runtime.watch))
    senders = senders_of(settings)
    if senders:
        key = internal_key_of(settings)

        async def deliver() -> None:
            async with consent_client(settings.consent_url, consent) as client:
                await Deliverer(unit_of_work, ConsentDecisions(client, key), senders, runtime.clock).run()

        runtime.in_background(deliver)
    return runtime


def senders_of(settings: NotificationsSettings) -> Mapping[Channel, Sender]:
    """The channels that the settings open."""
    return {}


def main() -> None:
    settings = NotificationsSettings(run_worker=True)
    run_worker(make_runtime(settings))


if __name__ == "__main__":
    main()
