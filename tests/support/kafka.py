"""A real Apache Kafka for the tests: one broker in KRaft mode, from its jars, on Java 17 or newer."""

import base64
import fcntl
import hashlib
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kafka import KafkaAdminClient

from tests.support.processes import LOOPBACK, Server, free_ports, port_answers, program, tied_to_us

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy" / "kafka"
JARS: Final = ROOT / ".tools" / "kafka"
# Quick to start, small, and quiet about it: one compiler tier, no perf file in /tmp.
JAVA_OPTIONS: Final = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]


def fetch_jars() -> Path:
    """The folder of Kafka's jars, filled by Maven once for each state of deploy/kafka/pom.xml.

    Raises:
        MissingProgram: mvn isn't installed; the text says what to install.
        RuntimeError: Maven could not fetch them; the text is Maven's own.
    """
    pom = DEPLOY / "pom.xml"
    version = hashlib.sha256(pom.read_bytes()).hexdigest()[:16]
    complete = JARS / f".complete-{version}"
    JARS.mkdir(parents=True, exist_ok=True)
    with (JARS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another test run may be fetching the same
        if not complete.exists():
            mvn = program("mvn", install="apt-get install maven")
            for old in [*JARS.glob("*.jar"), *JARS.glob(".complete-*")]:
                old.unlink()
            command = [mvn, "-B", "-C", "-q", "-f", str(pom), "package", f"-Djars.directory={JARS}"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"Maven could not fetch Kafka's jars:\n{done.stdout[-3000:]}{done.stderr}")
            complete.touch()
    return JARS


class Kafka:
    """One broker with its own folder and ports; may be stopped, killed and started again on the same data."""

    def __init__(self, folder: Path, jars: Path) -> None:
        java = program("java", install="apt-get install openjdk-17-jre-headless")
        self._port, controller = free_ports(2)
        self._settings = folder / "server.properties"
        self._settings.write_text(_server_properties(folder / "data", self._port, controller))
        logging = f"-Dlog4j2.configurationFile={DEPLOY / 'log4j2.properties'}"
        self._java = [java, *JAVA_OPTIONS, logging, "-cp", f"{jars}/*"]
        self._server = Server(
            "Apache Kafka",
            tied_to_us([*self._java, "kafka.Kafka", str(self._settings)]),
            log=folder / "log",
            environment={},
        )

    @property
    def bootstrap(self) -> str:
        """`host:port` for a client to begin at."""
        return f"{LOOPBACK}:{self._port}"

    def format(self) -> None:
        """Makes the empty storage folder; once, before the first start."""
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # With "=", since one in 64 of these begins with a hyphen.
        storage = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", f"--config={self._settings}"]
        done = subprocess.run([*self._java, *storage], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"Kafka's storage could not be formatted:\n{done.stdout[-3000:]}{done.stderr}")

    def start(self) -> None:
        self._server.start(lambda: port_answers(self._port), seconds=90)

    def stop(self) -> None:
        self._server.stop()

    def kill(self) -> None:
        self._server.stop(signal.SIGKILL)

    def create_topics(self, *names: str, partitions: int = 3) -> None:
        """Makes the topics and returns when each partition has its leader."""
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            wanted = {name: {"num_partitions": partitions, "replication_factor": 1} for name in names}
            admin.create_topics(wanted, wait_for_metadata=True)
        finally:
            admin.close()


def _server_properties(data: Path, port: int, controller_port: int) -> str:
    internal_topics = {
        "offsets.topic.num.partitions": 1,
        "offsets.topic.replication.factor": 1,
        "transaction.state.log.num.partitions": 1,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
    }
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        # A killed broker may come back once the controller has given up the one before; by default after 9 s.
        "broker.heartbeat.interval.ms": 1000,
        "broker.session.timeout.ms": 4000,
        # A group of one member need not wait for others to join.
        "group.initial.rebalance.delay.ms": 0,
        **internal_topics,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


@contextmanager
def private_kafka() -> Iterator[Kafka]:
    """A broker for as long as the block lasts, gone with its data afterwards."""
    with tempfile.TemporaryDirectory(prefix="kith-kafka-") as folder:
        kafka = Kafka(Path(folder), fetch_jars())
        try:
            kafka.format()
            kafka.start()
            yield kafka
        finally:
            kafka.stop()
