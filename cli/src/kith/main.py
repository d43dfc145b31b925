"""The `kith` command."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kith import audit, events, matching, records
from kith.errors import in_one_line

app = typer.Typer(
    help="Kith: the agencies around a child share what is needed and no more.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

As = Annotated[
    str | None, typer.Option("--as", metavar="ID", help="Practitioner or account to act as (development only).")
]
Token = Annotated[
    str | None, typer.Option("--token", envvar="KITH_TOKEN", help="Access token of your identity provider.")
]


def local() -> str:
    """Where `kith up` would start under the same settings."""
    return f"http://127.0.0.1:{os.environ.get('KITH_PORT', '8080')}"


Url = Annotated[str, typer.Option("--url", envvar="KITH_URL", default_factory=local, help="Where Kith is.")]


@app.command()
@in_one_line
def up() -> None:
    """Run all parts of Kith in this process (settings: KITH_HOST, KITH_PORT, KITH_DATA_DIR, ...)."""
    from kith.up import up as run  # the services take seconds to load

    run()


@app.command()
@in_one_line
def token(
    subject: Annotated[str, typer.Option("--as", metavar="ID", help="Practitioner or account to act as.")],
    ttl: Annotated[str, typer.Option(help="How long it holds: 90s, 30m, 1h, 7d.")] = "1h",
) -> None:
    """Print an access token of the development issuer."""
    from kith.tokens import make_token

    typer.echo(make_token(subject, ttl))


@app.command("import")
@in_one_line
def import_(
    file: Annotated[Path, typer.Argument(help="The list: CSV.", exists=True, dir_okay=False, readable=True)],
    service: Annotated[str, typer.Option(metavar="ID", help="Each child gets an episode with this service.")],
    subject: As = None,
    token: Token = None,
    *,
    url: Url,
    results: Annotated[Path | None, typer.Option(help="Keep what became of each row, as NDJSON.")] = None,
    rejections: Annotated[
        Path | None, typer.Option(help="Keep the rows that were not taken, as CSV to mend and send again.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only tell what would happen.")] = False,
    full_roll: Annotated[
        bool, typer.Option("--full-roll", help="The list is the whole roll: who is not on it any more has left.")
    ] = False,
    leavers_limit: Annotated[
        int | None,
        typer.Option(min=0, max=100, help="Of a full roll: nobody leaves where more in a hundred would (else 20)."),
    ] = None,
) -> None:
    """Import a list of children."""
    from kith.client import Kith
    from kith.imports import import_file

    with Kith(url, "administration", subject=subject, token=None if subject else token) as kith:
        asked = {"service_id": service}
        if check:
            asked["check"] = "true"
        if full_roll:
            asked["full_roll"] = "true"
        if leavers_limit is not None:
            asked["leavers_limit"] = str(leavers_limit)
        import_file(kith, file, asked, results, rejections)


@audit.app.command()
@in_one_line
def export(
    out: Annotated[Path, typer.Option(help="File to write (NDJSON).")],
    subject: As = None,
    token: Token = None,
    *,
    url: Url,
) -> None:
    """Fetch the access log, to be proven by `kith audit verify`."""
    from kith.audit_export import export_log
    from kith.client import Kith

    with Kith(url, "audit", subject=subject, token=None if subject else token) as kith:
        export_log(kith, out)


@audit.app.command()
@in_one_line
def purge(
    before: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Entries made before that day (UTC).")],
    subject: As = None,
    token: Token = None,
    *,
    url: Url,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Drop what old entries of the access log say. Their hashes stay, so every proof still holds."""
    from kith.audit_purge import purge_log
    from kith.client import Kith

    if not yes:
        typer.confirm(f"What the entries before {before.date()} say cannot be brought back. Purge them?", abort=True)
    with Kith(url, "audit", subject=subject, token=None if subject else token) as kith:
        purge_log(kith, before.date())


@records.app.command()
@in_one_line
def archive(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would be.")] = False,
    ids: Annotated[Path | None, typer.Option(help="File to write with the ids of these records.")] = None,
    subject: As = None,
    token: Token = None,
    *,
    url: Url,
) -> None:
    """Archive the records of people grown up. To be run daily; run again, it changes nothing."""
    from kith.client import Kith

    with Kith(url, "data-quality", subject=subject, token=None if subject else token) as kith:
        records.archive_records(kith, ids, dry_run=dry_run)


@records.app.command("purge")
@in_one_line
def purge_records(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing; say what would be.")] = False,
    ids: Annotated[Path | None, typer.Option(help="File to write with the ids of these records.")] = None,
    subject: As = None,
    token: Token = None,
    *,
    url: Url,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Purge what was archived long ago, in every service. To be run daily: it takes two runs, a day apart."""
    from kith.client import Kith

    if not (yes or dry_run):
        typer.confirm("What is purged cannot be brought back. Purge what is due?", abort=True)
    with Kith(url, "data-quality", subject=subject, token=None if subject else token) as kith:
        records.purge_records(kith, ids, dry_run=dry_run)


@matching.app.command()
@in_one_line
def estimate(
    most_children: Annotated[
        int, typer.Option(min=100, max=100_000, help="Look at so many children at most, drawn over the whole index.")
    ] = 20_000,
    subject: As = None,
    token: Token = None,
    *,
    url: Url,
) -> None:
    """Estimate what each agreement is worth from records that share an NHS number. Nothing changes by it."""
    from kith.client import Kith

    with Kith(url, "data-quality", subject=subject, token=None if subject else token) as kith:
        matching.estimate_weights(kith, most_children)


@matching.app.command("list")
@in_one_line
def list_versions(subject: As = None, token: Token = None, *, url: Url) -> None:
    """List the versions; the one in force has a star."""
    from kith.client import Kith

    with Kith(url, "data-quality", subject=subject, token=None if subject else token) as kith:
        matching.list_versions(kith)


@matching.app.command()
@in_one_line
def use(
    version: Annotated[str, typer.Argument(help="Of `kith matching list`; the built-in one too.")],
    subject: As = None,
    token: Token = None,
    *,
    url: Url,
) -> None:
    """Match by that version from now on. What was matched before stays."""
    from kith.client import Kith

    with Kith(url, "data-quality", subject=subject, token=None if subject else token) as kith:
        matching.use_version(kith, version)


@app.command()
@in_one_line
def demo(url: Url) -> None:
    """Fill a running Kith with a made-up authority, and say who to sign in as."""
    from kith.demo import demo as load

    load(url)


app.add_typer(audit.app, name="audit")
app.add_typer(events.app, name="events")
app.add_typer(records.app, name="records")
app.add_typer(matching.app, name="matching")

if __name__ == "__main__":
    app()
