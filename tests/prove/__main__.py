"""Runs the long proofs and writes what they saw, with commit and command, to `docs/proof.md`: `make prove`."""

import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.support.proof import PROOF_FILE

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ["-m", "pytest", "-m", "prove", "-p", "no:cacheprovider", "tests"]


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        began = datetime.now(UTC)
        done = subprocess.run(
            [sys.executable, *COMMAND, *sys.argv[1:]], cwd=ROOT, env={**os.environ, PROOF_FILE: str(notes)}, check=False
        )
        seen = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
    minutes = (datetime.now(UTC) - began).total_seconds() / 60
    changed = " with uncommitted changes" if _git("status", "--porcelain", "--", ":!docs/proof.md") else ""
    lines = [
        "# What the long proofs saw",
        "",
        "Written by `make prove`; run it to see it again. A proof that fails is not written over.",
        "",
        f"- commit: `{_git('rev-parse', 'HEAD')}`{changed}",
        "- command: `make prove`",
        f"- when: {began:%Y-%m-%d %H:%M} UTC, {minutes:.1f} minutes",
        f"- machine: {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}",
        "",
    ]
    for entry in seen:
        lines += [f"## `{entry['test']}`", "", "| what | seen |", "| --- | --- |"]
        lines += [f"| {name} | {_cell(value)} |" for name, value in entry["notes"].items()]
        lines.append("")
    if done.returncode == 0:
        (ROOT / "docs" / "proof.md").write_text("\n".join(lines).rstrip() + "\n")
    return done.returncode


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {amount}" for name, amount in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
