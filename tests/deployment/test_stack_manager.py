"""The stack's process manager, by itself."""

import os
import subprocess
import sys
from pathlib import Path

from stack.manager import Manager, wait_for, write_plan
from stack.parts import Part


def test_what_it_and_its_parts_write_is_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)  # as root's stack has it, since PostgreSQL's account passes through
    (tmp_path / "logs").mkdir()
    made = tmp_path / "made" / "by-a-part"
    part = Part("part", ["sh", "-c", f"echo started; mkdir {made.parent}; echo kept >{made}; exec sleep 60"])
    plan = write_plan(tmp_path, [Part(part.name, part.command, {"PATH": os.environ["PATH"]})])
    before = os.umask(0o022)
    try:
        process = subprocess.Popen([sys.executable, "-m", "stack.manager", plan])
    finally:
        os.umask(before)
    manager = Manager(tmp_path)
    try:
        wait_for("the manager", lambda: (tmp_path / "manager.sock").exists() and manager.answers(), 20)
        manager.start(part.name)
        wait_for("the part", lambda: made.exists() and made.read_text(), 20)
        written = [path for path in tmp_path.rglob("*") if path.name != "logs"]
        assert {path.name for path in written} >= {"by-a-part", "part.log", "manager.sock"}
        assert [path for path in written if path.stat().st_mode & 0o077] == []
    finally:
        process.terminate()
        process.wait(20)
        manager.close()
