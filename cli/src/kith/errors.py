"""What goes wrong is told in one line, and never as a traceback."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import httpx
import typer
from pydantic import ValidationError

from chassis.broker import BrokerError
from chassis.errors import KithError

P = ParamSpec("P")
T = TypeVar("T")


class CommandError(Exception):
    """A sentence for whoever typed the command."""


def in_one_line(command: Callable[P, T]) -> Callable[P, T]:
    """Decorates a command: what it cannot do is told in one line, with exit status 1."""

    @functools.wraps(command)
    def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except (CommandError, KithError, BrokerError, ValueError, OSError, httpx.HTTPError) as error:
            typer.echo(f"Error: {_sentence(error)}", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            raise typer.Exit(130) from None

    return told


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        # Pydantic's own text repeats what was set, which may be a secret.
        return "; ".join(_setting(item["loc"], item["msg"]) for item in error.errors())
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.strerror}: {error.filename}"
    if isinstance(error, httpx.HTTPError):
        return f"Kith did not answer ({type(error).__name__})"
    return " ".join(str(error).split()) or type(error).__name__


def _setting(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    return f"KITH_{'_'.join(map(str, location)).upper()}: {message}" if location else message
