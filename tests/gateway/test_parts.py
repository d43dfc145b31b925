"""The gateway's own routes: health, the development issuer; and the settings that it refuses."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from jose import jwt
from pydantic import ValidationError

from chassis.issuer import DEVELOPMENT_ISSUER, DevelopmentIssuer
from chassis.settings import Environment
from contracts.routes import Service
from gateway.adapters.asgi_transport import StreamingASGITransport
from gateway.main import create_app
from gateway.settings import GatewaySettings
from tests.gateway.conftest import Kith
from tests.gateway.world import crashes

SECRET = "a secret that is long enough for production"
PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "internal_key": SECRET,
    "oidc_issuer": "https://login.example",
    "oidc_audience": "kith",
}


async def test_it_is_live_and_ready(either: Kith) -> None:
    assert (await either.client.get("/health/live")).json() == {"status": "live"}
    ready = await either.client.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"
    assert set(Service) <= ready.json()["checks"].keys()


async def test_not_ready_names_what_is_not_and_why(kith: Kith) -> None:
    async def without_database(scope: Any, receive: Any, send: Any) -> None:
        body = b'{"status": "not ready", "checks": {"broker": "ready", "database": "The database did not answer"}}'
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": body})

    kith.world.faults = {Service.CONSENT: without_database, Service.ASSESSMENT: crashes}
    answer = await kith.client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "not ready"
    checks = answer.json()["checks"]
    assert checks["consent"] == "database: The database did not answer"
    assert checks["assessment"] == "does not answer"
    assert checks["child-index"] == "ready"


async def test_the_development_issuer_gives_a_token_for_whoever_is_named(kith: Kith) -> None:
    answer = await kith.client.post("/dev/token", json={"sub": "admin", "ttl_seconds": 60})
    assert answer.status_code == 200
    found = answer.json()
    assert found["token_type"] == "Bearer"
    assert found["expires_in"] == 60
    claims = jwt.get_unverified_claims(found["access_token"])
    assert (claims["iss"], claims["aud"], claims["sub"]) == (DEVELOPMENT_ISSUER, "kith", "admin")
    assert claims["exp"] - claims["iat"] == 60
    who = await kith.client.get("/v1/whoami", headers={"Authorization": f"Bearer {found['access_token']}"})
    assert who.json()["practitioner_id"] == "admin"


async def test_what_makes_no_token(kith: Kith) -> None:
    bad: list[dict[str, Any]] = [
        {},
        {"sub": ""},
        {"sub": "a\x00b"},
        {"sub": "x" * 201},
        {"sub": "a", "ttl_seconds": 0},
        {"sub": "a", "ttl_seconds": 10**9},
        {"sub": "a", "role": "admin"},
    ]
    for body in bad:
        answer = await kith.client.post("/dev/token", json=body)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:kith:problem:invalid"), body


def test_the_issuers_key_is_kept_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = DevelopmentIssuer(tmp_path).jwks()
    assert DevelopmentIssuer(tmp_path).jwks() == first
    assert (tmp_path / "keys" / "issuer.pem").stat().st_mode & 0o077 == 0


def test_the_development_issuer_does_not_start_in_production(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not start in production"):
        DevelopmentIssuer(tmp_path, environment=Environment.PRODUCTION)
    assert not (tmp_path / "keys").exists()


def test_production_needs_its_own(tmp_path: Path) -> None:
    GatewaySettings(data_dir=tmp_path, **PRODUCTION)
    for name, value in (
        ("internal_key", ""),
        ("internal_key", "short"),
        ("oidc_issuer", ""),
        ("oidc_issuer", "http://login.example"),
    ):
        with pytest.raises(ValidationError, match=f"KITH_{name.upper()}") as refusal:
            GatewaySettings(data_dir=tmp_path, **{**PRODUCTION, name: value})
        assert SECRET not in str(refusal.value)


async def test_production_has_no_development_route(tmp_path: Path) -> None:
    transports = dict.fromkeys(Service, httpx.MockTransport(lambda _: httpx.Response(500)))
    production = create_app(GatewaySettings(data_dir=tmp_path, **PRODUCTION), transports)
    async with httpx.AsyncClient(transport=StreamingASGITransport(production), base_url="http://kith") as client:
        assert (await client.post("/dev/token", json={"sub": "admin"})).status_code == 404
    assert not (tmp_path / "keys").exists()


def test_without_the_services_addresses_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="KITH_ASSESSMENT_URL, KITH_NOTIFICATIONS_URL"):
        create_app(GatewaySettings(data_dir=tmp_path, child_index_url="http://a", consent_url="http://b"))
