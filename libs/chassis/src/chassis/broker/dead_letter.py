"""Dead letters: a message that a group could not handle, kept with why, until someone replays it.

A dead letter is the message itself (key, value and headers as they were) with these headers added:

    dead-letter-group      the consumer group that failed
    dead-letter-topic      the topic it came from
    dead-letter-position   its place in that topic
    dead-letter-error      class of the last error, with its module
    dead-letter-text       what that error said, without any word of the message
    dead-letter-trace      where it was raised: the innermost places in the code, innermost last
    dead-letter-attempts   how often the message was tried alone
    dead-letter-at         when it was given up, UTC, ISO 8601
"""

import json
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from chassis.broker.port import Message, Outgoing, dead_letter_topic

HEADER_PREFIX: Final = "dead-letter-"
MASK: Final = "…"
_WORD: Final = re.compile(r"\w+")
_LONGEST_TEXT: Final = 500
_TRACE_PLACES: Final = 6
# Shorter words are masked only where the message has the very same word: every text has an "is" or an "at".
_PART_OF_WORD: Final = 4


def to_dead_letter(message: Message, *, group: str, error: BaseException, attempts: int) -> Outgoing:
    """The dead letter to publish for a message that `group` failed on with `error`."""
    why = {
        "group": group,
        "topic": message.topic,
        "position": message.position,
        "error": class_name(error),
        "text": safe_text(error, message),
        "trace": _trace(error),
        "attempts": str(attempts),
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }
    headers = {**_own_headers(message), **{HEADER_PREFIX + name: text for name, text in why.items()}}
    return Outgoing(dead_letter_topic(message.topic), message.key, message.value, headers)


def revived(letter: Message) -> Outgoing:
    """The message that a dead letter was, for the topic that it came from."""
    return Outgoing(letter.headers[HEADER_PREFIX + "topic"], letter.key, letter.value, _own_headers(letter))


@dataclass(frozen=True)
class Replay:
    """How to replay some of the letters that wait: publish these, and then the group has done with those.

    `count` of them are replayed. How far a group has come is one place in each partition, so that those in front of
    the last one replayed are published among the dead letters again, at the end, as they were.
    """

    publish: list[Outgoing]
    done: list[Message]
    count: int


def replay_of(waiting: Sequence[Message], which: Callable[[Message], bool]) -> Replay:
    """`waiting`: all that wait, those of a partition in their order. What two groups gave up is published once."""
    partitions: dict[str, list[Message]] = {}
    for letter in waiting:
        partitions.setdefault(letter.position.rpartition(":")[0], []).append(letter)
    again: list[Outgoing] = []
    done: list[Message] = []
    published: dict[tuple[str, bytes], Outgoing] = {}
    count = 0
    for letters in partitions.values():
        chosen = [which(letter) for letter in letters]
        while chosen and not chosen[-1]:
            chosen.pop()
        for letter, replayed in zip(letters, chosen, strict=False):
            done.append(letter)
            count += replayed
            if replayed:
                published.setdefault((letter.key, letter.value), revived(letter))
            else:
                again.append(Outgoing(letter.topic, letter.key, letter.value, letter.headers))
    return Replay([*published.values(), *again], done, count)


def class_name(error: BaseException) -> str:
    """Name of the error's class with its module: all that a log line says of an error."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def safe_text(error: BaseException, message: Message) -> str:
    """What the error says, each word masked that is in the message's key or values, whole or as a part.

    Libraries quote what they choke on, and a header is read by people who may not see the message.
    """
    content = " ".join([message.key, *_values(message.value)]).casefold()
    words = set(_WORD.findall(content))

    def masked(match: re.Match[str]) -> str:
        word = match.group().casefold()
        quoted = word in words or (len(word) >= _PART_OF_WORD and word in content)
        return MASK if quoted else match.group()

    return _WORD.sub(masked, str(error))[:_LONGEST_TEXT]


def _own_headers(message: Message) -> dict[str, str]:
    return {name: text for name, text in message.headers.items() if not name.startswith(HEADER_PREFIX)}


def _trace(error: BaseException) -> str:
    places = traceback.extract_tb(error.__traceback__)[-_TRACE_PLACES:]
    return " > ".join(f"{Path(place.filename).name}:{place.lineno} {place.name}" for place in places)


def _values(value: bytes) -> Iterator[str]:
    text = value.decode(errors="replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        yield text
    else:
        yield from _leaves(document)


def _leaves(document: Any) -> Iterator[str]:
    """Every value of a JSON document as text. Names of members are the contract's, not the child's."""
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
        elif node is not None:
            yield str(node)
