"""`kith up`: one process, one port, alone with its data, and stopped in order."""

import subprocess
from pathlib import Path

import httpx

from tests.cli.conftest import KITH, Running, typed


def test_it_says_where_it_is_and_how_to_begin(kith: Running) -> None:
    assert f"Kith is running at {kith.url}" in kith.output
    assert f"{kith.url}/docs" in kith.output
    assert "kith token --as admin" in kith.output


def test_nobody_else_on_the_machine_reads_its_data(kith: Running) -> None:
    files = list(kith.data_dir.rglob("*"))
    assert files
    assert [path for path in [kith.data_dir, *files] if path.stat().st_mode & 0o077] == []


def test_one_process_for_one_data_folder(kith: Running) -> None:
    second = typed("up", KITH_DATA_DIR=str(kith.data_dir), KITH_PORT="0")
    assert second.exit_code == 1
    assert "Another Kith (process " in second.stderr
    assert second.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_named(kith: Running, tmp_path: Path) -> None:
    port = kith.url.rpartition(":")[2]
    second = typed("up", KITH_DATA_DIR=str(tmp_path), KITH_PORT=port)
    assert second.exit_code == 1
    assert f"Port {port}" in second.stderr
    assert "KITH_PORT" in second.stderr
    assert second.stderr.count("\n") == 1


def test_settings_that_cannot_be_are_told_in_one_line(tmp_path: Path) -> None:
    bad = {
        "KITH_PORT": "the usual",
        "KITH_HOST": "256.256.256.256",
        "KITH_ENVIRONMENT": "production",
    }
    for name, value in bad.items():
        done = typed("up", **{"KITH_DATA_DIR": str(tmp_path), "KITH_PORT": "0", name: value})
        assert done.exit_code == 1, name
        assert "KITH_" in done.stderr
        assert done.stderr.count("\n") == 1
        assert value == "production" or value not in done.stderr


def test_it_stops_in_order_and_starts_again_with_what_it_had(kith: Running) -> None:
    token = typed("token", "--as", "admin", KITH_DATA_DIR=str(kith.data_dir)).stdout.strip()
    kith.server.stop()
    assert '"kith.stopped"' in kith.output.splitlines()[-1]
    assert "Traceback" not in kith.output
    kith.server.start(kith.answers, seconds=60)
    headers = {"Authorization": f"Bearer {token}"}
    found = httpx.get(f"{kith.url}/v1/agencies/school", headers=headers, trust_env=False)
    assert found.json()["name"] == "School"


def test_without_words_it_says_what_it_can_do() -> None:
    done = subprocess.run(KITH, capture_output=True, text=True, check=False)
    for word in ("up", "token", "import", "audit"):
        assert word in done.stdout + done.stderr


def test_the_other_commands_look_for_it_on_the_same_port() -> None:
    done = typed("demo", KITH_PORT="9")
    assert done.exit_code == 1
    assert "http://127.0.0.1:9." in done.stderr
