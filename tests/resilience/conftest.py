"""A running Kith with a story in it, over each database; one for all that does not kill it."""

from collections.abc import Iterator

import pytest

from tests.support.postgres import Postgres
from tests.support.server import Server
from tests.support.story import Story, tell_story

PARTS = ("CONSENT", "CHILD_INDEX", "ASSESSMENT", "NOTIFICATIONS")


@pytest.fixture(scope="package")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Server(tmp_path_factory.mktemp("kith")) as server:
        server.start()
        yield tell_story(server)


@pytest.fixture(scope="package")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Story]:
    environment = {f"KITH_{part}_DATABASE_URL": postgres.new_database(part.lower()) for part in PARTS}
    with Server(tmp_path_factory.mktemp("kith"), environment) as server:
        server.start()
        yield tell_story(server)
