"""One trace from a request over the outbox and each kind of broker to the effect in another service, and further."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis import tracing
from chassis.broker import Broker, Message
from chassis.database import Database
from chassis.ids import system_clock
from chassis.inbox import EffectWatch, InboxConsumer
from chassis.messaging import MessagingTables
from chassis.outbox import OutboxRelay
from chassis.telemetry import Seen, current_traceparent
from chassis.unit_of_work import UnitOfWork
from contracts.events.base import Envelope
from contracts.events.child_index import ChildArchived, ChildRestored
from tests.contract.stages import PATIENCE, Recorder, Stage
from tests.support.collector import Collector, collector

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLERS = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    monkeypatch.setattr(tracing, "current", None)
    with collector() as found:
        yield found


class Service:
    """A service that takes in one kind of event and answers it with another."""

    def __init__(self, part: str, database: Database) -> None:
        self.part = part
        self.messaging = MessagingTables(sa.MetaData())
        self.database = database

    def units(self) -> UnitOfWork:
        return UnitOfWork(self.database, self.messaging, system_clock, f"urn:kith:{self.part}")

    async def relayed(self, broker: Broker) -> None:
        """Waits for something to stand in the outbox, and until all of it has been handed to the broker."""
        relay = OutboxRelay(self.database, self.messaging, broker, part=self.part)
        for some in (True, False):
            async with asyncio.timeout(PATIENCE):
                while await self._waits() is not some:
                    await asyncio.sleep(0.01)
            if some:
                await relay.start()
        await relay.stop()

    async def _waits(self) -> bool:
        async with self.database.read() as connection:
            return (await connection.execute(sa.select(self.messaging.outbox.c.seq))).first() is not None

    async def emit(self, *events: ChildArchived | ChildRestored) -> None:
        async with self.units() as uow:
            for event in events:
                uow.emit(event)
            await uow.commit()


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[tuple[Service, Service]]:
    made = []
    for part in ("child-index", "consent"):
        service = Service(part, Database(f"sqlite+aiosqlite:///{tmp_path / part}"))
        async with service.database.write() as connection:
            await connection.run_sync(service.messaging.outbox.metadata.create_all)
            await connection.commit()
        made.append(service)
    yield made[0], made[1]
    for service in made:
        await service.database.close()


async def test_one_trace_goes_through_outbox_and_broker_to_the_effect(
    stage: Stage,
    services: tuple[Service, Service],
    collected: Collector,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index, consent = services
    topic, answers, heard = stage.topic(), stage.topic(), Recorder()
    monkeypatch.setattr(ChildArchived, "topic", topic)
    monkeypatch.setattr(ChildRestored, "topic", answers)

    async def answer(uow: UnitOfWork, event: ChildArchived) -> None:
        uow.emit(ChildRestored(child_id=event.child_id))

    broker = stage.broker()
    consumer = InboxConsumer("child-index", consent.units, {ChildArchived: answer}, EffectWatch())
    broker.subscribe(stage.readers, [topic], consumer)
    broker.subscribe(stage.others, [answers, topic], heard)
    await broker.start()
    tracing.switch_on(collected.endpoint, 1.0)
    async with tracing.spans_sent():
        seen = Seen("child-index", "POST", {b"traceparent": CALLERS.encode()})
        await index.emit(ChildArchived(child_id="a"))
        seen.ended("/v1/children/{child_id}/archive", 200)
        for service in (index, consent):
            await service.relayed(broker)
        await heard.until_given(2)
    spans = {(span.part, span.name): span for span in collected.of(TRACE)}
    request = spans["child-index", "POST /v1/children/{child_id}/archive"]
    published = spans["child-index", f"publish {topic}"]
    effect = spans["consent", "process ChildArchived"]
    further = spans["consent", f"publish {answers}"]
    assert len(spans) == len(collected.spans) == 4
    assert [each.parent for each in (request, published, effect, further)] == [
        "00f067aa0ba902b7", request.span_id, published.span_id, effect.span_id
    ]  # fmt: skip
    by_topic = {message.topic: message for message in heard.messages}
    assert spans_of(by_topic[topic]) == (request.span_id, published.span_id)
    assert spans_of(by_topic[answers]) == (effect.span_id, further.span_id)
    assert [request.kind, published.kind, effect.kind] == [2, 4, 5]
    assert effect.attributes == {"messaging.destination.name": topic, "messaging.operation.type": "process"}


def spans_of(message: Message) -> tuple[str, str]:
    """Which span the envelope of an event is from, and which the header of its message."""
    envelope = Envelope.model_validate_json(message.value)
    contexts = (envelope.traceparent or "", message.headers["traceparent"])
    assert all(context.split("-")[1] == TRACE for context in contexts)
    return contexts[0].split("-")[2], contexts[1].split("-")[2]


async def test_without_a_collector_the_trace_is_handed_on_all_the_same(
    stage: Stage, services: tuple[Service, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "current", None)
    index, consent = services
    topic, heard = stage.topic(), Recorder()
    monkeypatch.setattr(ChildArchived, "topic", topic)
    contexts: list[str] = []

    async def note(uow: UnitOfWork, event: ChildArchived) -> None:
        contexts.append(current_traceparent.get())

    broker = stage.broker()
    broker.subscribe(
        stage.readers, [topic], InboxConsumer("index", consent.units, {ChildArchived: note}, EffectWatch())
    )
    broker.subscribe(stage.others, [topic], heard)
    await broker.start()
    seen = Seen("child-index", "POST", {b"traceparent": CALLERS.encode()})
    await index.emit(ChildArchived(child_id="a"))
    seen.ended("/", 200)
    await index.relayed(broker)
    await heard.until(lambda: bool(contexts) and bool(heard.messages))
    assert contexts == [CALLERS]
    assert heard.messages[0].headers["traceparent"] == CALLERS


async def test_an_effect_that_failed_says_so_and_not_why(
    services: tuple[Service, Service], collected: Collector
) -> None:
    _, consent = services

    async def fail(uow: UnitOfWork, event: ChildArchived) -> None:
        raise ValueError("Featherstonehaugh")

    consumer = InboxConsumer("index", consent.units, {ChildArchived: fail}, EffectWatch())
    envelope = Envelope(
        id="1", source="s", type="ChildArchived", subject="a", time=system_clock(), traceparent=CALLERS,
        data={"child_id": "Featherstonehaugh"},
    )  # fmt: skip
    tracing.switch_on(collected.endpoint, 1.0)
    async with tracing.spans_sent():
        with pytest.raises(ValueError, match="Feather"):
            await consumer([Message("t", "a", envelope.model_dump_json().encode(), {}, "1")])
    (span,) = collected.spans
    assert (span.name, span.failed, span.trace_id) == ("process ChildArchived", True, TRACE)
    assert b"Feather" not in b"".join(collected.received)


async def test_a_collector_that_is_away_holds_nobody_up(collected: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "_LAST_WORDS_SECONDS", 0.2)
    tracing.switch_on("http://127.0.0.1:9", 1.0)
    began = system_clock()
    async with tracing.spans_sent():
        Seen("test", "GET", {}).ended("/", 200)
    assert (system_clock() - began).total_seconds() < 2


def test_the_same_traces_are_kept_in_every_process(collected: Collector) -> None:
    kept: list[list[bool]] = []
    for _ in range(2):
        tracing.current = None
        tracing.switch_on(collected.endpoint, 0.5)
        assert tracing.current is not None
        traced = tracing.current
        parents = [f"00-{TRACE[:16]}{number:x}{'0' * 15}-00f067aa0ba902b7-00" for number in range(16)]
        begun = [traced.request("test", "GET", parent) for parent in parents]
        kept.append([each.traceparent[-1] in "13" for each in begun])
        traced.close()
    assert kept[0] == kept[1] == [True] * 8 + [False] * 8
