"""Whose access tokens are taken: an OpenID Connect provider, or in development the issuer that Kith itself is.

The gateway and the consent service each verify the caller's token for themselves, from the same settings.
"""

import time
from pathlib import Path
from typing import Any

import httpx
from jose import jwt
from pydantic import model_validator

from chassis.errors import FieldError, Invalid
from chassis.keys import ALGORITHM, load_or_create
from chassis.settings import Environment, KithSettings
from chassis.tokens import FetchKeys, TokenVerifier

DEVELOPMENT_ISSUER = "kith-development"
DEFAULT_AUDIENCE = "kith"
DEFAULT_TTL_SECONDS = 3600
MAX_TTL_SECONDS = 30 * 24 * 3600
DISCOVERY_TIMEOUT_SECONDS = 5.0


class IssuerSettings(KithSettings):
    """Mixin for the settings of a part that verifies access tokens.

    With `KITH_OIDC_ISSUER` empty the development issuer is used, which production refuses.
    """

    environment: Environment = Environment.DEVELOPMENT
    data_dir: Path = Path("var")
    oidc_issuer: str = ""
    """The provider's issuer, exactly as its tokens name it (`iss`)."""
    oidc_audience: str = DEFAULT_AUDIENCE
    oidc_jwks_url: str = ""
    """Where the provider's keys are; empty means where its discovery document says."""

    @model_validator(mode="after")
    def _production_has_a_provider_of_its_own(self) -> "IssuerSettings":
        if self.environment is not Environment.PRODUCTION:
            return self
        if not self.oidc_issuer:
            raise ValueError(
                "KITH_OIDC_ISSUER must be given in production: the development issuer does not start there"
            )
        for name, url in (("KITH_OIDC_ISSUER", self.oidc_issuer), ("KITH_OIDC_JWKS_URL", self.oidc_jwks_url)):
            if url and not url.startswith("https://"):
                raise ValueError(f"{name} must be an https address in production")
        return self

    @property
    def has_development_issuer(self) -> bool:
        return self.environment is Environment.DEVELOPMENT and not self.oidc_issuer


class DevelopmentIssuer:
    """Signs tokens for whoever is named, with a key made at first start in the data folder.

    Raises `ValueError` when it is asked for in production.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        environment: Environment = Environment.DEVELOPMENT,
        audience: str = DEFAULT_AUDIENCE,
    ) -> None:
        if environment is not Environment.DEVELOPMENT:
            raise ValueError("The development issuer does not start in production: set KITH_OIDC_ISSUER instead")
        self._key = load_or_create(data_dir / "keys" / "issuer.pem")
        self._audience = audience

    def token(self, subject: str, ttl_seconds: int = DEFAULT_TTL_SECONDS, *, actor: str | None = None) -> str:
        """An ES256 access token for `subject`; `actor` is the system that acts for them, if any.

        Raises `Invalid` unless it lives for 1 second to 30 days.
        """
        if not 1 <= ttl_seconds <= MAX_TTL_SECONDS:
            raise Invalid([FieldError("/ttl_seconds", f"must be between 1 and {MAX_TTL_SECONDS}")])
        now = int(time.time())
        claims = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": self._audience,
            "sub": subject,
            "iat": now,
            "nbf": now,
            "exp": now + ttl_seconds,
        }
        if actor is not None:
            claims["act"] = {"sub": actor}
        return str(jwt.encode(claims, self._key.key, ALGORITHM, headers={"kid": self._key.key_id}))

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self._key.public_jwk]}


def make_token_verifier(settings: IssuerSettings) -> TokenVerifier:
    """The verifier for the issuer that the settings name."""
    if not settings.has_development_issuer:
        return TokenVerifier(settings.oidc_issuer, settings.oidc_audience, _provider_keys(settings))
    issuer = DevelopmentIssuer(settings.data_dir, environment=settings.environment, audience=settings.oidc_audience)

    async def own_keys() -> dict[str, Any]:
        return issuer.jwks()

    return TokenVerifier(DEVELOPMENT_ISSUER, settings.oidc_audience, own_keys)


def _provider_keys(settings: IssuerSettings) -> FetchKeys:
    """Fetches the provider's key set, found by OpenID Connect Discovery 1.0 unless its address is set."""

    async def fetch() -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=DISCOVERY_TIMEOUT_SECONDS) as client:
            url = settings.oidc_jwks_url or await _discover(client, settings)
            return await _json(client, url)

    return fetch


async def _discover(client: httpx.AsyncClient, settings: IssuerSettings) -> str:
    document = await _json(client, settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration")
    if document.get("issuer") != settings.oidc_issuer:
        raise ValueError("The discovery document is of another issuer")
    url = str(document["jwks_uri"])
    if settings.environment is Environment.PRODUCTION and not url.startswith("https://"):
        raise ValueError("The provider's keys are not at an https address")
    return url


async def _json(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    answer = await client.get(url)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise TypeError("The provider's answer is not a JSON object")
    return found
