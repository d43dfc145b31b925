"""`kith audit export`: fetches the access log as NDJSON, to be proven offline by `kith audit verify`."""

from pathlib import Path

import typer
from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TransferSpeedColumn

from kith.client import Kith
from kith.files import written_whole


def export_log(kith: Kith, out: Path) -> None:
    """Writes the export to `out`, whole or not at all, with its size on standard error while a person looks on."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("Fetching the log"), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal) as progress:
        lines = kith.patiently(lambda: _fetch(kith, out, progress))
    typer.echo(f"{lines:,} lines are in {out}. Prove them with: kith audit verify {out}")


def _fetch(kith: Kith, out: Path, progress: Progress) -> int:
    task = progress.add_task("export", total=None)
    lines = size = 0
    with kith.stream("GET", "/v1/access-log/export") as answer, written_whole(out) as file:
        for chunk in answer.iter_bytes():
            file.write(chunk)
            lines += chunk.count(b"\n")
            size += len(chunk)
            progress.update(task, completed=size)
    progress.update(task, total=size)
    return lines
