"""Tokens of an OpenID Connect provider: found by discovery, verified with its published keys."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jose import jwk, jwt

from chassis import tokens
from chassis.keys import generate_pem
from chassis.settings import Environment
from contracts.routes import Service
from gateway.adapters.asgi_transport import StreamingASGITransport
from gateway.main import create_app
from gateway.settings import GatewaySettings
from tests.gateway.conftest import serving
from tests.gateway.forged import public_forms, rsa_pem, with_hmac


class Provider:
    """Publishes a discovery document and RSA keys, as any provider does."""

    def __init__(self) -> None:
        self.issuer = ""
        self.claimed_issuer: str | None = None
        self.pems: dict[str, str] = {"first": rsa_pem()}
        self.app = FastAPI()

        @self.app.get("/realm/.well-known/openid-configuration")
        async def discovery() -> dict[str, str]:
            return {"issuer": self.claimed_issuer or self.issuer, "jwks_uri": f"{self.issuer}/certs"}

        @self.app.get("/realm/certs")
        async def certs() -> dict[str, Any]:
            return {"keys": [self._public(key_id, pem) for key_id, pem in self.pems.items()]}

    @staticmethod
    def _public(key_id: str, pem: str) -> dict[str, Any]:
        public = jwk.construct(pem, "RS256").public_key().to_dict()
        text = {name: value.decode() if isinstance(value, bytes) else value for name, value in public.items()}
        return {**text, "kid": key_id, "use": "sig"}

    def claims(self, **changed: Any) -> dict[str, Any]:
        return {"iss": self.issuer, "aud": "kith", "sub": "teacher-1", "exp": int(time.time()) + 60, **changed}

    def token(self, key_id: str = "first", **changed: Any) -> dict[str, str]:
        token = jwt.encode(self.claims(**changed), self.pems[key_id], "RS256", headers={"kid": key_id})
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
REQUEST_ID = "01890000-0000-7000-8000-000000000001"


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


@pytest.mark.parametrize("form", ["PEM", "DER", "JWK"])
async def test_hs256_with_the_public_rsa_key_is_refused(provider: Provider, form: str) -> None:
    async with serving(provider.app) as address:
        provider.issuer = f"{address}/realm"
        secret = public_forms(jwk.construct(provider.pems["first"], "RS256").public_key())[form]
        async with gateway(provider.issuer) as client:
            forged = {"Authorization": with_hmac("first", secret, provider.claims())}
            assert (await client.get("/v1/whoami", headers=forged)).status_code == UNKNOWN


async def test_es256_under_the_id_of_an_rsa_key_is_refused(provider: Provider) -> None:
    async with serving(provider.app) as address:
        provider.issuer = f"{address}/realm"
        forged = jwt.encode(provider.claims(), generate_pem(), "ES256", headers={"kid": "first"})
        async with gateway(provider.issuer) as client:
            answer = await client.get("/v1/whoami", headers={"Authorization": f"Bearer {forged}"})
            assert answer.status_code == UNKNOWN


async def test_a_key_that_was_rotated_away_is_refused_and_so_is_what_it_signed(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(provider.app) as address:
        provider.issuer = f"{address}/realm"
        first, kept = provider.pems["first"], provider.token()
        async with gateway(provider.issuer) as client:
            assert (await client.get("/v1/whoami", headers=kept)).status_code == KNOWN
            provider.pems = {"second": rsa_pem()}
            try:
                # By its clock: the keys were read as long ago as they hold.
                monkeypatch.setattr(tokens, "KEYS_HOLD_SECONDS", 0.0)
                nobody = await client.get("/v1/whoami", headers={"X-Request-Id": REQUEST_ID})
                refused = await client.get("/v1/whoami", headers={**kept, "X-Request-Id": REQUEST_ID})
                assert (refused.status_code, refused.content) == (UNKNOWN, nobody.content)
                assert (await client.get("/v1/whoami", headers=provider.token("second"))).status_code == KNOWN
            finally:
                provider.pems = {"first": first}


async def test_a_new_key_is_found_before_the_old_ones_are_due(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(provider.app) as address:
        provider.issuer = f"{address}/realm"
        async with gateway(provider.issuer) as client:
            assert (await client.get("/v1/whoami", headers=provider.token())).status_code == KNOWN
            provider.pems["second"] = rsa_pem()
            try:
                assert (await client.get("/v1/whoami", headers=provider.token("second"))).status_code == UNKNOWN
                monkeypatch.setattr(tokens, "REFETCH_SECONDS", 0.0)
                assert (await client.get("/v1/whoami", headers=provider.token("second"))).status_code == KNOWN
                assert (await client.get("/v1/whoami", headers=provider.token())).status_code == KNOWN
            finally:
                del provider.pems["second"]


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
