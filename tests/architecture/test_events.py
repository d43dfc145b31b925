"""Every event type has a producer, a consumer or a reason for none, and its page in the documentation."""

import ast
import importlib
from pathlib import Path

from chassis.broker import dead_letter_topic
from contracts.events.base import ACCESS, CONSENT, TOPICS
from contracts.events.types import EVENT_TYPES, NOT_CONSUMED
from kith.topics import read_topics
from tests.architecture.conftest import PACKAGES, ROOT
from tests.architecture.event_docs import asyncapi, page


def _emitted() -> dict[str, set[str]]:
    """Which events each service constructs, by reading its source."""
    found: dict[str, set[str]] = {}
    for service, package in PACKAGES.items():
        for path in (ROOT / "services" / service / "src" / package).rglob("*.py"):
            if "consumers" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                names = []
                if isinstance(node, ast.Call):
                    names = [part.id for part in (node.func, *node.args) if isinstance(part, ast.Name)]
                for name in names:
                    if name in EVENT_TYPES:
                        found.setdefault(name, set()).add(service)
    return found


def _consumed() -> set[str]:
    found = set()
    for service, package in PACKAGES.items():
        folder: Path = ROOT / "services" / service / "src" / package / "consumers"
        for path in folder.glob("[a-z]*.py"):
            module = importlib.import_module(f"{package}.consumers.{path.stem}")
            found |= {kind.type_name() for kind in module.HANDLERS}
    return found


SHARED = {ACCESS: CONSENT}
"""The access log has a topic of its own, so that other agencies may be let in to nothing else; consent writes it."""


def test_every_event_type_has_one_producer_of_its_own_topic() -> None:
    emitted = _emitted()
    for name, kind in EVENT_TYPES.items():
        producers = {f"kith.{service}.v1" for service in emitted.get(name, set())}
        assert producers == {SHARED.get(kind.topic, kind.topic)}, name


def test_every_event_type_has_a_consumer_or_a_reason() -> None:
    consumed = _consumed()
    assert consumed | set(NOT_CONSUMED) == set(EVENT_TYPES)
    assert consumed & set(NOT_CONSUMED) == set()
    assert {kind.topic for kind in EVENT_TYPES.values()} == set(TOPICS)


def test_every_topic_and_its_dead_letters_are_made_where_kith_is_deployed() -> None:
    """Nothing is compacted: events tell of changes, and the last one of a child is not all of them."""
    topics = read_topics(ROOT / "deploy" / "kafka" / "topics.yaml", 3, 2)
    assert sorted(topic.name for topic in topics) == sorted([*TOPICS, *map(dead_letter_topic, TOPICS)])
    assert not any(topic.compacted for topic in topics)


def test_the_documentation_is_what_the_contracts_say() -> None:
    """Written anew by `python -m tests.architecture.event_docs`."""
    assert (ROOT / "docs" / "events.md").read_text() == page()
    assert (ROOT / "docs" / "asyncapi.json").read_text() == asyncapi()
