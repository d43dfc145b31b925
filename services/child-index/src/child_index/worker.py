"""The child index's worker: outbox relay, consumers and imports.

Runs inside the process that answers requests, or, by `python -m child_index.worker`, as a process of its own.
"""

from chassis.broker import Broker
from chassis.ids import Clock, system_clock
from chassis.inbox import InboxConsumer
from chassis.likeness import Likeness
from chassis.migrations import migrations_of
from chassis.runtime import Runtime, run_worker
from child_index.adapters.import_counts import ImportCounts
from child_index.adapters.tables import messaging
from child_index.adapters.unit_of_work import SqlUnitOfWork
from child_index.application.knowledge import KnowledgeSource
from child_index.application.ports import IndexUnitOfWork, Units
from child_index.application.process_imports import ImportWorker
from child_index.application.samples import of_imports
from child_index.consumers import consent
from child_index.settings import PART, ChildIndexSettings
from contracts.events.base import CONSENT


def make_runtime(
    settings: ChildIndexSettings, broker: Broker | None = None, clock: Clock = system_clock
) -> tuple[Runtime, Units, Units]:
    """The runtime, and the units of work that may write and that only read."""
    runtime = Runtime(settings, PART, messaging, migrations_of(__file__), broker, clock)
    likeness = Likeness.of(settings)

    def units(*, patient: bool = False) -> IndexUnitOfWork:
        return SqlUnitOfWork(likeness=likeness, **runtime.uow_arguments(), patient=patient)

    def reading(*, patient: bool = False) -> IndexUnitOfWork:
        return SqlUnitOfWork(likeness=likeness, **runtime.uow_arguments(), read_only=True, patient=patient)

    return runtime, units, reading


def add_worker(
    runtime: Runtime, settings: ChildIndexSettings, units: Units, reading: Units, knowledge: KnowledgeSource
) -> ImportWorker:
    """Subscribes the consumers and adds the imports to what the runtime runs beside the requests."""
    consumer = InboxConsumer("directory", units, consent.HANDLERS, runtime.watch)
    runtime.consume("directory", [CONSENT], consumer)
    counted = None if runtime.metrics is None else ImportCounts(runtime.metrics)
    load_rows = 0 if runtime.database.is_sqlite else settings.import_load_rows
    worker = ImportWorker(units, reading, knowledge, settings.import_poll_seconds, load_rows, counted)
    runtime.sample("imports", of_imports(reading))
    runtime.in_background(worker.run)
    return worker


def main() -> None:
    settings = ChildIndexSettings(run_worker=True)
    runtime, units, reading = make_runtime(settings)
    add_worker(runtime, settings, units, reading, KnowledgeSource(reading))
    run_worker(runtime)


if __name__ == "__main__":
    main()
