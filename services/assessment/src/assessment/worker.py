"""The moving parts beside the API: the outbox relay. `python -m assessment.worker` runs it as a process of its own."""

from assessment.adapters.tables import messaging
from assessment.settings import AssessmentSettings
from chassis.broker import Broker
from chassis.migrations import migrations_of
from chassis.runtime import Runtime, run_worker
from contracts.routes import Service


def make_runtime(settings: AssessmentSettings, broker: Broker | None = None) -> Runtime:
    """The service's runtime. It consumes no topic."""
    return Runtime(settings, Service.ASSESSMENT, messaging, migrations_of(__file__), broker)


def main() -> None:
    settings = AssessmentSettings(run_worker=True)
    run_worker(make_runtime(settings))


if __name__ == "__main__":
    main()
