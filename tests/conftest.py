"""Fixtures that every part's tests share: the real servers, and a database of each kind."""

import inspect
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from hypothesis import settings

from tests.support.postgres import Postgres, private_postgres
from tests.support.proof import proof, pytest_runtest_makereport

__all__ = ["database_url", "kafka", "postgres", "proof", "pytest_runtest_makereport"]

if TYPE_CHECKING:
    from tests.support.kafka import Kafka

# A run starts dozens of processes: compiled modules are kept whatever the machine's habit, or each would compile all of
# Kith and its libraries for itself, which takes longer than most tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_configure(config: pytest.Config) -> None:
    # How long one example takes says more about the machine than about the code.
    settings.register_profile("kith", deadline=None)
    settings.load_profile("kith")
    # kafka-python reads its schemas by read_text of importlib.resources, which Python 3.11 and 3.12 deprecated
    # and 3.13 took back.
    config.addinivalue_line("filterwarnings", "ignore:(read|open)_text is deprecated:DeprecationWarning")


LONGEST_FIRST = (
    "journeys/test_journey.py",
    "resilience/test_kills.py",
    "fuzzing/test_contract.py",
    "contract/test_broker.py",
    "journeys/test_demo.py",
    "journeys/test_import_accuracy.py",
    "resilience/test_block_races.py",
    "resilience/test_log_faults.py",
    "resilience/test_silence.py",
    "cli/test_up.py",
    "cli/test_import.py",
    "cli/test_token.py",
)
"""Files that take longest. Workers that share the run by files end together when the last ones are short."""
SHARING = tuple(Path(__file__).parent / name for name in ("assessment", "consent", "notifications"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests = Path(__file__).parent
    place = {tests / name: number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))
    for item in items:
        if _shares_a_loop(item) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """The fixtures of those tests too: as `pytest_asyncio.fixture(loop_scope="session")` would say of each."""
    if _shares_a_loop(request.node) and (
        inspect.iscoroutinefunction(fixturedef.func) or inspect.isasyncgenfunction(fixturedef.func)
    ):
        fixturedef.func._loop_scope = "session"  # type: ignore[union-attr]
    return (yield)


def _shares_a_loop(node: pytest.Item) -> bool:
    """Whether the tests there share one event loop: the services that they take turns with outlive each of them."""
    return isinstance(node, pytest.Item) and any(node.path.is_relative_to(folder) for folder in SHARING)


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
