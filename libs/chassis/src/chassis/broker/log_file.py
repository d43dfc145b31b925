"""The embedded broker's log: one SQLite file of its own, with the messages and how far each group has come.

Everything here blocks, and belongs to one thread at a time. Positions rise over all topics of the file and are never
given twice, so within one topic they have gaps, as Kafka's may.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Final

from chassis.broker.port import MAX_BATCH, BrokerUnavailable, Message, Outgoing

_MAX_BATCH_BYTES: Final = 4_000_000  # of payload read at once, so that large messages do not fill the memory

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS message (
    position  INTEGER PRIMARY KEY AUTOINCREMENT,
    published REAL NOT NULL,
    topic     TEXT NOT NULL,
    key       TEXT NOT NULL,
    headers   TEXT NOT NULL,
    value     BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS message_by_topic ON message (topic, position);
CREATE TABLE IF NOT EXISTS progress (
    consumer_group TEXT NOT NULL,
    topic          TEXT NOT NULL,
    position       INTEGER NOT NULL,
    PRIMARY KEY (consumer_group, topic)
) WITHOUT ROWID;
"""


class LogFile:
    """The open log. Every method raises BrokerUnavailable where SQLite can't read or write."""

    def __init__(self, path: Path | None) -> None:
        """Opens or makes the log; None keeps it in memory, gone when closed."""
        self._last_read: dict[str, tuple[int, list[Message]]] = {}
        with _explained():
            if path:
                # Events hold personal data: the file, and the two that SQLite lays beside it, are its owner's alone.
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(
                path or ":memory:", check_same_thread=False, isolation_level=None, timeout=10
            )
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                self._connection.executescript(_SCHEMA)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        self._connection.close()

    def append(self, messages: Sequence[Outgoing], *, now: float) -> None:
        """Adds the messages in their order, all or none; on the disk when it returns. `now` in seconds since 1970."""
        rows = [
            (now, message.topic, message.key, json.dumps(dict(message.headers)), message.value) for message in messages
        ]
        with self._transaction():
            self._connection.executemany(
                "INSERT INTO message (published, topic, key, headers, value) VALUES (?, ?, ?, ?, ?)", rows
            )

    def read(self, topic: str, after: int, *, limit: int = MAX_BATCH) -> list[Message]:
        """The next messages of a topic behind a position: up to `limit`, and not many more bytes than 4 million."""
        batch: list[Message] = []
        size = 0
        with _explained():
            rows = self._connection.execute(
                "SELECT position, key, value, headers FROM message WHERE topic = ? AND position > ?"
                " ORDER BY position LIMIT ?",
                (topic, after, limit),
            )
            for position, key, value, headers in rows:
                batch.append(Message(topic, key, value, json.loads(headers), str(position)))
                size += len(value)
                if size > _MAX_BATCH_BYTES:
                    break
        return batch

    def follow(self, topic: str, after: int) -> list[Message]:
        """As `read`, but it may give fewer than there are: groups follow each other through a topic, so what was read
        for one is kept for the next."""
        read_after, batch = self._last_read.get(topic, (-1, []))
        if read_after != after:
            batch = self.read(topic, after)
            if batch:
                self._last_read[topic] = (after, batch)
        return batch

    def join(self, group: str, topic: str) -> int:
        """Makes the group known for the topic, from its beginning; the position of the last message it has done."""
        with self._transaction():
            self._connection.execute("INSERT OR IGNORE INTO progress VALUES (?, ?, 0)", (group, topic))
        return self.progress(group, topic)

    def progress(self, group: str, topic: str) -> int:
        """Position of the last message of the topic that the group has done; 0 for none."""
        with _explained():
            row = self._connection.execute(
                "SELECT position FROM progress WHERE consumer_group = ? AND topic = ?", (group, topic)
            ).fetchone()
        return int(row[0]) if row else 0

    def commit(self, positions: Mapping[tuple[str, str], int]) -> None:
        """Writes how far groups have come, by (group, topic)."""
        rows = [(group, topic, position) for (group, topic), position in positions.items()]
        with self._transaction():
            self._connection.executemany("INSERT OR REPLACE INTO progress VALUES (?, ?, ?)", rows)

    def last(self, topic: str) -> int:
        """Position of the newest message of the topic; 0 for none."""
        with _explained():
            row = self._connection.execute("SELECT max(position) FROM message WHERE topic = ?", (topic,)).fetchone()
        return int(row[0] or 0)

    def waiting(self, topic: str, after: int, *, at_most: int = 100_000) -> int:
        """How many messages of the topic stand behind a position; no more than `at_most` are counted."""
        with _explained():
            row = self._connection.execute(
                "SELECT count(*) FROM (SELECT 1 FROM message WHERE topic = ? AND position > ? LIMIT ?)",
                (topic, after, at_most),
            ).fetchone()
        return int(row[0])

    def trim(self, *, before: float, after: int = 0, at_most: int = 5_000) -> int | None:
        """Deletes what was published before then and every group known for its topic has done.

        It looks at up to `at_most` messages behind a position, so that nobody waits long for the file; the position
        to go on from, or None when there are no more that old.
        """
        with self._transaction():
            done = dict(self._connection.execute("SELECT topic, min(position) FROM progress GROUP BY topic"))
            oldest = self._connection.execute(
                "SELECT position, topic, published FROM message WHERE position > ? ORDER BY position LIMIT ?",
                (after, at_most),
            ).fetchall()
            old = list(takewhile(lambda row: row[2] < before, oldest))
            finished = [(position,) for position, topic, _ in old if position <= done.get(topic, position)]
            self._connection.executemany("DELETE FROM message WHERE position = ?", finished)
        return int(old[-1][0]) if len(old) == at_most else None

    def changes_by_others(self) -> int:
        """A number that differs from the last one when another connection has written to the file since."""
        with _explained():
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # A failed COMMIT may have rolled back already.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        # SQLite's texts name tables and conditions ("database or disk is full"), never what was being written.
        raise BrokerUnavailable(f"the event log can't be used: {error}") from error
