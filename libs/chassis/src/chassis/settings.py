"""Settings that every part shares. Read from the environment (`KITH_…`); nothing else in the code reads it."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from chassis.timeouts import USUAL, Timeouts


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


Port = Annotated[int, Field(ge=0, le=65535)]


class KithSettings(BaseSettings):
    """What every settings class of Kith is: read from the environment, and from files where a folder of them is named.

    Raises `ValueError` where `KITH_SECRETS_DIR` is no folder.
    """

    model_config = SettingsConfigDict(
        env_prefix="KITH_", env_file=None, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    secrets_dir: Path | None = None
    """A folder with a file for each secret, named as its variable (`kith_internal_key`): what Docker and Kubernetes
    mount. The environment goes before it: a variable is seen by whoever may look at the process, a file is not."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = {**env_settings(), **init_settings()}.get("secrets_dir")
        if not folder:
            return init_settings, env_settings
        if not Path(folder).is_dir():
            raise ValueError(f"KITH_SECRETS_DIR: there is no folder {folder}")
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=folder)


class ListeningSettings(KithSettings):
    """Mixin for the settings of a part that can answer HTTP in a process of its own."""

    log_level: str = "INFO"
    host: str = "127.0.0.1"
    port: Port = 8080
    listen_fd: Annotated[int, Field(ge=0)] | None = None
    """A listening socket that was handed down, as by a process manager: connections wait in it while the part starts
    anew, and several processes may share it. None: `host` and `port`."""


class ObservedSettings(KithSettings):
    """Mixin for the settings of a process that can be seen from outside."""

    metrics_host: str = "127.0.0.1"
    metrics_port: Port = 0
    """A second port, on which Prometheus finds `/metrics`; 0 = none, and then nothing is counted."""
    otlp_endpoint: Annotated[str, Field(pattern=r"^(https?://.+)?$")] = ""
    """Address of an OpenTelemetry collector, `http://host:4318`, which takes traces; empty: none are made."""
    trace_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Which share of the traces is kept, in all processes the same ones."""


class DatabaseSettings(KithSettings):
    """What a migration job needs, and no more: it is given no key."""

    environment: Environment = Environment.DEVELOPMENT
    data_dir: Path = Path("var")
    database_url: str = ""
    database_pool: Annotated[int, Field(ge=1, le=100)] = 10
    database_connect_seconds: Annotated[float, Field(gt=0, le=60)] = USUAL.connect
    database_statement_seconds: Annotated[float, Field(ge=0, le=86_400)] = USUAL.statement
    database_lock_seconds: Annotated[float, Field(ge=0, le=86_400)] = USUAL.lock
    database_idle_seconds: Annotated[float, Field(ge=0, le=86_400)] = USUAL.idle
    """When PostgreSQL gives up: a connection, a statement, its wait for a lock, a transaction in which nothing is
    asked. 0 is never. Migrations, imports and other jobs that say so are exempt."""

    @model_validator(mode="after")
    def _the_database_is_named_in_production(self) -> "DatabaseSettings":
        if self.environment is Environment.PRODUCTION and not self.database_url:
            raise ValueError("KITH_DATABASE_URL must be given in production")
        return self

    @property
    def database_timeouts(self) -> Timeouts:
        return Timeouts(
            statement=self.database_statement_seconds,
            lock=self.database_lock_seconds,
            idle=self.database_idle_seconds,
            connect=self.database_connect_seconds,
        )

    def database_of(self, service: str) -> str:
        """The service's database: the one given, or an SQLite file of its own in the data folder."""
        return self.database_url or f"sqlite+aiosqlite:///{(self.data_dir / service).resolve()}.sqlite3"


class KafkaProtocol(StrEnum):
    """Kafka's own names. A password without TLS (`SASL_PLAINTEXT`) is not among them: everybody could read it."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_SSL = "SASL_SSL"


class SaslMechanism(StrEnum):
    SCRAM_SHA_512 = "SCRAM-SHA-512"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    PLAIN = "PLAIN"


_PROTOCOL = "KITH_KAFKA_PROTOCOL"
_PAIR = {"KITH_KAFKA_CERTIFICATE_FILE", "KITH_KAFKA_KEY_FILE"}
_OF_TLS = {"KITH_KAFKA_CA_FILE", *_PAIR}
_CREDENTIALS = {"KITH_KAFKA_USERNAME", "KITH_KAFKA_PASSWORD"}
_OF_SASL = {"KITH_KAFKA_SASL_MECHANISM", *_CREDENTIALS}


class KafkaSettings(KithSettings):
    """Mixin for whatever speaks to Kafka. What is given by half, or has no effect, refuses to start."""

    kafka_bootstrap: str = ""
    """Addresses of Kafka, `host:port` with commas between; empty means the embedded broker."""
    kafka_protocol: KafkaProtocol = KafkaProtocol.PLAINTEXT
    kafka_ca_file: Path | None = None
    """PEM of who signs the brokers' certificates; None: whom the system trusts."""
    kafka_certificate_file: Path | None = None
    """PEM of one's own certificate and those up to its authority, where the brokers ask for one."""
    kafka_key_file: Path | None = None
    """PEM of its key, not encrypted. Both are read anew with each connection, so that they may be renewed."""
    kafka_sasl_mechanism: SaslMechanism = SaslMechanism.SCRAM_SHA_512
    kafka_username: str = ""
    kafka_password: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _kafkas_settings_fit(self) -> "KafkaSettings":
        protocol = self.kafka_protocol
        given = {f"KITH_{name.upper()}" for name in self.model_fields_set if getattr(self, name)}
        if not self.kafka_bootstrap and (without := given & (_OF_TLS | _OF_SASL | {_PROTOCOL})):
            raise ValueError(f"{_names(without)} without KITH_KAFKA_BOOTSTRAP")
        if protocol is KafkaProtocol.PLAINTEXT and (without := given & (_OF_TLS | _OF_SASL)):
            raise ValueError(f"{_names(without)} without {_PROTOCOL}=SSL or SASL_SSL")
        if protocol is KafkaProtocol.SSL and (without := given & _OF_SASL):
            raise ValueError(f"{_names(without)} without {_PROTOCOL}=SASL_SSL")
        if protocol is KafkaProtocol.SASL_SSL and (missing := _CREDENTIALS - given):
            raise ValueError(f"{_PROTOCOL}=SASL_SSL without {_names(missing)}")
        if len(missing := _PAIR - given) == 1:
            raise ValueError(f"{_names(_PAIR - missing)} without {_names(missing)}")
        if protocol is not KafkaProtocol.PLAINTEXT:
            self._check_files()
        return self

    def _check_files(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.kafka_ca_file is not None:
            with _refused("KITH_KAFKA_CA_FILE is no readable PEM of certificates"):
                context.load_verify_locations(self.kafka_ca_file)
        if self.kafka_certificate_file is not None:
            with _refused("KITH_KAFKA_CERTIFICATE_FILE and KITH_KAFKA_KEY_FILE are no readable PEM of a pair"):
                # An empty password, or OpenSSL would ask for one at the terminal.
                context.load_cert_chain(self.kafka_certificate_file, self.kafka_key_file, password="")

    @property
    def kafka_connection(self) -> dict[str, Any]:
        """kafka-python's settings for TLS and SASL."""
        if self.kafka_protocol is KafkaProtocol.PLAINTEXT:
            return {}
        files = {
            "ssl_cafile": self.kafka_ca_file,
            "ssl_certfile": self.kafka_certificate_file,
            "ssl_keyfile": self.kafka_key_file,
        }
        connection = {name: str(file) for name, file in files.items() if file is not None}
        connection["security_protocol"] = self.kafka_protocol.value
        if self.kafka_protocol is KafkaProtocol.SASL_SSL:
            connection["sasl_mechanism"] = self.kafka_sasl_mechanism.value
            connection["sasl_plain_username"] = self.kafka_username
            connection["sasl_plain_password"] = self.kafka_password.get_secret_value()
        return connection


class ServiceSettings(DatabaseSettings, KafkaSettings, ListeningSettings, ObservedSettings):
    """What a service needs to run; each service adds its own.

    In production nothing secret has a default: a missing or development secret refuses to start.
    """

    run_worker: bool = True
    """Whether this process relays the outbox and consumes events beside answering requests."""
    migrate_at_start: bool = True
    internal_key: SecretStr = SecretStr("")
    """Shows a call between parts. Made at first start in development; must be given in production."""
    grant_jwks_file: Path | None = None
    """The consent service's public grant keys; None means the file that a development start writes."""

    @model_validator(mode="after")
    def _no_secret_has_a_default_in_production(self) -> "ServiceSettings":
        if self.production and len(self.internal_key.get_secret_value()) < 32:
            raise ValueError("KITH_INTERNAL_KEY must be given in production, at least 32 characters long")
        return self

    @property
    def production(self) -> bool:
        return self.environment is Environment.PRODUCTION


def _names(variables: set[str]) -> str:
    return " and ".join(sorted(variables))


@contextmanager
def _refused(why: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # of which OpenSSL's are
        raise ValueError(f"{why}: {error.strerror or 'not PEM'}") from None
