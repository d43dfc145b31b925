"""Settings of the gateway (`KITH_…`)."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, model_validator

from chassis.issuer import IssuerSettings
from chassis.settings import Environment, ListeningSettings, ObservedSettings
from contracts.effects import LONGEST_WAIT
from contracts.routes import Service

MEBIBYTE = 1024 * 1024


class GatewaySettings(ListeningSettings, ObservedSettings, IssuerSettings):
    """What the gateway needs to run. It has no database.

    The addresses of the services are needed only where they run in processes of their own.
    """

    internal_key: SecretStr = SecretStr("")
    """Shows a call between parts. Made at first start in development; must be given in production."""
    rate_limit: Annotated[int, Field(ge=0)] = 6000
    """Requests a minute for each caller, counted in each process; 0 = none."""
    body_limit_bytes: Annotated[int, Field(ge=1)] = MEBIBYTE
    upload_limit_bytes: Annotated[int, Field(ge=1)] = 200 * MEBIBYTE
    answer_seconds: Annotated[float, Field(gt=0)] = 60.0
    """How long a service may stay silent before its answer is given up."""
    settle_seconds: Annotated[float, Field(ge=0, le=LONGEST_WAIT)] = 2.0
    """How long the answer to a change waits until the services that must hear of it have. After that it stands all the
    same, and the caller's next request may not see it yet."""
    child_index_url: str = ""
    assessment_url: str = ""
    consent_url: str = ""
    notifications_url: str = ""

    @model_validator(mode="after")
    def _no_secret_has_a_default_in_production(self) -> "GatewaySettings":
        if self.environment is Environment.PRODUCTION and len(self.internal_key.get_secret_value()) < 32:
            raise ValueError("KITH_INTERNAL_KEY must be given in production, at least 32 characters long")
        return self

    @property
    def internal_key_file(self) -> Path:
        """Where a development start keeps the internal key that it made."""
        return self.data_dir / "keys" / "internal"

    def addresses(self) -> dict[Service, str]:
        """Where each service is. Raises `ValueError` naming the settings that are missing."""
        given = {
            Service.CHILD_INDEX: self.child_index_url,
            Service.ASSESSMENT: self.assessment_url,
            Service.CONSENT: self.consent_url,
            Service.NOTIFICATIONS: self.notifications_url,
        }
        missing = [f"KITH_{service.name}_URL" for service, url in given.items() if not url]
        if missing:
            raise ValueError(f"Say where the services are: {', '.join(missing)}")
        return {service: url.rstrip("/") for service, url in given.items()}
