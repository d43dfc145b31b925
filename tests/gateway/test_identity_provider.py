"""Tokens of an OpenID Connect provider: found by discovery, verified with its published keys."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI
from jose import jwk, jwt

from chassis.settings import Environment
from contracts.routes import Service
from gateway.adapters.asgi_transport import StreamingASGITransport
from gateway.main import create_app
from gateway.settings import GatewaySettings
from tests.gateway.conftest import serving


class Provider:
    """Publishes a discovery document and RSA keys, as any provider does."""

    def __init__(self) -> None:
        self.issuer = ""
        self.claimed_issuer: str | None = None
        self.pems: dict[str, str] = {"first": self._pem()}
        self.app = FastAPI()

        @self.app.get("/realm/.well-known/openid-configuration")
        async def discovery() -> dict[str, str]:
            return {"issuer": self.claimed_issuer or self.issuer, "jwks_uri": f"{self.issuer}/certs"}

        @self.app.get("/realm/certs")
        async def certs() -> dict[str, Any]:
            return {"keys": [self._public(key_id, pem) for key_id, pem in self.pems.items()]}

    @staticmethod
    def _pem() -> str:
        key = rsa.generate_private_key(65537, 2048)
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @staticmethod
    def _public(key_id: str, pem: str) -> dict[str, Any]:
        public = jwk.construct(pem, "RS256").public_key().to_dict()
        text = {name: value.decode() if isinstance(value, bytes) else value for name, value in public.items()}
        return {**text, "kid": key_id, "use": "sig"}

    def token(self, **changed: Any) -> dict[str, str]:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "kith", "sub": "teacher-1", "exp": now + 60, **changed}
        token = jwt.encode(claims, self.pems["first"], "RS256", headers={"kid": "first"})
        return {"Authorization": f"Bearer {token}", "Kith-Purpose": "audit"}


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider()


@asynccontextmanager
async def gateway(issuer: str, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway whose services answer everything with 503: that far comes only a caller who is known."""
    transports = dict.fromkeys(Service, httpx.MockTransport(lambda _: httpx.Response(503)))
    made = GatewaySettings(oidc_issuer=issuer, internal_key="x" * 40, **settings)
    app = create_app(made, transports)
    async with httpx.AsyncClient(transport=StreamingASGITransport(app), base_url="http://kith") as client:
        yield client


KNOWN, UNKNOWN = 503, 401


async def test_a_token_of_the_provider_is_taken_and_no_other(provider: Provider) -> None:
    async with serving(provider.app) as address:
        provider.issuer = f"{address}/realm"
        async with gateway(provider.issuer) as client:
            assert (await client.get("/v1/whoami", headers=provider.token())).status_code == KNOWN
            for changed in ({"iss": "https://elsewhere.example"}, {"aud": "kith-portal"}, {"exp": 1}):
                assert (await client.get("/v1/whoami", headers=provider.token(**changed))).status_code == UNKNOWN
            assert (await client.post("/dev/token", json={"sub": "admin"})).status_code == 404
            checks = (await client.get("/health/ready")).json()["checks"]
            assert checks["identity"] == "ready"
        async with gateway(provider.issuer, oidc_jwks_url=f"{address}/realm/certs") as client:
            assert (await client.get("/v1/whoami", headers=provider.token())).status_code == KNOWN


async def test_a_discovery_document_of_another_issuer_is_not_believed(provider: Provider) -> None:
    async with serving(provider.app) as address:
        provider.issuer = f"{address}/realm"
        provider.claimed_issuer = "https://elsewhere.example"
        try:
            async with gateway(provider.issuer) as client:
                assert (await client.get("/v1/whoami", headers=provider.token())).status_code == 503
                checks = (await client.get("/health/ready")).json()["checks"]
                assert checks["identity"] == "The identity provider did not answer"
        finally:
            provider.claimed_issuer = None


async def test_a_provider_that_is_away_is_named(provider: Provider) -> None:
    async with gateway("http://127.0.0.1:9/realm") as client:
        ready = await client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["checks"]["identity"] == "The identity provider did not answer"


def test_production_takes_keys_over_https_only() -> None:
    with pytest.raises(ValueError, match="KITH_OIDC_JWKS_URL must be an https address"):
        GatewaySettings(
            environment=Environment.PRODUCTION,
            internal_key="x" * 40,
            oidc_issuer="https://login.example",
            oidc_jwks_url="http://login.example/certs",
        )
