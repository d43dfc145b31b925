"""``kith audit verify``, as an information-governance officer runs it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kith import audit
from tests.consent.log.builders import LINES, LOG, Log, new_log, new_signer, relog

JWKS = {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {**LOG.signer.public_jwk, "use": "sig"}]}


def run(*arguments: object, env: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(audit.app, ["verify", *map(str, arguments)], env=env)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write(tmp_path / "export.ndjson", b"".join(LINES))


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return write(tmp_path / "keys.json", json.dumps(JWKS).encode())


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_sound_export(export: Path, keys: Path) -> None:
    result = run(export, "--key", keys)
    assert result.exit_code == 0
    assert result.stdout.startswith("SOUND: ")
    assert "Entries read: 24." in result.stdout
    assert "Of these, 5 are not shown to this reader" in result.stdout
    assert "a key that you trust" in result.stdout


def test_without_a_key_it_says_to_compare_the_fingerprint(export: Path) -> None:
    result = run(export)
    assert result.exit_code == 0
    assert LOG.signer.key_id in result.stdout
    assert "by another way" in result.stdout
    assert "a key that you trust" not in result.stdout


def test_heads_received_as_events_are_held_against_the_export(tmp_path: Path, export: Path, keys: Path) -> None:
    def event(log: Log) -> bytes:
        envelope = {
            "specversion": "1.0",
            "type": "TreeHeadSigned",
            "data": {"log": "access-log", **log.head().as_dict()},
        }
        return json.dumps(envelope).encode() + b"\n"

    kept = write(tmp_path / "kept.ndjson", event(new_log(5)) + event(new_log(20)))
    sound = run(export, "--key", keys, "--head", kept)
    assert sound.exit_code == 0
    assert "were compared: 2." in sound.stdout
    forked = run(export, "--key", keys, "--head", write(tmp_path / "other", event(new_log(20, seed=8))))
    assert forked.exit_code == 1
    assert "- forked-head" in forked.stdout


def test_a_changed_entry(tmp_path: Path, keys: Path) -> None:
    changed = write(tmp_path / "changed.ndjson", b"".join(LINES).replace(b"early-help", b"early-halp", 1))
    result = run(changed, "--key", keys)
    assert result.exit_code == 1
    assert "NOT SOUND: 1 fault was found." in result.stdout
    entry_id = LOG.rows[0][0]["entry_id"]
    assert f"- changed-entry (line 1, leaf 0, entry {entry_id}): " in result.stdout


def test_a_run_of_deleted_entries(tmp_path: Path) -> None:
    result = run(write(tmp_path / "cut.ndjson", b"".join(LINES[:4] + LINES[9:])))
    assert result.exit_code == 1
    assert "- deleted-entry (leaves 4 to 8): " in result.stdout


def test_the_report_as_json(tmp_path: Path, export: Path, keys: Path) -> None:
    sound = run(export, "--key", keys, "--json")
    assert sound.exit_code == 0
    report = json.loads(sound.stdout)
    assert report["ok"] is True
    assert report["key_trusted"] is True
    assert (report["entries"], report["hidden"], report["tree_size"], report["findings"]) == (24, 5, 24, [])
    assert report["root_hash"] == LOG.frontier.root().hex()

    cut = run(write(tmp_path / "cut.ndjson", b"".join(LINES[:-1])), "--json")
    assert cut.exit_code == 1
    report = json.loads(cut.stdout)
    assert report["ok"] is False
    assert [finding["code"] for finding in report["findings"]] == ["truncated"]


@pytest.mark.parametrize("form", ["api", "indented", "lines", "export"])
def test_a_forked_log_is_found_with_heads_kept_in_any_form(tmp_path: Path, form: str) -> None:
    forged = relog(LOG, [row[:2] for row in LOG.rows[1:]], new_signer(66))
    export = write(tmp_path / "forged.ndjson", b"".join(forged.export()))
    heads = [new_log(size).head().as_dict() for size in (4, 8)]
    content = {
        "api": json.dumps(heads[0]),
        "indented": json.dumps(heads[0], indent=2),
        "lines": "\n".join(map(json.dumps, heads)) + "\n\n",
        "export": new_log(4).export()[-1].decode(),
    }[form]
    kept = write(tmp_path / "heads.json", content.encode())
    result = run(export, "--head", kept)
    assert result.exit_code == 1
    assert result.stdout.count("- forked-head") == (2 if form == "lines" else 1)
    assert run(write(tmp_path / "true.ndjson", b"".join(LINES)), "--head", kept).exit_code == 0


def test_several_files_of_heads(tmp_path: Path, export: Path) -> None:
    files = [write(tmp_path / f"{size}.json", json.dumps(new_log(size).head().as_dict()).encode()) for size in (3, 9)]
    result = run(export, "--head", files[0], "--head", files[1])
    assert result.exit_code == 0
    assert "compared: 2." in result.stdout


def test_a_missing_file_is_a_matter_of_usage(tmp_path: Path, export: Path) -> None:
    missing = tmp_path / "missing"
    for arguments in ((missing,), (export, "--key", missing), (export, "--head", missing), (tmp_path,), ()):
        assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"1", b"\xff", b'{"keys":[]}', b'{"keys":[1]}', b'{"kty":"RSA"}', b"[" * 90_000],
)
def test_a_file_without_a_key_is_a_matter_of_usage(tmp_path: Path, export: Path, content: bytes) -> None:
    result = run(export, "--key", write(tmp_path / "keys.json", content))
    assert result.exit_code == 2
    assert "keys.json" in result.stderr
    assert result.stdout == ""


def test_a_key_off_the_curve_is_a_matter_of_usage(tmp_path: Path, export: Path) -> None:
    spoilt = {**LOG.signer.public_jwk, "y": LOG.signer.public_jwk["x"]}
    assert run(export, "--key", write(tmp_path / "keys.json", json.dumps(spoilt).encode())).exit_code == 2


@pytest.mark.parametrize("content", [b"", b"{}", b'{"tree_size":3}', b"not json", b"[]"])
def test_a_file_without_a_head_is_a_matter_of_usage(tmp_path: Path, export: Path, content: bytes) -> None:
    result = run(export, "--head", write(tmp_path / "head.json", content))
    assert result.exit_code == 2
    assert "head.json" in result.stderr


def test_the_progress_bar_is_for_a_person_and_keeps_out_of_the_report(export: Path, keys: Path) -> None:
    watched = run(export, "--key", keys, env={"FORCE_COLOR": "1", "TERM": "xterm"})
    assert watched.exit_code == 0
    assert "Verifying" in watched.stderr
    assert "Verifying" not in watched.stdout
    assert run(export, "--key", keys).stderr == ""
    as_json = run(export, "--key", keys, "--json", env={"FORCE_COLOR": "1", "TERM": "xterm"})
    assert as_json.stderr == ""


def test_a_file_of_anything_else_is_not_sound(tmp_path: Path) -> None:
    for content in (b"", b"\x00" * 5_000, b"hello\n" * 50, b"{}\n"):
        assert run(write(tmp_path / "other", content)).exit_code == 1
