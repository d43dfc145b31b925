"""Runs the long proofs and writes what they saw, with commit and command, to `docs/proof.md`: `make prove`.

`make prove WHAT="tests/resilience -k races"` runs some of them; what the others saw stays as it was. So does that of a
proof that fails.
"""

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.proof import PROOF_FILE

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "proof.md"
COMMAND = ["-m", "pytest", "-m", "prove", "-p", "no:cacheprovider"]
ALL = ["tests"]
_HEADING = re.compile(r"^## `(.+)`$", re.MULTILINE)
_TOP = """# What the long proofs saw

Written by `make prove`, proof by proof, on {cores} cores; run it to see it again. A proof that fails is not written
over.
"""


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def main() -> int:
    asked = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        began = datetime.now(UTC)
        done = subprocess.run(
            [sys.executable, *COMMAND, *(asked or ALL)],
            cwd=ROOT,
            env={**os.environ, PROOF_FILE: str(notes)},
            check=False,
        )
        seen = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
    changed = " with uncommitted changes" if _git("status", "--porcelain", "--", ":!docs/proof.md") else ""
    at = f"Commit `{_git('rev-parse', '--short=12', 'HEAD')}`{changed}, {began:%Y-%m-%d %H:%M} UTC, Python "
    at += f"{platform.python_version()}."
    known = _sections(PAGE.read_text()) if PAGE.exists() else {}
    if not asked:  # what is no more is dropped
        known = {entry["test"]: known[entry["test"]] for entry in seen if entry["test"] in known}
    known |= {entry["test"]: _section(entry, at) for entry in seen if entry["passed"]}
    PAGE.write_text("\n".join([_TOP.format(cores=os.cpu_count()), *(known[test] for test in sorted(known))]))
    return done.returncode


def _sections(page: str) -> dict[str, str]:
    """The page's sections by their test."""
    _, *parts = _HEADING.split(page)
    tests, texts = parts[::2], parts[1::2]
    return {test: f"## `{test}`\n\n{text.strip()}\n" for test, text in zip(tests, texts, strict=True)}


def _section(entry: dict[str, Any], at: str) -> str:
    rows = [f"| {name} | {_cell(value)} |" for name, value in entry["notes"].items()]
    took = f"{entry['seconds'] / 60:.1f} minutes"
    return "\n".join([f"## `{entry['test']}`", "", f"{at} {took}.", "", "| what | seen |", "| --- | --- |", *rows, ""])


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {amount}" for name, amount in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
