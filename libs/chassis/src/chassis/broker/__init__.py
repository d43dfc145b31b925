"""Events between the services: the port, and the broker of the embedded form.

The broker of the distributed form is `chassis.broker.kafka.KafkaBroker`, imported only where it is chosen: its client
takes half a second to load.
"""

from chassis.broker.embedded import EVENTS_FILE, EmbeddedBroker
from chassis.broker.port import (
    DEAD_LETTER_SUFFIX,
    DEFAULT_RETRY,
    MAX_BATCH,
    MAX_MESSAGE_BYTES,
    Broker,
    BrokerError,
    BrokerUnavailable,
    Handler,
    Message,
    MessageRefused,
    Outgoing,
    RetryPolicy,
    Standing,
    Transient,
    dead_letter_topic,
)

__all__ = [
    "DEAD_LETTER_SUFFIX",
    "DEFAULT_RETRY",
    "EVENTS_FILE",
    "MAX_BATCH",
    "MAX_MESSAGE_BYTES",
    "Broker",
    "BrokerError",
    "BrokerUnavailable",
    "EmbeddedBroker",
    "Handler",
    "Message",
    "MessageRefused",
    "Outgoing",
    "RetryPolicy",
    "Standing",
    "Transient",
    "dead_letter_topic",
]
