"""The consent service's worker: outbox relay, consumers, the sequencer of the access log, and reminders.

Runs inside the process that answers requests, or, by `python -m consent.worker`, as a process of its own.
"""

from collections.abc import Callable
from typing import Any

from chassis.broker import Broker
from chassis.ids import Clock, system_clock
from chassis.inbox import InboxConsumer
from chassis.likeness import Likeness
from chassis.migrations import migrations_of
from chassis.runtime import Runtime, run_worker
from consent.adapters.keys import log_signing_key
from consent.adapters.policy_file import load_policy
from consent.adapters.tables import messaging
from consent.adapters.unit_of_work import ConsentUnitOfWork
from consent.application.chase_reviews import ReviewChaser
from consent.application.find_signals import SignalFinder
from consent.application.log_months import LogMonths
from consent.application.remind import Reminders
from consent.application.samples import of_log, of_overrides
from consent.application.sequence_log import Sequencer
from consent.consumers import assessment, child_index
from consent.domain.log_heads import LogSigner
from consent.domain.policy import Policy
from consent.settings import PART, ConsentSettings
from contracts.events.base import ASSESSMENT, CHILD_INDEX

Units = Callable[[], ConsentUnitOfWork]


def make_runtime(
    settings: ConsentSettings, broker: Broker | None = None, clock: Clock = system_clock
) -> tuple[Runtime, Units, Units]:
    """The runtime, and the units of work that may write and that only read."""
    runtime = Runtime(settings, PART, messaging, migrations_of(__file__), broker, clock)
    own: dict[str, Any] = {
        "account_ids_are_identities": settings.has_development_issuer,
        "likeness": Likeness.of(settings),
    }

    def units() -> ConsentUnitOfWork:
        return ConsentUnitOfWork(**own, **runtime.uow_arguments())

    def reading() -> ConsentUnitOfWork:
        return ConsentUnitOfWork(read_only=True, **own, **runtime.uow_arguments())

    return runtime, units, reading


def add_worker(
    runtime: Runtime, units: Units, reading: Units, log_signer: LogSigner, policy: Policy, settings: ConsentSettings
) -> None:
    """Subscribes the consumers; adds the sequencer, the log's months, the chasing of reviews, reminders and the finder
    of signals to what runs beside the requests."""
    for name, topic, handlers in (
        ("child-index", CHILD_INDEX, child_index.HANDLERS),
        ("assessment", ASSESSMENT, assessment.HANDLERS),
    ):
        runtime.consume(name, [topic], InboxConsumer(name, units, handlers, runtime.watch))
    runtime.sample("log", of_log(reading))
    runtime.sample("overrides", of_overrides(reading))
    runtime.in_background(Sequencer(units, reading, log_signer).run)
    runtime.in_background(LogMonths(units).run)
    runtime.in_background(ReviewChaser(units, policy.overrides).run)
    runtime.in_background(Reminders(units, reading, policy.remind_before_expiry, settings.consent_reminder_seconds).run)
    runtime.in_background(SignalFinder(units, reading, policy, settings.signals_seconds).run)


def main() -> None:
    settings = ConsentSettings(run_worker=True)
    runtime, units, reading = make_runtime(settings)
    add_worker(runtime, units, reading, log_signing_key(settings), load_policy(settings.policy_file), settings)
    run_worker(runtime)


if __name__ == "__main__":
    main()
