"""Settings of the stack (`KITH_STACK_…`). What the parts themselves read is handed on to them as it is."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from stack.programs import LOOPBACK

PORTS = ("consent", "child-index", "assessment", "notifications", "postgres", "kafka", "kafka-controller")
"""What listens on the ports from `first_port` on, beside the gateway."""


class StackSettings(BaseSettings):
    """Everything listens on the loopback."""

    model_config = SettingsConfigDict(env_prefix="KITH_STACK_", env_file=None, extra="ignore", frozen=True)

    dir: Path = Path("var/stack")
    """Where the stack keeps data, keys, passwords and logs; nobody but its owner enters it."""
    port: Annotated[int, Field(ge=1024, le=65_000)] = 8080
    """The gateway's."""
    first_port: Annotated[int, Field(ge=1024, le=65_000)] = 8081
    """The other parts', PostgreSQL's and Kafka's are this one and those after it."""
    gateway_processes: Annotated[int, Field(ge=1, le=64)] = 2
    api_processes: Annotated[int, Field(ge=1, le=64)] = 1
    """How many processes of each service answer requests; they share its port."""
    postgres_url: SecretStr = SecretStr("")
    """`postgresql://administrator:password@host:port/postgres` of a PostgreSQL that is there already; the stack makes
    its databases and roles in it. Empty: that of Docker Compose where an engine answers, else one of its own."""
    kafka_bootstrap: str = ""
    """`host:port` of a Kafka that is there already; the stack makes its topics in it. Empty: as with `postgres_url`."""
    kafka_replicas: Annotated[int, Field(ge=1, le=9)] = 1
    """Brokers that keep each message."""

    @model_validator(mode="after")
    def _ports_are_apart(self) -> "StackSettings":
        if self.port in self.ports().values():
            raise ValueError(f"KITH_STACK_PORT ({self.port}) is one of those from KITH_STACK_FIRST_PORT on")
        return self

    def ports(self) -> dict[str, int]:
        return {name: self.first_port + place for place, name in enumerate(PORTS)}

    @property
    def data_dir(self) -> Path:
        """What `KITH_DATA_DIR` is for every part: the development issuer's keys, and those the parts made."""
        return self.dir.resolve() / "data"

    def url_of(self, part: str) -> str:
        port = self.port if part == "gateway" else self.ports()[part]
        return f"http://{LOOPBACK}:{port}"
