"""Settings that every part shares. Read from the environment (`KITH_…`); nothing else in the code reads it."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class ServiceSettings(BaseSettings):
    """What a service needs to run; each service adds its own.

    In production nothing secret has a default: a missing or development secret refuses to start.
    """

    model_config = SettingsConfigDict(
        env_prefix="KITH_", env_file=None, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    environment: Environment = Environment.DEVELOPMENT
    data_dir: Path = Path("var")
    log_level: str = "INFO"
    database_url: str = ""
    database_pool: Annotated[int, Field(ge=1, le=100)] = 10
    kafka_bootstrap: str = ""
    """Addresses of Kafka; empty means the embedded broker."""
    run_worker: bool = True
    """Whether this process relays the outbox and consumes events beside answering requests."""
    migrate_at_start: bool = True
    internal_key: SecretStr = SecretStr("")
    """Shows a call between parts. Made at first start in development; must be given in production."""
    grant_jwks_file: Path | None = None
    """The consent service's public grant keys; None means the file that a development start writes."""

    @model_validator(mode="after")
    def _no_secret_has_a_default_in_production(self) -> "ServiceSettings":
        if self.environment is Environment.PRODUCTION:
            if len(self.internal_key.get_secret_value()) < 32:
                raise ValueError("KITH_INTERNAL_KEY must be given in production, at least 32 characters long")
            if not self.database_url:
                raise ValueError("KITH_DATABASE_URL must be given in production")
        return self

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    def database_of(self, service: str) -> str:
        """The service's database: the one given, or an SQLite file of its own in the data folder."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.data_dir / service).resolve()}.sqlite3"
