"""`kith events topics`: a cluster's topics, held against a file."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
import yaml
from pydantic import BaseModel, ConfigDict, Field

from chassis.broker.kafka.topics import Difference, Kind, Topic, TopicAdmin
from chassis.settings import KafkaSettings
from kith.errors import CommandError


class TopicEntry(BaseModel):
    """What the file says of a topic."""

    model_config = ConfigDict(extra="forbid")
    partitions: Annotated[int, Field(ge=1)]
    retention_days: Annotated[int, Field(ge=1)]
    compacted: bool


class TopicFile(BaseModel):
    """deploy/kafka/topics.yaml."""

    model_config = ConfigDict(extra="forbid")
    topics: dict[str, TopicEntry]


def read_topics(file: Path, replication: int, min_insync: int) -> list[Topic]:
    """Raises `CommandError` where the file is not one of topics."""
    try:
        found = TopicFile.model_validate(yaml.safe_load(file.read_text()))
    except (ValueError, yaml.YAMLError) as error:
        raise CommandError(f"{file} is no file of topics: {' '.join(str(error).split())}") from None
    return [
        Topic(name, each.partitions, replication, min_insync, timedelta(days=each.retention_days), each.compacted)
        for name, each in found.topics.items()
    ]


def bring_up_to_date(kafka: KafkaSettings, topics: list[Topic], *, check: bool, add_partitions: bool) -> None:
    """Tells each difference and what was done about it; ends with status 1 where one is left."""
    with TopicAdmin(kafka.kafka_bootstrap, kafka.kafka_connection) as admin:
        found = admin.differences(topics)
        mended = [] if check else admin.mend(found, add_partitions=add_partitions)
    for difference in found:
        typer.echo(f"{difference}: {_done(difference)}" if difference in mended else str(difference))
    if left := len(found) - len(mended):
        if not check:
            typer.echo("\n".join(sorted({_WHY[each.kind] for each in found if each not in mended})), err=True)
        typer.echo(f"{left} of {len(found)} differences are left.", err=True)
        raise typer.Exit(1)
    typer.echo(f"All {len(topics)} topics are as they should be.")


def _done(difference: Difference) -> str:
    return "made" if difference.kind is Kind.MISSING else "changed"


_WHY = {
    Kind.FEWER_PARTITIONS: "Partitions are added by --add-partitions: keys move, so only while nothing waits.",
    Kind.MORE_PARTITIONS: "Partitions cannot be taken away: make the topic anew, or change the file.",
    Kind.REPLICATION: "Replicas are moved by the cluster's own tools (kafka-reassign-partitions).",
}
