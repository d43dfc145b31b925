"""`kith events`: the topics of a cluster, and the messages that a service could not take in."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from chassis.settings import KafkaSettings
from contracts.events.base import TOPICS
from kith.errors import CommandError, in_one_line

app = typer.Typer(help="Make the topics; see and replay what could not be taken in.", no_args_is_help=True)

Bootstrap = Annotated[
    str, typer.Option("--bootstrap", envvar="KITH_KAFKA_BOOTSTRAP", help="Addresses of Kafka: host:port,host:port.")
]
DataDir = Annotated[
    Path, typer.Option("--data-dir", envvar="KITH_DATA_DIR", help="Without Kafka: the data folder of `kith up`.")
]
TopicName = Annotated[str, typer.Argument(help="For example kith.consent.v1.", metavar="TOPIC")]
Ids = Annotated[list[str] | None, typer.Option("--id", help="Of this event (may be given again).")]
Type = Annotated[str | None, typer.Option("--type", help="Of this type of event.")]
Since = Annotated[datetime | None, typer.Option("--since", help="Given up at or after this moment (UTC).")]
Until = Annotated[datetime | None, typer.Option("--until", help="Given up before this moment (UTC).")]


@app.callback()
def events() -> None:
    """Make the topics; see and replay what could not be taken in."""
    # Kafka's client tells of each attempt to connect; what came of them is told in one line.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


@app.command()
@in_one_line
def topics(
    file: Annotated[Path, typer.Option(help="deploy/kafka/topics.yaml.", exists=True, dir_okay=False)],
    bootstrap: Bootstrap,
    replication_factor: Annotated[int, typer.Option(min=1, help="Brokers that keep each message.")] = 3,
    min_insync_replicas: Annotated[
        int | None, typer.Option(min=1, help="Of them, how many must have it at once (else one less, at least one).")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; only tell what differs.")] = False,
    add_partitions: Annotated[
        bool, typer.Option("--add-partitions", help="Add missing partitions: only while nothing waits in the topic.")
    ] = False,
) -> None:
    """Make Kafka's topics as the file says. Run again, it changes nothing; status 1 where something still differs."""
    from kith.topics import bring_up_to_date, read_topics

    insync = max(1, replication_factor - 1) if min_insync_replicas is None else min_insync_replicas
    if insync > replication_factor:
        raise CommandError("--min-insync-replicas cannot be more than --replication-factor: nothing could be published")
    wanted = read_topics(file, replication_factor, insync)
    bring_up_to_date(KafkaSettings(kafka_bootstrap=bootstrap), wanted, check=check, add_partitions=add_partitions)


@app.command("list")
@in_one_line
def list_letters(
    topic: TopicName,
    ids: Ids = None,
    type_: Type = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, help="Show so many at most.")] = 100,
    payload: Annotated[
        bool, typer.Option("--payload", help="Show each message too: it may say things about a child.")
    ] = False,
    bootstrap: Bootstrap = "",
    data_dir: DataDir = Path("var"),
) -> None:
    """List the messages of a topic that a service gave up and nobody replayed yet, without what they say."""
    from kith.dead_letters import Choice, listed

    listed(_known(topic), bootstrap, data_dir, Choice.of(ids, type_, since, until), limit, payload=payload)


@app.command()
@in_one_line
def replay(
    topic: TopicName,
    ids: Ids = None,
    type_: Type = None,
    since: Since = None,
    until: Until = None,
    all_: Annotated[bool, typer.Option("--all", help="All of the topic.")] = False,
    bootstrap: Bootstrap = "",
    data_dir: DataDir = Path("var"),
) -> None:
    """Publish messages that were given up into their topic again. Who has taken one in before knows it by its id."""
    from kith.dead_letters import Choice, replayed

    some = bool(ids or type_ or since or until)
    if some == all_:
        raise CommandError("Say which: --id, --type, --since and --until, or --all")
    replayed(_known(topic), bootstrap, data_dir, Choice.of(ids, type_, since, until))


def _known(topic: str) -> str:
    if topic not in TOPICS:
        raise CommandError(f"There is no topic {topic}; there are {', '.join(TOPICS)}")
    return topic
