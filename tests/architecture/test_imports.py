"""Imports point one way; see `[tool.importlinter]` in `pyproject.toml` for the rules."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.conftest import ROOT


def test_imports_keep_to_the_layers() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
