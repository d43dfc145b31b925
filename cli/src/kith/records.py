"""``kith records``: archive the records of people grown up."""

from functools import partial
from pathlib import Path

import typer

from kith.client import Kith

_RUNS = "/v1/records/archive-runs"

app = typer.Typer(help="Keep records for as long as they may be kept.", no_args_is_help=True)


@app.callback()
def records() -> None:
    """Keep records for as long as they may be kept."""


def archive_records(kith: Kith, ids: Path | None, *, dry_run: bool) -> None:
    """Part by part, until all records were looked at. Says how many; `ids` is the file that says which."""
    archived: list[str] = []
    restored: list[str] = []
    after = 0
    while True:
        part = kith.patiently(partial(kith.json, "POST", _RUNS, json={"dry_run": dry_run, "after": after}))
        archived += part["archived"]
        restored += part["restored"]
        if part["next_after"] is None:
            break
        after = part["next_after"]
    if ids is not None:
        lines = [*(f"archive {id_}" for id_ in archived), *(f"open {id_}" for id_ in restored)]
        ids.write_text("".join(f"{line}\n" for line in lines))
    verb = "would be" if dry_run else "were"
    typer.echo(f"{len(archived):,} records {verb} archived, {len(restored):,} {verb} opened again.")
