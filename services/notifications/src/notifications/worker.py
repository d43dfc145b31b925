"""The moving parts beside the API: the outbox relay and the consumers. `python -m notifications.worker` runs them
as a process of their own."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx

from chassis.broker import Broker
from chassis.inbox import InboxConsumer
from chassis.migrations import migrations_of
from chassis.runtime import Runtime, internal_key_of, run_worker
from contracts.events.base import ASSESSMENT, CHILD_INDEX, CONSENT
from contracts.routes import Service
from notifications.adapters.arrivals import Arrivals
from notifications.adapters.delivery_decisions import ConsentDecisions, consent_client
from notifications.adapters.rules_file import load_rules
from notifications.adapters.tables import messaging
from notifications.adapters.unit_of_work import SqlUnitOfWork
from notifications.application.deliver import Deliverer
from notifications.application.escalate import Escalator
from notifications.application.outgoing_ports import Sender
from notifications.consumers import assessment, child_index, consent
from notifications.domain.hearing import Rules
from notifications.domain.outgoing import Channel
from notifications.settings import NotificationsSettings


@dataclass(frozen=True)
class Parts:
    """What both the API and the worker are made of."""

    runtime: Runtime
    rules: Rules
    arrivals: Arrivals
    decisions: ConsentDecisions
    escalate_after: timedelta

    def writing(self) -> SqlUnitOfWork:
        return self._unit_of_work(read_only=False)

    def reading(self) -> SqlUnitOfWork:
        return self._unit_of_work(read_only=True)

    def _unit_of_work(self, *, read_only: bool) -> SqlUnitOfWork:
        return SqlUnitOfWork(
            rules=self.rules,
            escalate_after=self.escalate_after,
            on_told=self.arrivals.told,
            read_only=read_only,
            **self.runtime.uow_arguments(),
        )


def make_parts(
    settings: NotificationsSettings,
    broker: Broker | None = None,
    consent_service: httpx.AsyncBaseTransport | None = None,
) -> Parts:
    """The service's runtime, with its consumers subscribed, and whoever tells outside the inbox beside them.
    `consent_service`: where it shares the process."""
    rules = load_rules(settings.notification_rules_file)
    client = consent_client(settings.consent_url, consent_service)
    runtime = Runtime(settings, Service.NOTIFICATIONS, messaging, migrations_of(__file__), broker)
    arrivals = Arrivals(runtime.database)
    decisions = ConsentDecisions(client, internal_key_of(settings))
    escalate_after = timedelta(hours=settings.notification_escalate_hours)
    parts = Parts(runtime, rules, arrivals, decisions, escalate_after)
    runtime.hold(lambda: client)
    runtime.hold(arrivals.running)
    for name, topic, handlers in (
        ("child-index", CHILD_INDEX, child_index.HANDLERS),
        ("assessment", ASSESSMENT, assessment.HANDLERS),
        ("consent", CONSENT, consent.HANDLERS),
    ):
        runtime.consume(name, [topic], InboxConsumer(name, parts.writing, handlers, runtime.watch))
    runtime.in_background(Escalator(parts.reading, parts.writing, decisions, escalate_after).run)
    senders = senders_of(settings)
    if senders:
        runtime.in_background(Deliverer(parts.writing, decisions, senders, runtime.clock).run)
    return parts


def senders_of(settings: NotificationsSettings) -> Mapping[Channel, Sender]:  # noqa: ARG001
    """The channels that the settings open."""
    return {}


def main() -> None:
    try:
        runtime = make_parts(NotificationsSettings(run_worker=True)).runtime
    except ValueError as error:
        sys.exit(f"notifications.worker does not start: {error}")
    run_worker(runtime)


if __name__ == "__main__":
    main()
