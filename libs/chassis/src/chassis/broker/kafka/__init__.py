"""The broker of the distributed form: Apache Kafka, through kafka-python."""

from chassis.broker.kafka.broker import KafkaBroker

__all__ = ["KafkaBroker"]
