"""Fixtures that every part's tests share: the real servers, and a database of each kind."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.support.postgres import Postgres, private_postgres
from tests.support.proof import proof

__all__ = ["database_url", "kafka", "postgres", "proof"]

if TYPE_CHECKING:
    from tests.support.kafka import Kafka


def pytest_configure(config: pytest.Config) -> None:
    # How long one example takes says more about the machine than about the code.
    settings.register_profile("kith", deadline=None)
    settings.load_profile("kith")
    # kafka-python reads its schemas by read_text of importlib.resources, which Python 3.11 and 3.12 deprecated
    # and 3.13 took back.
    config.addinivalue_line("filterwarnings", "ignore:(read|open)_text is deprecated:DeprecationWarning")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A private PostgreSQL for the whole run. It fails, and says what to install, where there is none."""
    with private_postgres(durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def kafka() -> "Iterator[Kafka]":
    """A private Apache Kafka for the whole run. It fails, and says what to install, where there is none."""
    from tests.support.kafka import private_kafka  # its client takes half a second to import

    with private_kafka() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """SQLAlchemy URL of an empty database, once of each kind; gone after the test."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.new_database("test")
    try:
        yield url
    finally:
        server.drop_database(url)
