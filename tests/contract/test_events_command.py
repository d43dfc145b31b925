"""`kith events`, typed as an operator types it, on each kind of broker while it delivers."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import Result

from chassis.broker import EVENTS_FILE, Message, Outgoing
from chassis.ids import new_id
from contracts.events.base import CHILD_INDEX, Envelope, Event
from contracts.events.child_index import ChildArchived, ChildRestored
from tests.cli.conftest import typed
from tests.contract.stages import PATIENCE, QUICK, EmbeddedStage, KafkaStage, Recorder, Stage

if TYPE_CHECKING:
    from tests.support.kafka import Kafka

ROOT = Path(__file__).resolve().parents[2]
CHILD = "0199c0de-0000-7000-8000-000000000001"


@pytest.fixture(params=["embedded", "kafka"])
async def reached(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[Stage, dict[str, str]]]:
    """A broker with Kith's own topics, and the environment by which the command finds it."""
    made: Stage
    if request.param == "embedded":
        made, found = EmbeddedStage(tmp_path / EVENTS_FILE), {"KITH_DATA_DIR": str(tmp_path)}
    else:
        kafka: Kafka = request.getfixturevalue("kafka")
        made, found = KafkaStage(kafka), {"KITH_KAFKA_BOOTSTRAP": kafka.bootstrap}
        file = str(ROOT / "deploy" / "kafka" / "topics.yaml")
        done = await kith("topics", "--file", file, "--replication-factor", "1", **found)
        assert done.exit_code == 0, done.output
    yield made, found
    await made.close()


async def kith(*words: str, **environment: str) -> Result:
    return await asyncio.to_thread(typed, "events", *words, **environment)


def published(event: Event) -> tuple[str, Outgoing]:
    """The event's id, and its message."""
    envelope = Envelope(
        id=new_id(), source="urn:kith:tests", type=event.type_name(), subject=event.key, time=datetime.now(UTC),
        data=event.model_dump(mode="json"),
    )  # fmt: skip
    return envelope.id, Outgoing(event.topic, event.key, envelope.model_dump_json().encode())


async def test_what_was_given_up_is_listed_without_what_it_says_and_replayed(
    reached: tuple[Stage, dict[str, str]],
) -> None:
    stage, found = reached
    repaired = asyncio.Event()

    def chokes(message: Message) -> None:
        if not repaired.is_set():
            raise ValueError("nobody is called Featherstone")

    seen = Recorder(chokes)
    broker = stage.broker()
    broker.subscribe(stage.readers, [CHILD_INDEX], seen, retry=QUICK)
    await broker.start()
    named = {"child_id": CHILD, "name": "Featherstone"}
    archived, restored = ChildArchived.model_validate(named), ChildRestored.model_validate(named)
    ids, messages = zip(*(published(event) for event in (archived, restored, archived)), strict=True)
    strange = Outgoing(CHILD_INDEX, CHILD, b'{"id": "Zo\xc3\xab", "type": "Featherstone"}')
    await broker.publish([*messages, strange])
    async with asyncio.timeout(PATIENCE):
        while len(await broker.dead_letters(CHILD_INDEX)) < 4:
            await asyncio.sleep(0.05)

    listed = await kith("list", CHILD_INDEX, **found)
    assert listed.exit_code == 0, listed.output
    lines = listed.stdout.splitlines()
    assert lines[0::4][:3] == [
        f"{id_}  {kind}  key {CHILD}"
        for id_, kind in zip(ids, ("ChildArchived", "ChildRestored", "ChildArchived"), strict=True)
    ]
    assert lines[12].startswith("@")
    assert lines[12].endswith(f"of no known type  key {CHILD}")
    assert lines[1].endswith(f"by {stage.readers} after 3 attempts")
    assert lines[2] == "  error     ValueError: nobody is called …"
    assert "chokes" in lines[3]
    assert "4 dead letters" in listed.stderr
    assert not {"Featherstone", "Zoë"} & set(listed.output.replace('"', " ").split())
    assert "Featherstone" in (await kith("list", CHILD_INDEX, "--payload", **found)).stdout
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
    assert "0 dead letters" in (await kith("list", CHILD_INDEX, "--since", tomorrow, **found)).stderr
    assert (await kith("list", CHILD_INDEX, "--limit", "1", **found)).stdout.count("trace") == 1

    repaired.set()
    refused = await kith("replay", CHILD_INDEX, **found)
    assert (refused.exit_code, "--all" in refused.output) == (1, True)
    assert seen.messages == []
    for chosen, count in (
        (("--type", "ChildArchived"), 2),
        (("--id", lines[12].split()[0]), 1),
        (("--until", tomorrow), 1),
        (("--all",), 0),
    ):
        done = await kith("replay", CHILD_INDEX, *chosen, **found)
        assert (done.exit_code, done.stdout.split()[0]) == (0, str(count)), done.output
    await seen.until_given(4)
    assert seen.values == [messages[0].value, messages[2].value, strange.value, messages[1].value]
    assert (await kith("list", CHILD_INDEX, **found)).stdout == ""


async def test_what_it_cannot_do_it_says(tmp_path: Path) -> None:
    for words, said in (
        (("list", "kith.teapot.v1"), "There is no topic kith.teapot.v1"),
        (("list", CHILD_INDEX, "--type", "Teapot"), "There is no event Teapot"),
        (("list", CHILD_INDEX, "--data-dir", str(tmp_path)), "There are no events in"),
        (("list", CHILD_INDEX, "--bootstrap", "127.0.0.1:9"), "Kafka: "),
        (("replay", CHILD_INDEX, "--all", "--type", "ChildArchived"), "Say which"),
    ):
        done = await kith(*words)
        assert done.exit_code == 1
        assert done.output.startswith(f"Error: {said}")
    assert list(tmp_path.iterdir()) == []


async def test_topics_are_made_and_changed_as_the_file_says_and_what_is_left_is_told(
    kafka: "Kafka", tmp_path: Path
) -> None:
    name, file = f"test-{secrets.token_hex(6)}", tmp_path / "topics.yaml"

    async def held_against(partitions: int, days: int, *words: str, compacted: bool = False) -> Result:
        entry = f"{{partitions: {partitions}, retention_days: {days}, compacted: {str(compacted).lower()}}}"
        file.write_text(f"topics:\n  {name}: {entry}\n")
        return await kith("topics", "--file", str(file), "--bootstrap", kafka.bootstrap, *words)

    one = ("--replication-factor", "1")
    as_it_should_be = "All 1 topics are as they should be.\n"
    for _ in range(2):  # the first look has made nothing
        looked = await held_against(2, 14, *one, "--check")
        assert (looked.exit_code, looked.stdout) == (1, f"{name}: not there\n")
    made = await held_against(2, 14, *one)
    assert (made.exit_code, made.stdout) == (0, f"{name}: not there: made\n{as_it_should_be}")
    assert (await held_against(2, 14, *one)).stdout == as_it_should_be

    changed = await held_against(3, 7, *one, compacted=True)
    assert changed.exit_code == 1
    assert changed.stdout.splitlines() == [
        f"{name}: partitions is 2, should be 3",
        f"{name}: cleanup.policy is delete, should be compact: changed",
        f"{name}: retention.ms is 1209600000, should be 604800000: changed",
    ]
    assert "--add-partitions" in changed.stderr
    added = await held_against(3, 7, *one, "--add-partitions", compacted=True)
    assert added.stdout == f"{name}: partitions is 2, should be 3: changed\n{as_it_should_be}"

    too_few = await held_against(2, 7, compacted=True)
    assert too_few.exit_code == 1
    assert too_few.stdout.splitlines() == [
        f"{name}: partitions is 3, should be 2",
        f"{name}: replication is 1, should be 3",
        f"{name}: min.insync.replicas is 1, should be 2: changed",
    ]
    assert "3 differences" in too_few.stderr
    refused = await held_against(0, 7)
    assert (refused.exit_code, "is no file of topics" in refused.output) == (1, True)
