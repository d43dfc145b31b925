"""Who is calling: a token of the issuer, and every other thing refused in one and the same way."""

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jose import jwt

from chassis.issuer import DEVELOPMENT_ISSUER, DevelopmentIssuer
from chassis.keys import SigningKey, generate_pem
from contracts.routes import Service
from tests.gateway.conftest import Kith
from tests.gateway.world import fails_with

Forge = Callable[[SigningKey], str]


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"iss": DEVELOPMENT_ISSUER, "aud": "kith", "sub": "teacher-1", "iat": now, "exp": now + 600}
    made.update(changed)
    return {name: value for name, value in made.items() if value is not None}


def signed(key: SigningKey, body: dict[str, Any], **header: Any) -> str:
    return str(jwt.encode(body, key.key, "ES256", headers={"kid": key.key_id, **header}))


def part(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def unsigned(key: SigningKey) -> str:
    return f"{part({'alg': 'none', 'typ': 'JWT', 'kid': key.key_id})}.{part(claims())}."


def hmac_with_the_public_key(key: SigningKey) -> str:
    public = json.dumps(key.public_jwk)
    return str(jwt.encode(claims(), public, "HS256", headers={"kid": key.key_id}))


def of_a_stranger(key: SigningKey) -> str:
    return signed(SigningKey.from_pem(generate_pem()), claims(), kid=key.key_id)


def with_its_own_key(_: SigningKey) -> str:
    stranger = SigningKey.from_pem(generate_pem())
    return signed(stranger, claims(), jwk=stranger.public_jwk)


def with_its_own_key_address(key: SigningKey) -> str:
    return signed(SigningKey.from_pem(generate_pem()), claims(), kid=key.key_id, jku="http://127.0.0.1:9/keys")


def repeated_claim(key: SigningKey) -> str:
    body = json.dumps(claims())[:-1] + ', "sub": "admin"}'
    text = f"{part({'alg': 'ES256', 'kid': key.key_id})}.{part(body)}"
    signature = base64.urlsafe_b64encode(key.key.sign(text.encode())).rstrip(b"=").decode()
    return f"{text}.{signature}"


def changed_after_signing(key: SigningKey) -> str:
    header, _, signature = signed(key, claims()).split(".")
    return f"{header}.{part(claims(sub='admin'))}.{signature}"


def without_key_id(key: SigningKey) -> str:
    return str(jwt.encode(claims(), key.key, "ES256"))


BAD: dict[str, Forge] = {
    "alg none": unsigned,
    "HS256 with the public key": hmac_with_the_public_key,
    "another's key under our key id": of_a_stranger,
    "a key in the header": with_its_own_key,
    "a key address in the header": with_its_own_key_address,
    "another issuer": lambda key: signed(key, claims(iss="https://elsewhere.example")),
    "another audience": lambda key: signed(key, claims(aud="another-system")),
    "no audience": lambda key: signed(key, claims(aud=None)),
    "expired": lambda key: signed(key, claims(exp=int(time.time()) - 60)),
    "never expires": lambda key: signed(key, claims(exp=None)),
    "not yet valid": lambda key: signed(key, claims(nbf=int(time.time()) + 600)),
    "nobody": lambda key: signed(key, claims(sub=None)),
    "an unknown key id": lambda key: signed(key, claims(), kid="unknown"),
    "no key id": without_key_id,
    "a key id that is no text": lambda key: signed(key, claims(), kid=["a"]),
    "a critical extension": lambda key: signed(key, claims(), crit=["b64"]),
    "10 kB": lambda key: signed(key, claims(padding="x" * 10_000)),
    "a claim twice": repeated_claim,
    "changed after signing": changed_after_signing,
    "no JWT": lambda _: "letmein",
    "two dots": lambda _: "..",
    "empty": lambda _: "",
}


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """The issuer's own private key."""
    DevelopmentIssuer(tmp_path)
    return SigningKey.from_pem((tmp_path / "keys" / "issuer.pem").read_text())


async def test_a_token_of_the_issuer_is_taken(kith: Kith, key: SigningKey) -> None:
    answer = await kith.ask(
        "GET", "/v1/whoami", viewer=None, headers={"Authorization": f"Bearer {signed(key, claims())}"}
    )
    assert answer.status_code == 200
    assert answer.json()["practitioner_id"] == "teacher-1"


async def test_every_other_token_is_refused_in_the_same_way(kith: Kith, key: SigningKey) -> None:
    request_id = "01890000-0000-7000-8000-000000000001"
    sent: dict[str, list[tuple[str, str]]] = {
        name: [("Authorization", f"Bearer {forge(key)}")] for name, forge in BAD.items()
    }
    good = signed(key, claims())
    sent["no header"] = []
    sent["another scheme"] = [("Authorization", "Basic YWRtaW46YWRtaW4=")]
    sent["two tokens"] = [("Authorization", f"Bearer {good}"), ("Authorization", f"Bearer {good}")]
    answers = {}
    for name, authorization in sent.items():
        answer = await kith.ask(
            "GET", "/v1/whoami", viewer=None, headers=[("X-Request-Id", request_id), *authorization]
        )
        answers[name] = (answer.status_code, answer.content, sorted(answer.headers.items()))
    first = answers["no header"]
    assert [name for name, answer in answers.items() if answer != first] == []
    status, body, headers = first
    assert status == 401
    assert dict(headers)["www-authenticate"].startswith("Bearer")
    assert json.loads(body)["type"] == "urn:kith:problem:unauthenticated"
    assert kith.world.calls == [], "nothing is asked of anybody for a caller who is nobody"


async def test_a_token_stops_when_it_expires(kith: Kith, key: SigningKey) -> None:
    token = signed(key, claims(exp=int(time.time()) + 1))
    header = {"Authorization": f"Bearer {token}"}
    assert (await kith.ask("GET", "/v1/whoami", viewer=None, headers=header)).status_code == 200
    time.sleep(1.1)
    assert (await kith.ask("GET", "/v1/whoami", viewer=None, headers=header)).status_code == 401


async def test_the_consent_service_has_the_last_word_on_a_token(kith: Kith) -> None:
    kith.world.faults[Service.CONSENT] = fails_with(401)
    answer = await kith.ask("GET", "/v1/whoami")
    assert answer.status_code == 401
    assert "www-authenticate" in answer.headers
