"""What a long proof saw, kept for `docs/proof.md`."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PROOF_FILE = "KITH_PROOF_FILE"


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
    found = Proof(request.node.nodeid)
    yield found
    for name, value in found.notes.items():
        print(f"{name}: {value}")
    target = os.environ.get(PROOF_FILE)
    if target:
        with Path(target).open("a") as file:
            file.write(json.dumps({"test": found.test, "notes": found.notes}) + "\n")
