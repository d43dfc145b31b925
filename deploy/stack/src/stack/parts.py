"""Which processes the stack is made of: what each is started as, and with which environment."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from stack.settings import StackSettings

SERVICES = ("consent", "child-index", "assessment", "notifications")
"""The consent service comes first: it makes the keys that the others verify grants with."""
_OWN = (
    *("KITH_STACK_", "KITH_HOST", "KITH_PORT", "KITH_LISTEN_FD", "KITH_DATABASE_URL", "KITH_DATA_DIR"),
    "KITH_METRICS_PORT",  # the first process alone would have it
)
_HANDED_ON = ("PATH", "HOME", "LANG", "TZ", "PYTHONDONTWRITEBYTECODE", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Part:
    """One entry of the process manager. `port`: on which it answers, held open by the manager while it starts anew."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    processes: int = 1
    stop_signal: str = "TERM"
    stop_seconds: float = 20.0


@dataclass(frozen=True)
class Databases:
    """Where PostgreSQL is, and the passwords of the roles, by `<service>` and `<service>_owner`."""

    host: str
    port: int
    passwords: Mapping[str, str]

    def url(self, service: str, *, owner: bool = False) -> str:
        module = module_of(service)
        role = f"{module}_owner" if owner else module
        password = quote(self.passwords[role], safe="")
        return f"postgresql+asyncpg://kith_{role}:{password}@{self.host}:{self.port}/kith_{module}"


def module_of(service: str) -> str:
    return service.replace("-", "_")


def shared_environment(settings: StackSettings, kafka: str) -> dict[str, str]:
    """What every part of Kith is given: the caller's own settings for it, and where the others are."""
    given = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("KITH_", "OTEL_")) and not name.startswith(_OWN)
    }
    return {
        **{name: os.environ[name] for name in _HANDED_ON if name in os.environ},
        **given,
        "KITH_DATA_DIR": str(settings.data_dir),
        "KITH_KAFKA_BOOTSTRAP": kafka,
        "KITH_MIGRATE_AT_START": "false",
    }


def migration(service: str, shared: Mapping[str, str], databases: Databases) -> tuple[list[str], dict[str, str]]:
    """The command of a service's migration job, and its environment."""
    environment = {**shared, "KITH_DATABASE_URL": databases.url(service, owner=True)}
    return [sys.executable, "-m", f"{module_of(service)}.migrate"], environment


def service_parts(
    service: str, settings: StackSettings, shared: Mapping[str, str], databases: Databases
) -> tuple[Part, Part]:
    """Who answers requests, and the worker."""
    module = module_of(service)
    own = {**shared, "KITH_DATABASE_URL": databases.url(service)}
    if service == "notifications":
        own["KITH_CONSENT_URL"] = settings.url_of("consent")
    api = Part(
        service,
        [sys.executable, "-m", module],
        {**own, "KITH_RUN_WORKER": "false"},
        settings.ports()[service],
        settings.api_processes,
    )
    return api, Part(f"{service}-worker", [sys.executable, "-m", f"{module}.worker"], own)


def gateway_part(settings: StackSettings, shared: Mapping[str, str]) -> Part:
    where = {f"KITH_{module_of(service).upper()}_URL": settings.url_of(service) for service in SERVICES}
    command = [sys.executable, "-m", "gateway"]
    return Part("gateway", command, {**shared, **where}, settings.port, settings.gateway_processes)
