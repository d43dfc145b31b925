"""Which of a service's tests run on which database.

Each is written once and holds on both, SQLite and PostgreSQL. `make test` runs each on one of them, fixed by the test's
name, so that the statements of every adapter, which many tests send, still meet both; `make test-rest` runs it on the
other. Where no share is asked for, all run on both.
"""

import zlib
from pathlib import Path

import pytest

from tests.support.postgres import Postgres

KINDS = ("sqlite", "postgresql")
FOLDERS = ("assessment", "child_index", "consent", "notifications")


def url_of(kind: str, folder: Path, postgres: Postgres) -> str:
    """SQLAlchemy URL of a new and empty database of the kind."""
    return f"sqlite+aiosqlite:///{folder / 'test.sqlite'}" if kind == "sqlite" else postgres.new_database("test")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--databases",
        choices=("both", "one", "rest"),
        default="both",
        help="run the services' tests on both databases, on one of them each, or on what `one` left out",
    )


def share(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects what isn't in the share that was asked for."""
    asked = config.getoption("--databases")
    if asked == "both":
        return
    kinds: dict[str, list[str]] = {}
    for item in items:
        test, kind = _test_and_kind(item)
        kinds.setdefault(test, []).append(kind)
    taken: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        test, kind = _test_and_kind(item)
        by_turns = sorted(kinds[test]) == sorted(KINDS)
        first = not by_turns or kind == KINDS[zlib.crc32(test.encode()) % len(KINDS)]
        (taken if first == (asked == "one") else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = taken


def _test_and_kind(item: pytest.Item) -> tuple[str, str]:
    """The test's name without its database, and the database; the whole name, and none, of one that takes no turns."""
    callspec = getattr(item, "callspec", None)
    kinds = [] if callspec is None else [value for value in callspec.params.values() if value in KINDS]
    of_a_service = item.nodeid.startswith(tuple(f"tests/{folder}/" for folder in FOLDERS))
    if len(kinds) != 1 or not of_a_service:
        return item.nodeid, ""
    return item.nodeid.replace(kinds[0], ""), kinds[0]
