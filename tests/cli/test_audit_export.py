"""`kith audit export`, whose file `kith audit verify` proves."""

from pathlib import Path

from tests.cli.conftest import Running, typed


def test_what_was_exported_can_be_proven(kith: Running, tmp_path: Path) -> None:
    out = tmp_path / "log.ndjson"
    done = typed("audit", "export", "--as", "ig", "--out", str(out), "--url", kith.url)
    assert done.exit_code == 0, done.stderr
    lines = out.read_bytes().count(b"\n")
    assert f"{lines:,} lines are in {out}" in done.stdout
    assert out.stat().st_mode & 0o077 == 0
    proven = typed("audit", "verify", str(out))
    assert proven.exit_code == 0, proven.stdout
    assert "SOUND" in proven.stdout

    text = out.read_text()
    place = text.index('"directory.write"')
    out.write_text(f"{text[:place]}{text[place:].replace('write', 'wrote', 1)}")
    assert typed("audit", "verify", str(out)).exit_code == 1


def test_who_may_not_have_it_gets_no_file(kith: Running, tmp_path: Path) -> None:
    out = tmp_path / "log.ndjson"
    done = typed("audit", "export", "--as", "index", "--out", str(out), "--url", kith.url)
    assert done.exit_code == 1
    assert done.stderr == "Error: Your role may not do this (status 403)\n"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(kith: Running, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "log.ndjson"
    done = typed("audit", "export", "--as", "ig", "--out", str(out), "--url", kith.url)
    assert done.exit_code == 1
    assert "No such file or directory" in done.stderr
    assert done.stderr.count("\n") == 1
