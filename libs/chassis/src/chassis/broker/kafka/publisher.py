"""Publishing to Kafka so that a failure never puts a later message of a key before an earlier one.

A producer's retries keep the order within a batch that it sends, not between a batch that it gave up and the next.
So messages go out in waves, each no larger than one batch: what a wave has for a partition is appended whole or not
at all, and no wave is sent before the one in front of it was acknowledged.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from chassis.broker.kafka.clients import BATCH_BYTES, DELIVERY_MS, Clients, as_bytes, explained
from chassis.broker.port import BrokerUnavailable, Outgoing, check_size

_WAVE_BYTES: Final = BATCH_BYTES * 4 // 5
_RECORD_OVERHEAD: Final = 64  # bytes that Kafka's format adds to a record, rounded up
_HEADER_OVERHEAD: Final = 10
_CLOSE_SECONDS: Final = 2


class Publisher:
    """The producer's side. Everything blocks; for one thread at a time."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._producer: Any = None

    def publish(self, messages: Sequence[Outgoing]) -> None:
        """As `Broker.publish`."""
        waves = list(_waves(messages))
        if self._producer is None:
            self._producer = self._clients.producer()
        try:
            for wave in waves:
                self._send(wave)
        except BaseException:
            # A producer that has given up a batch is not trusted with the next.
            self.close()
            raise

    def close(self) -> None:
        """Closes the producer; the next publish makes another."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            with explained():
                producer.close(timeout=_CLOSE_SECONDS)
        except BrokerUnavailable:
            # It could not flush, so it has not closed; at nought it gives up what it holds.
            producer.close(timeout=0)

    def _send(self, wave: Sequence[Outgoing]) -> None:
        with explained():
            sent = [
                self._producer.send(
                    message.topic,
                    key=as_bytes(message.key),
                    value=message.value,
                    headers=[(name, as_bytes(text)) for name, text in message.headers.items()],
                )
                for message in wave
            ]
            self._producer.flush(timeout=DELIVERY_MS / 1000 + _CLOSE_SECONDS)
            for acknowledgement in sent:
                acknowledgement.get(timeout=0)


def _waves(messages: Sequence[Outgoing]) -> Iterator[Sequence[Outgoing]]:
    wave: list[Outgoing] = []
    size = 0
    for message in messages:
        more = check_size(message) + _RECORD_OVERHEAD + _HEADER_OVERHEAD * len(message.headers)
        if wave and size + more > _WAVE_BYTES:
            yield wave
            wave, size = [], 0
        wave.append(message)
        size += more
    if wave:
        yield wave
