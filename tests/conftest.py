"""Fixtures that every part's tests share: the real servers, and a database of each kind."""

import gc
import inspect
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from hypothesis import settings

from tests.support import databases
from tests.support.databases import pytest_addoption
from tests.support.postgres import Postgres, private_postgres
from tests.support.proof import PROOF_FILE, proof, pytest_runtest_makereport

__all__ = ["database_url", "kafka", "postgres", "proof", "pytest_addoption", "pytest_runtest_makereport"]

if TYPE_CHECKING:
    from tests.support.kafka import Kafka

# A run starts dozens of processes: compiled modules are kept whatever the machine's habit, or each would compile all of
# Kith and its libraries for itself, which takes longer than most tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_configure(config: pytest.Config) -> None:
    # How long one example takes says more about the machine than about the code. `make prove` draws many more.
    settings.register_profile("kith", deadline=None, max_examples=200 if PROOF_FILE in os.environ else 40)
    settings.load_profile("kith")
    # kafka-python reads its schemas by read_text of importlib.resources, which Python 3.11 and 3.12 deprecated
    # and 3.13 took back.
    config.addinivalue_line("filterwarnings", "ignore:(read|open)_text is deprecated:DeprecationWarning")


LONGEST_FIRST = (
    (
        "journeys/test_journey.py",
        "journeys/test_blocked_and_merged.py",
        "journeys/test_officer.py",
        "journeys/test_records.py",
        "journeys/test_referral.py",
        "journeys/test_documents.py",
        "journeys/test_stack.py",
        "journeys/test_metrics.py",
        "journeys/test_traces.py",
    ),
    (
        "contract/test_broker.py",
        "contract/test_broker_failures.py",
        "contract/test_kafka_broker.py",
        "contract/test_events_command.py",
    ),
    ("resilience/test_kills.py",),
    ("child_index/matching/test_lists.py",),
    ("child_index/matching/test_febrl.py",),
    ("fuzzing/test_contract.py",),
    ("resilience/test_block_races.py", "resilience/test_log_faults.py", "resilience/test_silence.py"),
    ("journeys/test_demo.py",),
    ("journeys/test_import_accuracy.py",),
    (
        "cli/test_up.py",
        "cli/test_import.py",
        "cli/test_token.py",
        "cli/test_audit_export.py",
        "cli/test_audit_purge.py",
    ),
)
"""Files that take longest, so that workers that share the run end together; those of one group share servers that are
slow to start, so that one worker runs them one after another, all for one edition and then all for the next."""
GROUP = {f"tests/{file}": number for number, files in enumerate(LONGEST_FIRST) for file in files}
ORDER = {file: number for number, file in enumerate(GROUP)}
SHARING = tuple(Path(__file__).parent / name for name in ("assessment", "consent", "notifications"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    databases.share(config, items)
    items.sort(key=_place)
    for item in items:
        if _shares_a_loop(item) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def _place(item: pytest.Item) -> tuple[int, str, int]:
    """The groups, then the other files, the largest first: as a rule these take longest."""
    file = item.nodeid.split("::", 1)[0]
    if file not in GROUP:
        return len(LONGEST_FIRST), "", -item.path.stat().st_size
    callspec = getattr(item, "callspec", None)
    edition = "" if callspec is None else str(callspec.params.get("edition", ""))
    return GROUP[file], edition, ORDER[file]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Workers share the run by files, as with `--dist loadfile`, but by groups where there are."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0]
            return str(GROUP.get(file, file))

    return ByGroup(config, log)


def pytest_collection_finish() -> None:
    """What was imported stays: looked through for garbage again and again it takes a tenth of a run's time, and each
    time holds up whatever runs in the same process for half a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 20)


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
