"""`kith events list|replay`: on Kafka where its address is set, else on the file of `kith up`, whether it runs or not.

What is printed says nothing of a child but the key, by which the record is found: the error's text has no word of the
message (`chassis.broker.dead_letter`), and what a stranger could have written anything into is shown only where it
looks like what it should be.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

import typer

from chassis.broker import EVENTS_FILE, Broker, EmbeddedBroker, Message
from chassis.broker.dead_letter import HEADER_PREFIX
from chassis.settings import KafkaSettings
from contracts.events.types import EVENT_TYPES
from kith.errors import CommandError

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Letter:
    """A dead letter, read. `id` of one that is no event of ours is `@` and its place in the topic that it came from."""

    message: Message
    id: str
    type: str

    @classmethod
    def of(cls, message: Message) -> Self:
        envelope = _envelope(message.value)
        id_, type_ = str(envelope.get("id")), str(envelope.get("type"))
        return cls(
            message,
            id_ if _ID.fullmatch(id_) else f"@{message.headers[HEADER_PREFIX + 'position']}",
            type_ if type_ in EVENT_TYPES else "of no known type",
        )

    def why(self, name: str) -> str:
        return self.message.headers[HEADER_PREFIX + name]

    @property
    def given_up_at(self) -> datetime:
        return datetime.fromisoformat(self.why("at"))

    def told(self, *, payload: bool) -> str:
        lines = [
            f"{self.id}  {self.type}  key {self.message.key}",
            f"  given up  {self.why('at')} by {self.why('group')} after {self.why('attempts')} attempts",
            f"  error     {self.why('error')}: {self.why('text')}",
            f"  trace     {self.why('trace')}",
        ]
        if payload:
            lines.append(f"  payload   {self.message.value.decode(errors='replace')}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Choice:
    """Which letters; what is None or empty leaves all."""

    ids: frozenset[str]
    type: str | None
    since: datetime | None
    until: datetime | None

    @classmethod
    def of(cls, ids: Sequence[str] | None, type_: str | None, since: datetime | None, until: datetime | None) -> Self:
        """Moments without a zone are UTC. Raises `CommandError` for a type that there is not."""
        if type_ is not None and type_ not in EVENT_TYPES:
            raise CommandError(f"There is no event {type_}; docs/events.md has them all")
        moments = [each and (each if each.tzinfo else each.replace(tzinfo=UTC)) for each in (since, until)]
        return cls(frozenset(ids or ()), type_, *moments)

    def __call__(self, message: Message) -> bool:
        letter = Letter.of(message)
        return (
            (not self.ids or letter.id in self.ids)
            and (self.type is None or letter.type == self.type)
            and (self.since is None or letter.given_up_at >= self.since)
            and (self.until is None or letter.given_up_at < self.until)
        )


def listed(topic: str, bootstrap: str, data_dir: Path, choice: Choice, limit: int, *, payload: bool) -> None:
    async def look() -> list[Message]:
        async with _broker(bootstrap, data_dir) as broker:
            return await broker.dead_letters(topic, limit=None)

    found = [Letter.of(message) for message in asyncio.run(look()) if choice(message)]
    for letter in found[:limit]:
        typer.echo(letter.told(payload=payload))
    more = f"; {limit} are shown" if len(found) > limit else ""
    typer.echo(f"{len(found)} dead letters of {topic}{more}.", err=True)


def replayed(topic: str, bootstrap: str, data_dir: Path, choice: Choice) -> None:
    async def put_back() -> int:
        async with _broker(bootstrap, data_dir) as broker:
            return await broker.replay(topic, choice)

    typer.echo(f"{asyncio.run(put_back())} dead letters of {topic} were replayed.")


@asynccontextmanager
async def _broker(bootstrap: str, data_dir: Path) -> AsyncIterator[Broker]:
    broker: Broker
    if bootstrap:
        from chassis.broker.kafka import KafkaBroker

        kafka = KafkaSettings(kafka_bootstrap=bootstrap)
        broker = KafkaBroker(bootstrap, connection=kafka.kafka_connection)
    else:
        file = data_dir / EVENTS_FILE
        if not file.exists():
            raise CommandError(f"There are no events in {data_dir}; set KITH_DATA_DIR, or KITH_KAFKA_BOOTSTRAP")
        broker = EmbeddedBroker(file)
    try:
        await broker.start()
        yield broker
    finally:
        await broker.stop()


def _envelope(value: bytes) -> dict[str, Any]:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
