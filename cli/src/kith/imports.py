"""`kith import`: sends a list of children, waits until it is taken in, and tells what became of the rows."""

import io
import mimetypes
import time
import uuid
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from kith.client import Kith
from kith.errors import CommandError
from kith.files import written_whole

SHOWN = 20
PAGE = 200
_HELD = {
    "rejected-rows": "rejected rows may be theirs; mend the rows and send the roll again",
    "too-many": "they are too many; if they did leave, import again with --leavers-limit 100",
}
_SUMS = ("created", "matched", "review", "rejected")


def import_file(
    kith: Kith, file: Path, asked: dict[str, str], results: Path | None = None, rejections: Path | None = None
) -> None:
    """Imports, with a bar on standard error while a person is looking on. Raises `CommandError` when it failed.

    `asked`: the fields of the request beside the file.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal) as progress:
        import_id = _upload(kith, file, asked, progress)
        found = _wait(kith, import_id, progress)
    if found["state"] != "completed":
        raise CommandError(f"The import {found['state']} after {found['processed']} of {found['total']} rows")
    _tell_sums(found)
    if results is not None:
        lines = kith.patiently(lambda: _save(kith, f"/v1/imports/{import_id}/results", results))
        typer.echo(f"What became of each of {lines:,} rows is in {results}")
    if found["rejected"] or rejections is not None:
        _tell_rejections(kith, import_id, rejections)


class _Watched(io.RawIOBase):
    """A file that moves the bar while it is read."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        self._task = progress.add_task("Sending", total=size)

    def read(self, size: int = -1) -> bytes:
        found = self._file.read(size)
        self._progress.update(self._task, completed=self._file.tell())
        return found

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def fileno(self) -> int:
        return self._file.fileno()


def _upload(kith: Kith, file: Path, asked: dict[str, str], progress: Progress) -> str:
    # One key for all attempts: a repeat after a lost answer starts no second import.
    key = {"Idempotency-Key": str(uuid.uuid4())}
    kind = mimetypes.guess_type(file.name)[0] or "text/csv"
    with file.open("rb") as opened:
        watched = _Watched(opened, progress)

        def send() -> dict[str, Any]:
            files = {"file": (file.name, watched, kind)}
            return kith.json("POST", "/v1/imports", data=asked, files=files, headers=key)

        return str(kith.patiently(send)["import_id"])


def _wait(kith: Kith, import_id: str, progress: Progress) -> dict[str, Any]:
    """Asks until the import has ended; Kith may be restarted meanwhile."""
    task = progress.add_task("Taking in rows", total=None)
    pause = 0.1
    while True:
        found = kith.patiently(lambda: kith.json("GET", f"/v1/imports/{import_id}"))
        progress.update(task, total=found["total"], completed=found["processed"])
        if found["state"] in {"completed", "failed"}:
            return found
        time.sleep(pause)
        pause = min(pause * 1.5, 1.0)


def _tell_sums(found: dict[str, Any]) -> None:
    sums = ", ".join(f"{found[name]:,} {name}" for name in _SUMS)
    typer.echo(f"{found['total']:,} rows: {sums}")
    if found.get("check"):
        typer.echo("This was a check: nothing was written.")
    if found.get("full_roll"):
        _tell_leavers(found)
    if found["review"]:
        typer.echo("Rows for review may be children who are known already: an index officer decides.")


def _tell_leavers(found: dict[str, Any]) -> None:
    held = _HELD.get(found.get("leavers_held", ""))
    if held:
        typer.echo(f"{found['leavers']:,} children are not on the roll, but nobody left: {held}")
    else:
        typer.echo(f"{found['left']:,} children are not on the roll and {'would leave' if found['check'] else 'left'}")


def _save(kith: Kith, path: str, out: Path) -> int:
    """The number of lines."""
    lines = 0
    with kith.stream("GET", path) as answer, written_whole(out) as file:
        for chunk in answer.iter_bytes():
            file.write(chunk)
            lines += chunk.count(b"\n")
    return lines


def _rejections(kith: Kith, import_id: str) -> Iterator[dict[str, Any]]:
    query = {"limit": str(PAGE)}
    while True:
        page = kith.patiently(partial(kith.json, "GET", f"/v1/imports/{import_id}/rejections", params=query))
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        query = {**query, "cursor": page["next_cursor"]}


def _tell_rejections(kith: Kith, import_id: str, out: Path | None) -> None:
    table = Table("row", "field", "reason", title="Not taken", title_justify="left")
    total = 0
    for total, found in enumerate(islice(_rejections(kith, import_id), SHOWN + 1), start=1):
        if total <= SHOWN:
            table.add_row(str(found["row"]), str(found["field"]), str(found["reason"]))
    if total:
        Console().print(table, markup=False)
    if out is not None:
        kith.patiently(lambda: _save(kith, f"/v1/imports/{import_id}/rejections?format=csv", out))
        typer.echo(f"The rows, to be mended and sent again, are in {out}")
    elif total > SHOWN:
        typer.echo(
            f"There are more: see GET /v1/imports/{import_id}/rejections, or import again with --rejections FILE"
        )
