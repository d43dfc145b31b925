"""Apache Kafka as a plain Java process: one broker in KRaft mode, from its jars, on Java 17 or newer."""

import base64
import fcntl
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from stack.programs import LOOPBACK, program, run

ROOT: Final = Path(__file__).resolve().parents[4]
DEPLOY: Final = ROOT / "deploy" / "kafka"
JARS: Final = ROOT / ".tools" / "kafka"


def fetch_jars() -> Path:
    """The folder of Kafka's jars, filled by Maven once for each state of deploy/kafka/pom.xml.

    Raises:
        MissingProgram: mvn isn't installed; the text says what to install.
        ProgramFailed: Maven could not fetch them; the text is Maven's own.
    """
    pom = DEPLOY / "pom.xml"
    version = hashlib.sha256(pom.read_bytes()).hexdigest()[:16]
    complete = JARS / f".complete-{version}"
    JARS.mkdir(parents=True, exist_ok=True)
    with (JARS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another may be fetching the same
        if not complete.exists():
            mvn = program("mvn", install="apt-get install maven")
            for old in [*JARS.glob("*.jar"), *JARS.glob(".complete-*")]:
                old.unlink()
            command = [mvn, "-B", "-C", "-q", "-f", str(pom), "package", f"-Djars.directory={JARS}"]
            run("Maven could not fetch Kafka's jars: it", command)
            complete.touch()
    return JARS


@dataclass(frozen=True)
class Listeners:
    """What a broker listens on beside its unprotected port: a name, Kafka's protocol and a port each; and Kafka's own
    settings for them."""

    ports: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)


class Broker:
    """What one broker is started with; its settings and data lie in `folder`."""

    def __init__(self, folder: Path, port: int, controller_port: int, more: Listeners | None = None) -> None:
        java = program("java", install="apt-get install openjdk-17-jre-headless")
        self._settings = folder / "server.properties"
        self._settings.write_text(_server_properties(folder / "data", port, controller_port, more or Listeners()))
        logging = f"-Dlog4j2.configurationFile={DEPLOY / 'log4j2.properties'}"
        # Quick to start, small, and quiet about it: one compiler tier, no perf file in /tmp.
        options = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]
        self._java = [java, *options, logging, "-cp", f"{fetch_jars()}/*"]
        self.command = [*self._java, "kafka.Kafka", str(self._settings)]

    def format(self, *options: str) -> None:
        """Makes the empty storage folder; once, before the first start. `options`: more of the storage tool's own."""
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # With "=", since one in 64 of these begins with a hyphen.
        storage = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", f"--config={self._settings}"]
        storage += options
        run("making Kafka's storage", [*self._java, *storage])


def _server_properties(data: Path, port: int, controller_port: int, more: Listeners) -> str:
    listeners = {"PLAINTEXT": ("PLAINTEXT", port), **more.ports, "CONTROLLER": ("PLAINTEXT", controller_port)}
    addresses = {name: f"{name}://{LOOPBACK}:{number}" for name, (_, number) in listeners.items()}
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
        "listeners": ",".join(addresses.values()),
        "advertised.listeners": ",".join(address for name, address in addresses.items() if name != "CONTROLLER"),
        "listener.security.protocol.map": ",".join(f"{name}:{each[0]}" for name, each in listeners.items()),
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        # A killed broker may come back once the controller has given up the one before; by default after 9 s.
        "broker.heartbeat.interval.ms": 1000,
        "broker.session.timeout.ms": 4000,
        # A group of one member need not wait for others to join.
        "group.initial.rebalance.delay.ms": 0,
        **internal_topics,
        **more.settings,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())
