"""docker-compose.yml as Docker Compose reads it: merged, with its variables put in."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from stack.compose import FILES
from tests.architecture.conftest import ROOT

COMPOSE, PORTS = FILES


class _Loader(yaml.SafeLoader):
    """With Compose's own tags, of which only this repository's use is known."""


def _reset(_: yaml.SafeLoader, node: yaml.Node) -> object:
    return [] if isinstance(node, yaml.SequenceNode) else None


_Loader.add_constructor("!reset", _reset)


def read(file: Path, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file's content. A variable that is not given has the default that the file gives it."""
    return _read(file, tuple(sorted((variables or {}).items())))


@cache
def _read(file: Path, variables: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    given = dict(variables)

    def value(found: re.Match[str]) -> str:
        name, kind, otherwise = found.group(1), found.group(2), found.group(3)
        if kind == ":-":
            return given.get(name) or otherwise
        return given.get(name, otherwise)

    text = re.sub(r"(?<!\$)\$\{(\w+)(:?-|:\?)([^}]*)\}", value, file.read_text())
    content: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506 - a safe one
    return content


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read(COMPOSE)["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    """Those that run Kith's own code."""
    return {name: service for name, service in services().items() if service["image"] == "kith:local"}


def secrets_of(service: Mapping[str, Any]) -> dict[str, str]:
    """Which secret lies in which file of /run/secrets."""
    found = service.get("secrets", [])
    pairs = [(each, each) if isinstance(each, str) else (each["target"], each["source"]) for each in found]
    return dict(pairs)


def is_job(service: Mapping[str, Any]) -> bool:
    return str(service["restart"]).startswith("on-failure")


def secret_files() -> dict[str, Path]:
    return {name: ROOT / entry["file"] for name, entry in read(COMPOSE)["secrets"].items()}
