"""The moving parts beside the API: the outbox relay. `python -m assessment.worker` runs it as a process of its own."""

import asyncio
import signal

from assessment.adapters.tables import messaging
from assessment.settings import AssessmentSettings
from chassis.broker import Broker
from chassis.migrations import migrations_of
from chassis.runtime import Runtime
from chassis.telemetry import configure_logging
from contracts.routes import Service


def make_runtime(settings: AssessmentSettings, broker: Broker | None = None) -> Runtime:
    """The service's runtime. It consumes no topic."""
    return Runtime(settings, Service.ASSESSMENT, messaging, migrations_of(__file__), broker)


async def run(settings: AssessmentSettings) -> None:
    """Relays until the process is asked to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with make_runtime(settings).running():
        await stop.wait()


def main() -> None:
    settings = AssessmentSettings(run_worker=True)
    configure_logging(settings.log_level)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
