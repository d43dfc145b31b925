"""``kith audit``: prove, offline, that an export of the access log is whole and unchanged.

It needs the export and nothing else of the system; a trusted key and earlier tree heads make it a stronger proof.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from consent.domain.log_export import read_lines, verify_export
from consent.domain.log_findings import Finding, Report
from consent.domain.log_heads import InvalidHead, InvalidKey, TreeHead, thumbprint

EXIT_SOUND, EXIT_NOT_SOUND, EXIT_USAGE = 0, 1, 2
_LINES_PER_STEP = 2_000

app = typer.Typer(help="Prove the access log.", no_args_is_help=True)
_Existing = {"exists": True, "dir_okay": False, "readable": True}


@app.callback()
def audit() -> None:
    """Prove the access log."""


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An export of the access log (NDJSON).", **_Existing)],
    key: Annotated[
        Path | None,
        typer.Option(help="The log's public keys (JWKS, or one JWK), got by another way.", **_Existing),
    ] = None,
    head: Annotated[
        list[Path] | None,
        typer.Option(help="A file of tree heads that you kept (JSON, one or more). May be repeated.", **_Existing),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
) -> None:
    """Verify an export of the access log.

    Says for each fault what and where it is. Exit status: 0 sound, 1 not sound, 2 a file is missing or is not
    what it should be.
    """
    try:
        trusted = _read_keys(key) if key else None
        held = [each for path in head or [] for each in _read_heads(path)]
        report = verify_export(_lines_with_progress(file, quiet=as_json), trusted, held)
    except (OSError, InvalidKey, InvalidHead, _BadFileError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(EXIT_USAGE) from None
    if as_json:
        typer.echo(json.dumps(report.as_dict(), indent=2))
    else:
        for text in _describe(report):
            typer.echo(text)
    raise typer.Exit(EXIT_SOUND if report.ok else EXIT_NOT_SOUND)


class _BadFileError(ValueError):
    """A file of keys or heads that cannot be used."""


def _lines_with_progress(file: Path, *, quiet: bool) -> Iterator[bytes]:
    """The lines of the file, with a bar on standard error while a person is looking on."""
    console = Console(stderr=True)
    columns = (
        TextColumn("Verifying"),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    hidden = quiet or not console.is_terminal
    with (
        file.open("rb") as stream,
        Progress(*columns, console=console, transient=True, disable=hidden) as progress,
    ):
        task = progress.add_task("verify", total=file.stat().st_size)
        for number, line in enumerate(read_lines(stream), start=1):
            yield line
            if number % _LINES_PER_STEP == 0:
                progress.update(task, completed=stream.tell())


def _read_keys(path: Path) -> dict[str, Mapping[str, object]]:
    (value,) = _read_values(path, several=False)
    keys = value.get("keys", [value])
    if not isinstance(keys, list) or not keys or not all(isinstance(each, dict) for each in keys):
        raise _BadFileError(f"{path} is neither a JWKS nor a JWK")
    # Keys of other kinds may stand in a JWKS, and are passed over (RFC 7517 section 5).
    usable = [each for each in keys if each.get("kty") == "EC" and each.get("crv") == "P-256"]
    if not usable:
        raise _BadFileError(f"{path} holds no P-256 key")
    try:
        return {thumbprint(each): each for each in usable}
    except InvalidKey as error:
        raise InvalidKey(f"{path}: {error}") from None


def _read_heads(path: Path) -> list[TreeHead]:
    """A head as the API gives it, `TreeHeadSigned` events as they were received, several of either line by line, or
    the last line of an earlier export."""
    try:
        return [_read_head(value) for value in _read_values(path, several=True)]
    except InvalidHead as error:
        raise InvalidHead(f"{path}: {error}") from None


def _read_head(value: dict[str, Any]) -> TreeHead:
    event = value.get("type") == "TreeHeadSigned"
    return TreeHead.parse(value.get("data") if event else value.get("tree_head", value))


def _read_values(path: Path, *, several: bool) -> list[dict[str, Any]]:
    """One JSON object, or, where there may be several, one on each line."""
    data = path.read_bytes()
    try:
        try:
            values = [json.loads(data)]
        except ValueError:
            if not several:
                raise
            values = [json.loads(line) for line in data.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise _BadFileError(f"{path} is not JSON") from None
    if not values or not all(isinstance(value, dict) for value in values):
        raise _BadFileError(f"{path} does not hold JSON objects")
    return values


def _describe(report: Report) -> Iterator[str]:
    """The report in sentences, a line each."""
    if report.ok:
        yield "SOUND: every entry is there, unchanged and in its place."
    else:
        total = report.findings_total
        yield f"NOT SOUND: {total:,} {'fault was' if total == 1 else 'faults were'} found."
        for finding in report.findings:
            yield f"- {finding.code}{_where(finding)}: {finding.message}"
        if total > len(report.findings):
            yield f"- and {total - len(report.findings):,} more, not listed."
    yield f"Entries read: {report.entries:,}."
    if report.hidden:
        yield (
            f"Of these, {report.hidden:,} are not shown to this reader or were purged; their hashes and places "
            "were verified, what they say could not be."
        )
    if report.tree_size is not None:
        yield f"Signed tree head: {report.tree_size:,} entries, {report.timestamp}, key {report.key_id}."
    if report.key_trusted:
        yield "The tree head bears the signature of a key that you trust."
    if report.root_hash is not None:
        yield f"Root hash of the entries read: {report.root_hash}."
    if report.heads_compared:
        yield f"Tree heads that you kept and that were compared: {report.heads_compared:,}."
    for note in report.notes:
        yield f"Note: {note}"


def _where(finding: Finding) -> str:
    parts = []
    if finding.line is not None:
        parts.append(f"line {finding.line:,}")
    if finding.leaf_index is not None:
        last = finding.last_leaf_index
        run = last is not None and last != finding.leaf_index
        parts.append(f"leaves {finding.leaf_index:,} to {last:,}" if run else f"leaf {finding.leaf_index:,}")
    if finding.entry_id is not None:
        parts.append(f"entry {finding.entry_id}")
    return f" ({', '.join(parts)})" if parts else ""
