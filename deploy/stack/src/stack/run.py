"""Starts the stack in order, says what it is doing, and stops it in the other order."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

from stack import compose
from stack.compose import ADMINISTRATOR
from stack.kafka import ROOT, Broker
from stack.manager import Manager, wait_for, write_plan
from stack.parts import SERVICES, Databases, Part, gateway_part, migration, service_parts, shared_environment
from stack.postgres import accepts, cluster_folder, make_cluster, postgres_program, server_command
from stack.programs import LOOPBACK, ProgramFailed, port_answers, run, tied_to_us
from stack.settings import StackSettings

Say = Callable[[str], None]


class Stack:
    """One stack and its folder. The parts are named as `status` prints them: `consent`, `consent-worker`, …"""

    def __init__(self, settings: StackSettings, say: Say) -> None:
        self.settings = settings
        self.folder = settings.dir.resolve()
        self.manager = Manager(self.folder)
        self._say = say
        self._own: list[Part] = []
        self._composed: list[str] = []
        self._kept = self._passwords()

    @contextmanager
    def running(self) -> Iterator["Stack"]:
        """The whole stack, for as long as the block lasts. Raises `ProgramFailed` where something does not start."""
        ports = self.settings.ports()
        self._check_ports({"gateway": self.settings.port, **{name: ports[name] for name in SERVICES}})
        with ExitStack() as stopping:
            stopping.callback(self._stop_composed)
            postgres, kafka = self._postgres(), self._kafka()
            databases = Databases(postgres[0], postgres[1], self._kept)
            shared = shared_environment(self.settings, kafka)
            apis, workers = [], []
            for service in SERVICES:
                api, worker = service_parts(service, self.settings, shared, databases)
                apis.append(api)
                workers.append(worker)
            gateway = gateway_part(self.settings, shared)
            parts = [*self._own, *apis, *workers, gateway]
            ended = stopping.enter_context(self._managed(parts))
            self._start(self._own, self._own_is_ready, ended)
            self._prepare_databases(postgres, shared, databases)
            self._make_topics(kafka)
            # The consent service makes the keys that the others verify its grants with.
            self._start(apis[:1], self._is_ready, ended)
            self._start([*apis[1:], gateway], self._is_ready, ended)
            for part in workers:
                self.manager.start(part.name)
            try:
                yield self
            finally:
                self._say("stopping")
                for part in reversed(parts):
                    self.manager.stop(part.name)

    def _passwords(self) -> dict[str, str]:
        """Made once, and kept in the folder."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)  # root's PostgreSQL, another account, passes through
        (self.folder / "logs").mkdir(exist_ok=True, mode=0o700)
        file = self.folder / "passwords.json"
        if not file.exists():
            roles = [f"{service.replace('-', '_')}{end}" for service in SERVICES for end in ("", "_owner")]
            made = {name: secrets.token_hex(24) for name in ("administrator", *roles)}
            file.touch(mode=0o600)
            file.write_text(json.dumps(made, indent=1))
        found: dict[str, str] = json.loads(file.read_text())
        return found

    def _postgres(self) -> tuple[str, int, str, str]:
        """Where PostgreSQL is, and its administrator's name and password."""
        given = self.settings.postgres_url.get_secret_value() or self._by_compose("postgres")
        if given:
            url = urlsplit(given)
            if not (url.hostname and url.username):
                raise ProgramFailed(
                    "KITH_STACK_POSTGRES_URL is not postgresql://administrator:password@host:port/postgres"
                )
            return url.hostname, url.port or 5432, unquote(url.username), unquote(url.password or "")
        folder, port = cluster_folder(self.folder), self.settings.ports()["postgres"]
        self._check_ports({"postgres": port})
        if not (folder / "data" / "PG_VERSION").exists():
            self._say("making a PostgreSQL cluster")
            make_cluster(folder, ADMINISTRATOR, self._kept["administrator"])
        command = server_command(folder, port, {"max_connections": "300"})
        self._own.append(Part("postgres", command, dict(os.environ), stop_signal="INT"))
        return LOOPBACK, port, ADMINISTRATOR, self._kept["administrator"]

    def _kafka(self) -> str:
        given = self.settings.kafka_bootstrap or self._by_compose("kafka")
        if given:
            return given
        folder, ports = self.folder / "kafka", self.settings.ports()
        self._check_ports({name: ports[name] for name in ("kafka", "kafka-controller")})
        folder.mkdir(exist_ok=True, mode=0o700)
        broker = Broker(folder, ports["kafka"], ports["kafka-controller"])
        if not (folder / "data").exists():
            self._say("making Kafka's storage")
            broker.format()
        self._own.append(Part("kafka", broker.command, dict(os.environ)))
        return f"{LOOPBACK}:{ports['kafka']}"

    def _by_compose(self, service: str) -> str:
        """Its address, where Docker Compose runs it; else empty."""
        address = compose.start(service, self._kept, self._say)
        if address:
            self._composed.append(service)
        return address

    def _stop_composed(self) -> None:
        if self._composed:
            compose.stop(self._composed, self._kept)

    def _check_ports(self, wanted: Mapping[str, int]) -> None:
        if taken := {name: port for name, port in wanted.items() if port_answers(port)}:
            listed = ", ".join(f"{port} ({name})" for name, port in taken.items())
            raise ProgramFailed(
                f"Something listens already on {listed}. Stop it, or set KITH_STACK_PORT and KITH_STACK_FIRST_PORT"
            )

    @contextmanager
    def _managed(self, parts: list[Part]) -> Iterator[Callable[[], bool]]:
        """The process manager; gives a look whether it has ended."""
        plan = write_plan(self.folder, parts)
        command = tied_to_us([sys.executable, "-m", "stack.manager", str(plan)])
        with (self.folder / "logs" / "manager.log").open("ab") as log:
            # A session of its own: Ctrl+C in the terminal is for us, who stop the parts in order.
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        ended = lambda: process.poll() is not None  # noqa: E731
        try:
            wait_for("the process manager", self.manager.answers, 20)
            yield ended
        finally:
            process.terminate()
            process.wait(60)
            self.manager.close()

    def _start(self, parts: Sequence[Part], ready: Callable[[Part], bool], ended: Callable[[], bool]) -> None:
        """Starts these together, and returns when all are ready."""
        for part in parts:
            self.manager.start(part.name)
        for part in parts:

            def answered(part: Part = part) -> bool:
                if ended():
                    raise ProgramFailed(f"the process manager ended; see {self.folder}/logs/manager.log")
                return ready(part)

            try:
                wait_for(part.name, answered, 90)
            except ProgramFailed as error:
                raise ProgramFailed(f"{error}; its last words:\n{self.last_words(part.name)}") from None
            self._say(f"{part.name} is ready")

    def last_words(self, name: str) -> str:
        log = self.folder / "logs" / f"{name}.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else "(none)"

    def _own_is_ready(self, part: Part) -> bool:
        port = self.settings.ports()[part.name]
        return port_answers(port) and (part.name != "postgres" or accepts(port))

    def _is_ready(self, part: Part) -> bool:
        try:
            with urlopen(f"{self.settings.url_of(part.name)}/health/ready", timeout=5) as answer:  # noqa: S310 - ours
                return bool(answer.status == 200)
        except OSError:
            return False

    def _prepare_databases(
        self, where: tuple[str, int, str, str], shared: dict[str, str], databases: Databases
    ) -> None:
        began = time.monotonic()
        host, port, administrator, password = where
        psql = str(Path(postgres_program("psql")).parent)
        environment = {
            "PATH": f"{psql}:{os.environ['PATH']}",
            "PGHOST": host, "PGPORT": str(port), "PGUSER": administrator, "PGPASSWORD": password,
            **{f"KITH_{role.upper()}_PASSWORD": secret for role, secret in self._kept.items()},
        }  # fmt: skip
        run("making the databases", [str(ROOT / "deploy" / "postgres" / "prepare")], environment)
        jobs = {service: migration(service, shared, databases) for service in SERVICES}
        with ThreadPoolExecutor() as together:
            list(together.map(lambda name: run(f"the migration of {name}", *jobs[name]), jobs))
        self._say(f"databases are up to date ({time.monotonic() - began:.1f} s)")

    def _make_topics(self, kafka: str) -> None:
        replicas = str(self.settings.kafka_replicas)
        kith = str(Path(sys.executable).with_name("kith"))
        file = ROOT / "deploy" / "kafka" / "topics.yaml"
        command = [kith, "events", "topics", "--file", str(file), "--replication-factor", replicas]
        run("making the topics", command, {"KITH_KAFKA_BOOTSTRAP": kafka})
        self._say("topics are there")
