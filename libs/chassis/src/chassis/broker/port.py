"""The port through which services hand events to each other: what every broker promises, and its words.

A broker keeps topics. Messages of one topic and key (the child's id) are handed to each consumer group in the
order in which they were published, at least once: the position of a group moves on only after the effect.

    BrokerError
    ├── MessageRefused          this message can never be published: do not try again
    └── BrokerUnavailable       also Transient: try again later
    Transient                   for handlers: what the handler needs is away; nothing is wrong with the message
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

MAX_MESSAGE_BYTES: Final = 900_000  # with key and headers; Kafka's own limit for a request is 1 MiB
DEAD_LETTER_ROOM: Final = 50_000  # more for a dead letter, so that every message can become one
MAX_BATCH: Final = 500  # messages that a handler is given at once, at the most
DEAD_LETTER_SUFFIX: Final = ".dead-letter"


class Transient(Exception):
    """What was needed (a broker, a database) is away for now. The same work is tried again, for as long as it takes.

    A handler raises it so that nothing is skipped and nothing goes to the dead letters meanwhile.
    """


class BrokerError(Exception):
    """The broker could not do what it was asked."""


class BrokerUnavailable(BrokerError, Transient):
    """The broker can't be reached or used now; the text says why, and holds nothing of any message."""


class MessageRefused(BrokerError, ValueError):
    """The message can't be published, now or later; nothing that was published with it has been."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish. `key` decides the order: messages of one topic and key stay in theirs."""

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a consumer group is given it. `position` is the broker's own name for its place in the topic."""

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str]
    position: str


Handler = Callable[[Sequence[Message]], Awaitable[None]]
"""Takes a batch of one topic (1 to MAX_BATCH messages) in one transaction of its own service.

It raises if none of the batch took effect. It may be given a message again, so it must know by the message's id what
it has done. It is called for one batch of a partition at a time, but may be called for several partitions at once.
"""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a failing message is tried again, in seconds of waiting.

    After `delays` are used up the message goes to the dead letters. A Transient failure uses none of them: its waits
    begin at `transient_first`, double, and stay at `transient_most` until it has passed.
    """

    delays: Sequence[float] = (0.1, 0.5, 2.0)
    transient_first: float = 0.1
    transient_most: float = 10.0


DEFAULT_RETRY: Final = RetryPolicy()


@dataclass(frozen=True, slots=True)
class Standing:
    """What is still to be done: of each group and topic of this broker's subscriptions, the messages that the group has
    not done; of each of those topics, the dead letters that nobody has replayed."""

    lags: Mapping[tuple[str, str], int]
    dead_letters: Mapping[str, int]


def every(_: Message) -> bool:
    return True


class Broker(Protocol):
    """A broker. Subscribe first, then start it once; after stop() a new one is made."""

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Publishes them in their order; they are durable when this returns.

        Raises:
            MessageRefused: one of them is too large; none was published.
            BrokerUnavailable: some or all may not have been published. To publish the same again is safe: a consumer
                may see a message twice, but never a later one of its key first.
        """

    def subscribe(
        self, group: str, topics: Sequence[str], handler: Handler, *, retry: RetryPolicy = DEFAULT_RETRY
    ) -> None:
        """Has `handler` called with what is in these topics, from the oldest kept message that `group` hasn't handled.

        Raises:
            ValueError: the group has a handler for one of the topics already.
            RuntimeError: the broker has been started.
        """

    async def start(self) -> None:
        """Begins to deliver. A broker that is away does not stop this: `ready` says so until it is back."""

    async def stop(self) -> None:
        """Ends cleanly: the batch in hand is finished or abandoned, and what is abandoned will be delivered again."""

    async def ready(self) -> None:
        """Returns if messages can be published and delivered now.

        Raises:
            BrokerUnavailable: they can't; the text says why.
        """

    async def standing(self) -> Standing:
        """How far the groups have come that this broker delivers to, those of other processes with them.

        Raises:
            BrokerUnavailable: it can't be said now.
        """

    async def dead_letters(self, topic: str, *, limit: int | None = 100) -> list[Message]:
        """The oldest dead letters of a topic that have not been replayed, as `chassis.broker.dead_letter` describes.
        None: all of them."""

    async def replay(self, topic: str, which: Callable[[Message], bool] = every) -> int:
        """Publishes dead letters of the topic into it again, once: those of which `which` holds; how many they were.

        Every group is given them, and those that handled them before know them by the message's id. The others stay,
        though they may come behind newer ones.
        """


def check_size(message: Outgoing) -> int:
    """Size of the message in bytes, key and headers included.

    Raises:
        MessageRefused: it is more than MAX_MESSAGE_BYTES.
    """
    most = MAX_MESSAGE_BYTES + (DEAD_LETTER_ROOM if message.topic.endswith(DEAD_LETTER_SUFFIX) else 0)
    texts = [message.key, *message.headers.keys(), *message.headers.values()]
    size = len(message.value) + sum(len(text.encode(errors="surrogateescape")) for text in texts)
    if size > most:
        raise MessageRefused(f"a message for {message.topic} has {size} bytes; {most} is the most")
    return size


def dead_letter_topic(topic: str) -> str:
    """Name of the topic that holds the dead letters of `topic`."""
    return topic + DEAD_LETTER_SUFFIX
