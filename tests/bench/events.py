"""Measures an event, from the commit in one service to its effect's commit in another: `python -m tests.bench.events`.

As where many agencies share a Kith: PostgreSQL (it waits for the disk), Kafka with twelve partitions, and a process
each for who commits, for the child index's worker, which relays, and for that of notifications, which takes the event
in; its effect is one row, beside the inbox's. PostgreSQL itself says when each of the two transactions committed
(`track_commit_timestamp`). Held against a raw round trip on the same Kafka in turns with it: kafka-python's producer,
acknowledged by all replicas, to kafka-python's consumer, both in one process, with no database and nothing to do.
"""

import argparse
import asyncio
import os
import platform
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import sqlalchemy as sa
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from chassis.broker import EmbeddedBroker
from chassis.database import Database
from chassis.ids import new_id, system_clock
from chassis.keys import SigningKey, generate_pem, write_jwks
from chassis.outbox import OutboxRelay
from chassis.telemetry import configure_logging
from chassis.unit_of_work import UnitOfWork
from child_index.adapters import tables
from contracts.events.child_index import ChildDetailsChanged
from stack.programs import tied_to_us
from tests.support.kafka import Kafka, private_kafka
from tests.support.postgres import private_postgres

ROOT = Path(__file__).resolve().parents[2]
RAW = "raw-round-trip"
PARTITIONS = 12
ROUNDS = 4
LONGEST = 60.0  # seconds that a worker may take to start, and an effect to come


class Raw:
    """kafka-python with nothing around it."""

    def __init__(self, bootstrap: str) -> None:
        self._producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")
        self._consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None)
        # By hand, as a topic that the client hears of late would have no partitions for a group's member.
        self._consumer.assign([TopicPartition(RAW, number) for number in range(PARTITIONS)])
        self._consumer.seek_to_end()
        self._arrived: queue.Queue[float] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._poll)
        self._thread.start()

    def _poll(self) -> None:
        while not self._stopping.is_set():
            for records in self._consumer.poll(250).values():
                for _ in records:
                    self._arrived.put(time.perf_counter())

    def trip(self, value: bytes) -> float:
        """Seconds from handing a message to the producer to having it from the consumer."""
        began = time.perf_counter()
        self._producer.send(RAW, key=new_id().encode(), value=value)
        self._producer.flush()
        return self._arrived.get(timeout=LONGEST) - began

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()
        self._producer.close()
        self._consumer.close()


class Committer:
    """What a process of the child index that only answers requests does for an event: a row, the event, a ring."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self._relay = OutboxRelay(self.database, tables.messaging, EmbeddedBroker(None), publishes=False)

    async def commit(self) -> str:
        """The event's id."""
        event = ChildDetailsChanged(
            child_id=new_id(), change_id=new_id(), changed_by="sw", fields=["died_on"], deceased=True
        )
        async with UnitOfWork(
            self.database, tables.messaging, system_clock, "urn:kith:child-index", self._relay.wake
        ) as uow:
            id_ = uow.emit(event)
            # A row that stays, by which to know when this committed: the outbox's own is taken out.
            kept = {"caller": "bench", "action": "bench", "key": id_, "fingerprint": "", "status": 0, "body": {}}
            await uow.connection.execute(
                sa.insert(tables.messaging.idempotency), {**kept, "created_at": system_clock()}
            )
            await uow.commit()
        return id_

    async def start(self) -> None:
        await self._relay.start()

    async def stop(self) -> None:
        await self._relay.stop()
        await self.database.close()


@contextmanager
def worker(service: str, url: str, kafka: Kafka, folder: Path) -> Iterator[None]:
    environment = {
        **os.environ,
        "KITH_DATABASE_URL": url,
        "KITH_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "KITH_DATA_DIR": str(folder),
        "KITH_CONSENT_URL": "http://127.0.0.1:9",  # nobody is told anything here
        "KITH_LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen(tied_to_us([sys.executable, "-m", f"{service}.worker"]), env=environment, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


async def committed_at(url: str, table: str, column: str) -> dict[str, float]:
    """When each row was committed, by PostgreSQL's clock, in seconds."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        said = "extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8"
        rows = await connection.fetch(f"SELECT {column}, {said} FROM {table}")  # noqa: S608
    finally:
        await connection.close()
    return {row[0]: row[1] for row in rows}


async def taken(url: str, ids: Sequence[str]) -> dict[str, float]:
    deadline = time.monotonic() + LONGEST
    while True:
        found = await committed_at(url, "inbox", "event_id")
        if set(ids) <= found.keys():
            return found
        if time.monotonic() > deadline:
            raise TimeoutError("an event had no effect")
        await asyncio.sleep(0.2)


async def measure(databases: dict[str, str], kafka: Kafka, count: int, per_second: float) -> dict[str, list[float]]:
    """Seconds of each trip, by kind. `count` of each in each round."""
    committer, raw = Committer(databases["child_index"]), Raw(kafka.bootstrap)
    await committer.start()
    found: dict[str, list[float]] = {"raw": [], "kith": []}
    try:
        await taken(databases["notifications"], [await committer.commit() for _ in range(50)])  # warm
        for _ in range(50):
            await asyncio.to_thread(raw.trip, bytes(400))
        for _ in range(ROUNDS):
            for _ in range(count):
                found["raw"].append(await asyncio.to_thread(raw.trip, bytes(400)))
                await asyncio.sleep(1 / per_second)
            ids = []
            for _ in range(count):
                ids.append(await committer.commit())
                await asyncio.sleep(1 / per_second)
            effects = await taken(databases["notifications"], ids)
            causes = await committed_at(databases["child_index"], "idempotency", "key")
            found["kith"] += [effects[id_] - causes[id_] for id_ in ids]
    finally:
        raw.close()
        await committer.stop()
    return found


def show(found: dict[str, list[float]]) -> None:
    told: dict[str, dict[str, float]] = {}
    for kind, seconds in found.items():
        ordered = sorted(seconds)
        told[kind] = {
            "p50": ordered[len(ordered) // 2] * 1e3,
            "p99": ordered[int(len(ordered) * 0.99)] * 1e3,
            "most": ordered[-1] * 1e3,
        }
        figures = "  ".join(f"{name} {value:7.2f} ms" for name, value in told[kind].items())
        name = "raw produce and consume" if kind == "raw" else "commit in one service to effect in another"
        print(f"  {name:<44} {figures}  ({len(ordered):,} events)")
    p50, p99 = (told["kith"][name] / told["raw"][name] for name in ("p50", "p99"))
    print(f"  ratio: p50 {p50:.1f}, p99 {p99:.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=250, help="of each kind in each of four rounds")
    parser.add_argument("--rates", type=float, nargs="+", default=[20, 100], help="events a second at most")
    arguments = parser.parse_args()
    configure_logging("ERROR")
    print(f"Events on Kafka; {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        private_postgres(settings={"track_commit_timestamp": "on"}) as postgres,
        private_kafka() as kafka,
    ):
        data = Path(folder)
        write_jwks(data / "keys" / "grant.jwks.json", [SigningKey.from_pem(generate_pem()).public_jwk])
        kith = str(Path(sys.executable).with_name("kith"))
        file = str(ROOT / "deploy" / "kafka" / "topics.yaml")
        given: dict[str, Any] = {"env": {**os.environ, "KITH_KAFKA_BOOTSTRAP": kafka.bootstrap}, "check": True}
        subprocess.run(
            [kith, "events", "topics", "--file", file, "--replication-factor", "1"],
            stdout=subprocess.DEVNULL,
            **given,
        )
        kafka.create_topics(RAW, partitions=PARTITIONS)
        databases = {service: postgres.new_database(service) for service in ("child_index", "notifications")}
        with (
            worker("child_index", databases["child_index"], kafka, data),
            worker("notifications", databases["notifications"], kafka, data),
        ):
            asyncio.run(migrated(databases))
            for rate in arguments.rates:
                print(f"\nup to {rate:.0f} a second, one after the other", flush=True)
                show(asyncio.run(measure(databases, kafka, arguments.events, rate)))


async def migrated(databases: dict[str, str]) -> None:
    """Returns when the workers have made their tables."""
    deadline = time.monotonic() + LONGEST
    for url in databases.values():
        while True:
            try:
                await committed_at(url, "inbox", "event_id")
                break
            except asyncpg.UndefinedTableError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)


if __name__ == "__main__":
    main()
