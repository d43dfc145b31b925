"""The consent service's worker: outbox relay, consumers, and the sequencer of the access log."""

import asyncio
from collections.abc import Callable

from chassis.inbox import InboxConsumer
from chassis.runtime import Runtime
from chassis.telemetry import configure_logging
from consent.adapters.unit_of_work import ConsentUnitOfWork
from consent.application.sequence_log import Sequencer
from consent.consumers import child_index
from contracts.events import CHILD_INDEX


def attach(runtime: Runtime, unit_of_work: Callable[[], ConsentUnitOfWork], sequencer: Sequencer) -> None:
    """Hands the worker's tasks to the runtime, which runs them where the settings say so."""
    consumer: InboxConsumer[ConsentUnitOfWork] = InboxConsumer(
        "child-index", unit_of_work, child_index.HANDLERS, runtime.watch
    )
    runtime.consume("child-index", [CHILD_INDEX], consumer)
    runtime.in_background(sequencer.run)


def main() -> None:
    """Runs the worker alone, without answering requests."""
    from consent.main import create_app

    app = create_app()
    configure_logging(app.state.settings.log_level)

    async def run() -> None:
        async with app.router.lifespan_context(app):
            await asyncio.Event().wait()

    asyncio.run(run())


if __name__ == "__main__":
    main()
