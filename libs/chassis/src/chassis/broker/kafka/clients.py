"""How Kith speaks to Kafka: the settings of its clients, and its messages as Kafka's records."""

import logging
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaConnectionError, KafkaError
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket, create_connection
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.net.transport import KafkaSSLTransport

from chassis.broker.dead_letter import class_name
from chassis.broker.port import BrokerUnavailable, Message

CONNECT_MS: Final = 3_000  # until a broker that does not answer counts as away
REQUEST_MS: Final = 10_000
DELIVERY_MS: Final = 15_000  # until a message that no broker took is given up
LINGER_MS: Final = 1_000
_FAILURES_TOLD: Final = 3  # of those that differ, when no connection can be made
BATCH_BYTES: Final = 1_000_000  # a producer's batch: what one append to a partition may hold


class _ClosedWhenRefused(KafkaNetSocket):  # type: ignore[misc]
    """A direct connection whose socket is closed when it can't be made; kafka-python leaves that to the collector.

    While a cluster is away that is a socket for every attempt. kafka-python chooses its kind of socket by `proxy_url`.
    """

    SCHEMES = ("direct",)

    async def sock_connect(self, net: Any, sock: socket.socket, sockaddr: Any, timeout_at: float | None = None) -> Any:
        try:
            return await super().sock_connect(net, sock, sockaddr, timeout_at=timeout_at)
        except BaseException:
            sock.close()
            raise


class _Protected(KafkaSSLTransport):  # type: ignore[misc]
    """TLS that is closed when the two don't come to terms, and whose last words are heard."""

    async def handshake(self) -> None:
        try:
            await super().handshake()
        except BaseException:
            self._sock.close()
            raise

    def _sock_recv(self) -> tuple[bytes, Exception | None]:
        # kafka-python drops what comes together with the connection's end: a broker's word that the password is wrong.
        # The end is there to be read the next time.
        data, error = super()._sock_recv()
        return data, None if data else error


class _Telling(KafkaConnectionManager):  # type: ignore[misc]
    """Keeps why connections could not be made. kafka-python logs it and says "unable to bootstrap", whatever it was: a
    broker that is away, a certificate that nobody vouches for, a wrong password."""

    def __init__(self, net: Any, **configuration: Any) -> None:
        super().__init__(net, **configuration)
        self.failures: dict[str, None] = {}
        """What was said, each once, the first first."""

    def get_connection(self, *arguments: Any, **named: Any) -> Any:
        connection = super().get_connection(*arguments, **named)
        connection.init_future.add_errback(self._failed)
        return connection

    async def _build_transport(self, node: Any, timeout_at: float | None = None) -> Any:
        """As kafka-python's own, but for the transport."""
        if not self.ssl_enabled:
            return await super()._build_transport(node, timeout_at=timeout_at)
        options, proxy = self.config["socket_options"], self.config["proxy_url"]
        sock = await create_connection(self._net, node.host, node.port, options, proxy_url=proxy, timeout_at=timeout_at)
        settings = {name: value for name, value in self.config.items() if name.startswith("ssl_")}
        try:
            transport = _Protected(self._net, sock, host=node.host, **settings)
            await transport.handshake()
        except Exception as error:
            sock.close()
            raise KafkaConnectionError(f"Handshake failed: {error}") from error
        return transport

    def _failed(self, error: BaseException) -> None:
        if len(self.failures) < _FAILURES_TOLD:
            self.failures.setdefault(str(error))


class Clients:
    """Makes clients of one cluster. Every method blocks, and raises BrokerUnavailable where the cluster is away."""

    def __init__(self, bootstrap: str, client_id: str, connection: Mapping[str, Any]) -> None:
        """`connection`: kafka-python's own settings for TLS and SASL (`security_protocol`, `sasl_mechanism` …)."""
        self._common: dict[str, Any] = {
            "bootstrap_servers": bootstrap.split(","),
            "client_id": client_id,
            "bootstrap_timeout_ms": CONNECT_MS,
            "reconnect_backoff_max_ms": 1_000,
            "proxy_url": f"{_ClosedWhenRefused.SCHEMES[0]}://",
            **connection,
        }
        # Below this level the client logs keys and values.
        client_log = logging.getLogger("kafka")
        if client_log.level == logging.NOTSET:
            client_log.setLevel(logging.WARNING)

    def producer(self) -> Any:
        """A producer that writes each message once into its partition, acknowledged by all replicas in sync."""
        return self._made(
            KafkaProducer,
            enable_idempotence=True,
            acks="all",
            allow_auto_create_topics=False,
            batch_size=BATCH_BYTES,
            linger_ms=LINGER_MS,
            request_timeout_ms=REQUEST_MS,
            delivery_timeout_ms=DELIVERY_MS,
            max_block_ms=CONNECT_MS,
        )

    def consumer(self, group: str) -> Any:
        """A member of the group, from the oldest message if the group is new; offsets are committed by hand only."""
        return self._made(
            KafkaConsumer,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            partition_assignment_strategy=[CooperativeStickyAssignor],
            request_timeout_ms=REQUEST_MS,
            max_partition_fetch_bytes=1_000_000,
            fetch_max_bytes=8_000_000,
            # How soon a killed member's partitions are served by another, and how soon members see one come or go.
            session_timeout_ms=10_000,
            heartbeat_interval_ms=1_000,
            # A member polls all the time, whatever its handlers do; one that does not is stuck and holds up the rest.
            max_poll_interval_ms=30_000,
            metadata_max_age_ms=30_000,  # how soon a topic made later is found
        )

    def admin(self) -> Any:
        """An administration client whose requests are short."""
        return self._made(KafkaAdminClient, request_timeout_ms=CONNECT_MS)

    def _made(self, kind: Callable[..., Any], **settings: Any) -> Any:
        inner: list[tuple[KafkaNetClient, _Telling]] = []

        def network(**configuration: Any) -> KafkaNetClient:
            selector = NetworkSelector(**configuration)
            manager = _Telling(selector, **configuration)
            inner.append((KafkaNetClient(selector, manager, **configuration), manager))
            return inner[-1][0]

        try:
            with explained():
                return kind(**self._common, **settings, kafka_client=network)
        except BaseException as error:
            # kafka-python leaves its thread and sockets behind when a client can't be made.
            for one, _ in inner:
                one.close()
            failures = [failure for _, manager in inner for failure in manager.failures]
            if failures and isinstance(error, BrokerUnavailable):
                raise BrokerUnavailable(f"{error}: {'; '.join(failures)}") from error
            raise


@contextmanager
def explained() -> Iterator[None]:
    """Turns the client's errors into BrokerUnavailable; its texts name brokers, topics and limits."""
    try:
        yield
    except (KafkaError, OSError) as error:
        raise BrokerUnavailable(f"Kafka: {class_name(error)}: {error}") from error


def as_message(record: Any) -> Message:
    """A consumer's record as our message; its position is `partition:offset`.

    Bytes that aren't UTF-8, which only a stranger's message has, are kept, not refused: it must be able to become a
    dead letter.
    """
    headers = {name: as_text(value) for name, value in record.headers or ()}
    position = f"{record.partition}:{record.offset}"
    return Message(record.topic, as_text(record.key), record.value or b"", headers, position)


def offset_of(message: Message) -> int:
    """Offset in its partition of a message made by `as_message`."""
    return int(message.position.partition(":")[2])


def as_text(value: bytes | None) -> str:
    return (value or b"").decode(errors="surrogateescape")


def as_bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
