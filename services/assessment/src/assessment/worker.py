"""The moving parts beside the API: the outbox relay and the consumer. `python -m assessment.worker` runs them as a
process of their own."""

from assessment.adapters.tables import messaging
from assessment.adapters.unit_of_work import SqlUnitOfWork
from assessment.consumers import child_index
from assessment.settings import AssessmentSettings
from chassis.broker import Broker
from chassis.inbox import InboxConsumer
from chassis.migrations import migrations_of
from chassis.runtime import Runtime, run_worker
from contracts.events import CHILD_INDEX
from contracts.routes import Service


def make_runtime(settings: AssessmentSettings, broker: Broker | None = None) -> Runtime:
    """The service's runtime, with its consumer subscribed."""
    runtime = Runtime(settings, Service.ASSESSMENT, messaging, migrations_of(__file__), broker)

    def unit_of_work() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments())

    consumer = InboxConsumer("child-index", unit_of_work, child_index.HANDLERS, runtime.watch)
    runtime.consume("child-index", [CHILD_INDEX], consumer)
    return runtime


def main() -> None:
    settings = AssessmentSettings(run_worker=True)
    run_worker(make_runtime(settings))


if __name__ == "__main__":
    main()
