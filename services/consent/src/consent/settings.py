"""Settings of the consent service."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, model_validator

from chassis.issuer import IssuerSettings
from chassis.likeness import LikenessSettings
from chassis.settings import Port, ServiceSettings

PART = "consent"
DEFAULT_POLICY = Path(__file__).resolve().parents[2] / "policy" / "default.yaml"


class ConsentSettings(ServiceSettings, IssuerSettings, LikenessSettings):
    """`policy_file` is the authority's own policy. The two keys are PEM text (PKCS 8, P-256): made at first start in
    the data folder in development, and given in production. `consent_reminder_seconds`: between two looks for
    consents that end soon."""

    port: Port = 8081
    policy_file: Path = DEFAULT_POLICY
    grant_key: SecretStr = SecretStr("")
    log_key: SecretStr = SecretStr("")
    log_retention_days: Annotated[int, Field(ge=1, le=36_600)] | None = None
    """None: nothing is ever purged from the access log."""
    consent_reminder_seconds: Annotated[float, Field(gt=0)] = 3600
    signals_seconds: Annotated[float, Field(gt=0, le=86_400)] = 30.0
    """How long the finder of officers' signals rests between two looks at the log."""

    @model_validator(mode="after")
    def _keys_are_given_in_production(self) -> "ConsentSettings":
        if self.production:
            for name, value in (("KITH_GRANT_KEY", self.grant_key), ("KITH_LOG_KEY", self.log_key)):
                if not value.get_secret_value():
                    raise ValueError(f"{name} must be given in production")
        return self
