"""Writes `docs/events.md` and `docs/asyncapi.json` out of the contracts: `python -m tests.architecture.event_docs`."""

import inspect
import json
from pathlib import Path
from typing import Any

from contracts.events.base import TOPICS, Envelope, Event
from contracts.events.types import EVENT_TYPES, NOT_CONSUMED

DOCS = Path(__file__).resolve().parents[2] / "docs"

INTRODUCTION = """# Events

Services learn of each other by events: CloudEvents 1.0 in JSON, one topic for each service, ordered by key (the child's
id; for the directory, the entry's own id). An event is written in the transaction of the change that it tells of, and
delivered at least once; consumers know it again by its `id`. Payloads carry ids and codes and the least personal data
that a consumer needs. Unknown fields are kept; a breaking change is a new topic version.

This page is made from `libs/contracts`; a test holds the two together. `asyncapi.json` beside it says the same for
machines.

## Topics on Kafka

    kith events topics --file deploy/kafka/topics.yaml --bootstrap kafka-1:9092 [--replication-factor 3] [--check]

makes the topics and their dead-letter topics, changes settings that differ, and says what it found; run again it
changes nothing. Its exit status is 1 where something differs that it leaves alone: replicas are moved by Kafka's own
tools, and more partitions are added by `--add-partitions` only, since a key moves with them and may overtake itself.
The embedded broker makes its topics by itself.

## When an event cannot be taken in

A consumer that fails is given the event three more times (after 0.1, 0.5 and 2 seconds). Then the event goes to the
topic's dead letters (`….dead-letter`), with the group that failed, the error, where it was raised, how often it was
tried and when, and the events behind it go on. A database or a broker that is away is waited for instead, for as long
as it takes. Figures of both: [telemetry.md](telemetry.md).

    kith events list kith.consent.v1 [--type T] [--id ID] [--since T] [--until T] [--payload]
    kith events replay kith.consent.v1 --id ID | --type T | --since T --until T | --all

`list` shows them, without what they say unless `--payload` asks for it. `replay` publishes those chosen into the topic
again, once the cause is mended; every group is given them, and whoever took one in before knows it by its id. An event
that comes late by this comes behind newer ones of its key. What is no event of Kith's is named by its place, `@…`.

Both read Kafka where `KITH_KAFKA_BOOTSTRAP` is set, else the file of the embedded broker in `KITH_DATA_DIR`, whether
`kith up` runs or not (if it does, it notices within a second); run them as the account that it runs as. They need no
sign-in: whoever reaches the broker could read it anyway, so keep Kafka's access and the data folder to operators.
"""


def _doc(kind: type[Event]) -> str:
    own = kind.__doc__ if kind.__doc__ != Event.__doc__ else None
    return " ".join(inspect.cleandoc(own).split()) if own else ""


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("format") or schema.get("type", "any"))


def page() -> str:
    parts = [INTRODUCTION]
    for topic in TOPICS:
        parts.append(f"## `{topic}`\n")
        for name, kind in EVENT_TYPES.items():
            if kind.topic != topic:
                continue
            parts.append(f"### {name}\n")
            if _doc(kind):
                parts.append(_doc(kind) + "\n")
            if name in NOT_CONSUMED:
                parts.append(f"No service consumes it: {NOT_CONSUMED[name]}.\n")
            parts.append("| field | type |\n| --- | --- |")
            for field, schema in kind.model_json_schema()["properties"].items():
                key = " (key)" if field == kind.key_field else ""
                parts.append(f"| `{field}`{key} | {_type(schema)} |")
            parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def asyncapi() -> str:
    """AsyncAPI 3.0."""

    def schema(model: Any) -> dict[str, Any]:
        found: dict[str, Any] = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(found.pop("$defs", {}))
        return found

    schemas: dict[str, Any] = {}
    messages = {}
    for name, kind in EVENT_TYPES.items():
        envelope = schema(Envelope)
        envelope["properties"] = {
            **envelope["properties"],
            "type": {"const": name},
            "data": {"$ref": f"#/components/schemas/{name}"},
        }
        schemas[name] = schema(kind)
        message = {"name": name, "contentType": "application/cloudevents+json", "payload": envelope}
        if _doc(kind):
            message["summary"] = _doc(kind)
        messages[name] = message
    channels = {
        topic: {
            "address": topic,
            "messages": {
                name: {"$ref": f"#/components/messages/{name}"}
                for name, kind in EVENT_TYPES.items()
                if kind.topic == topic
            },
        }
        for topic in TOPICS
    }
    document = {
        "asyncapi": "3.0.0",
        "info": {"title": "Kith events", "version": "1", "license": {"name": "Apache-2.0"}},
        "channels": channels,
        "operations": {
            f"receive {topic}": {"action": "receive", "channel": {"$ref": f"#/channels/{topic}"}} for topic in TOPICS
        },
        "components": {"messages": messages, "schemas": dict(sorted(schemas.items()))},
    }
    return json.dumps(document, indent=2) + "\n"


if __name__ == "__main__":
    (DOCS / "events.md").write_text(page())
    (DOCS / "asyncapi.json").write_text(asyncapi())
