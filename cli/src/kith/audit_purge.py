"""`kith audit purge`: has old log entries purged, part by part, until none is left."""

from datetime import date

import typer

from kith.client import Kith


def purge_log(kith: Kith, before: date) -> None:
    """Says how many entries were purged; of a part whose answer was lost, the log alone knows how many."""
    total, complete = 0, False
    while not complete:
        part = kith.patiently(lambda: kith.json("POST", "/v1/access-log/purges", json={"before": before.isoformat()}))
        total, complete = total + part["entries"], part["complete"]
    typer.echo(f"{total:,} entries from before {before} were purged. Their hashes and proofs stay.")
