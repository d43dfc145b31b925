"""`python -m stack`: Kith as processes of its own, with PostgreSQL and Kafka, without Docker."""

import signal
import sys
import threading
from typing import Annotated

import typer
from pydantic import ValidationError

from stack.manager import Manager
from stack.programs import MissingProgram, ProgramFailed
from stack.run import Stack
from stack.settings import StackSettings

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)


@app.command()
def up() -> None:
    """Starts the whole stack, and stops it on Ctrl+C or SIGTERM."""
    settings = _settings()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Stack(settings, typer.echo).running() as stack:
        typer.echo(
            f"Kith is running at {settings.url_of('gateway')}, its interface at {settings.url_of('gateway')}/docs"
        )
        typer.echo(
            f"  fill it:     KITH_DATA_DIR={settings.data_dir} .venv/bin/kith demo --url {settings.url_of('gateway')}"
        )
        typer.echo(f"  its logs:    {stack.folder}/logs")
        typer.echo(
            "  its parts:   .venv/bin/python -m stack status; restart one: .venv/bin/python -m stack restart NAME"
        )
        typer.echo("  stop it with Ctrl+C")
        while not stop.wait(1.0):
            stack.manager.states()  # raises where the manager has ended


@app.command()
def status() -> None:
    """Lists the parts of the running stack, their state and their processes."""
    manager = Manager(_settings().dir.resolve())
    for name, state in sorted(manager.states().items()):
        typer.echo(f"{name:<24} {state:<10} {' '.join(map(str, manager.processes(name)))}".rstrip())


@app.command()
def restart(name: Annotated[str, typer.Argument(help="a part, as `status` names it")]) -> None:
    """Starts a part anew. Who asks it meanwhile waits."""
    manager = Manager(_settings().dir.resolve())
    if name not in manager.states():
        raise ProgramFailed(f"there is no part {name}: `python -m stack status` lists them")
    manager.restart(name)
    typer.echo(f"{name} was started anew")


def _settings() -> StackSettings:
    try:
        return StackSettings()
    except ValidationError as error:
        raise ProgramFailed("; ".join(str(each["msg"]) for each in error.errors())) from None


def main() -> None:
    try:
        app()
    except (ProgramFailed, MissingProgram) as error:
        sys.exit(f"The stack does not run: {error}")


if __name__ == "__main__":
    main()
