"""``kith matching``: estimate the matcher's weights from the index's own records, and put a version in force."""

from typing import Any

import typer

from kith.client import Kith

_PATH = "/v1/matching-weights"

app = typer.Typer(help="Fit the matching to this authority's lists.", no_args_is_help=True)


@app.callback()
def matching() -> None:
    """Fit the matching to this authority's lists."""


def estimate_weights(kith: Kith, most_children: int) -> None:
    """Says what was found, band by band."""
    made = kith.json("POST", _PATH, json={"most_children": most_children})
    _show(made)
    typer.echo(f"\nNot in force yet: kith matching use '{made['version']}'")


def list_versions(kith: Kith) -> None:
    found = kith.json("GET", _PATH)
    present = found["in_force"]["version"]
    if not found["items"]:
        typer.echo("No estimate was made yet: kith matching estimate")
    for version, told in [
        *((each["version"], f"{each['pairs']:,} pairs, {each['made_at']}") for each in found["items"]),
        (found["built_in"], "built in"),
    ]:
        typer.echo(f"{'*' if version == present else ' '} {version}  {told}")


def use_version(kith: Kith, version: str) -> None:
    done = kith.json("PUT", f"{_PATH}/in-force", json={"version": version})
    typer.echo(f"Records are matched by version {done['version']} from now on.")


def _show(made: dict[str, Any]) -> None:
    typer.echo(f"Version {made['version']}, from {made['pairs']:,} pairs of records that share an NHS number.")
    typer.echo(f"{'':34}{'pairs':>8}{'assumed':>10}{'found':>10}{'bits':>8}{'were':>8}")
    for each in made["shares"]:
        name = f"{each['table']}, {each['band']}".replace("_", " ")
        typer.echo(
            f"{name:34}{each['pairs']:8,}{each['assumed']:10.2%}{each['found']:10.2%}"
            f"{each['bits']:8.1f}{each['bits_before']:8.1f}"
        )
