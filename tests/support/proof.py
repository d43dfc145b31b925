"""What a long proof saw, kept for `docs/proof.md`."""

import json
import os
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PROOF_FILE = "KITH_PROOF_FILE"
PASSED = pytest.StashKey[bool]()


@dataclass
class Proof:
    """Notes of one test, in the order they were made."""

    test: str
    notes: dict[str, Any] = field(default_factory=dict)

    def note(self, name: str, value: Any) -> None:
        self.notes[name] = value


@pytest.fixture
def proof(request: pytest.FixtureRequest) -> Iterator[Proof]:
    """Prints what the test saw, and hands it to `make prove` where that is what runs."""
    found, began = Proof(request.node.nodeid), time.monotonic()
    yield found
    for name, value in found.notes.items():
        print(f"{name}: {value}")
    target = os.environ.get(PROOF_FILE)
    if target:
        with Path(target).open("a") as file:
            entry = {
                "test": found.test,
                "passed": request.node.stash.get(PASSED, False),
                "seconds": time.monotonic() - began,
                "notes": found.notes,
            }
            file.write(json.dumps(entry) + "\n")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed
    return report
