"""A real Apache Kafka for the tests: one broker in KRaft mode, from its jars, on Java 17 or newer."""

import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from chassis.broker.kafka.topics import Topic, TopicAdmin
from stack.kafka import Broker, Listeners
from stack.programs import LOOPBACK, free_ports, port_answers, tied_to_us
from tests.support.processes import Server


class Kafka:
    """One broker with its own folder and ports; may be stopped, killed and started again on the same data."""

    def __init__(self, folder: Path, more: Listeners | None = None) -> None:
        self.data = folder / "data"
        """Where it keeps the partitions, a folder for each."""
        self._port, controller = free_ports(2)
        self._broker = Broker(folder, self._port, controller, more)
        self._server = Server("Apache Kafka", tied_to_us(self._broker.command), log=folder / "log", environment={})

    @property
    def bootstrap(self) -> str:
        """`host:port` for a client to begin at."""
        return f"{LOOPBACK}:{self._port}"

    def format(self, *options: str) -> None:
        """Makes the empty storage folder; once, before the first start. `options`: more of Kafka's own tool."""
        self._broker.format(*options)

    def start(self) -> None:
        self._server.start(lambda: port_answers(self._port), seconds=90)

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        self._server.stop(signal.SIGKILL)

    def send(self, which: signal.Signals) -> None:
        """A signal, to its process."""
        self._server.send(which)

    def create_topics(self, *names: str, partitions: int = 3) -> None:
        """Makes the topics and returns when each partition has its leader."""
        wanted = [Topic(name, partitions, 1, 1, timedelta(days=1), compacted=False) for name in names]
        with TopicAdmin(self.bootstrap) as admin:
            admin.mend(admin.differences(wanted))


@contextmanager
def private_kafka(more: Listeners | None = None, *options: str) -> Iterator[Kafka]:
    """A broker for as long as the block lasts, gone with its data afterwards."""
    with tempfile.TemporaryDirectory(prefix="kith-kafka-") as folder:
        kafka = Kafka(Path(folder), more)
        try:
            kafka.format(*options)
            kafka.start()
            yield kafka
        finally:
            kafka.stop()
