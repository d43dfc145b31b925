"""``kith records``: archive the records of people grown up, and purge them years later."""

from functools import partial
from pathlib import Path

import typer

from kith.client import Kith

_ARCHIVE, _PURGE = "/v1/records/archive-runs", "/v1/records/purge-runs"

app = typer.Typer(help="Keep records for as long as they may be kept.", no_args_is_help=True)


@app.callback()
def records() -> None:
    """Keep records for as long as they may be kept."""


def archive_records(kith: Kith, ids: Path | None, *, dry_run: bool) -> None:
    """Says how many; `ids` is the file that says which."""
    done = _run(kith, _ARCHIVE, ("archived", "restored"), ids, dry_run=dry_run)
    verb = "would be" if dry_run else "were"
    typer.echo(f"{done['archived']:,} records {verb} archived, {done['restored']:,} {verb} opened again.")


def purge_records(kith: Kith, ids: Path | None, *, dry_run: bool) -> None:
    """Says how many; `ids` is the file that says which."""
    done = _run(kith, _PURGE, ("noted", "taken_back", "purged"), ids, dry_run=dry_run)
    verb = "would be" if dry_run else "were"
    typer.echo(
        f"{done['purged']:,} records {verb} purged for good; {done['noted']:,} {verb} noted as due (a run a day later "
        f"purges them), {done['taken_back']:,} {verb} taken back."
    )


def _run(kith: Kith, path: str, kinds: tuple[str, ...], ids: Path | None, *, dry_run: bool) -> dict[str, int]:
    """Part by part, until all records were looked at."""
    found: dict[str, list[str]] = {kind: [] for kind in kinds}
    after = 0
    while True:
        part = kith.patiently(partial(kith.json, "POST", path, json={"dry_run": dry_run, "after": after}))
        for kind in kinds:
            found[kind] += part[kind]
        if part["next_after"] is None:
            break
        after = part["next_after"]
    if ids is not None:
        ids.write_text("".join(f"{kind} {id_}\n" for kind in kinds for id_ in found[kind]))
    return {kind: len(listed) for kind, listed in found.items()}
