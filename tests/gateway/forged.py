"""Tokens that must not be taken, each made as somebody with bad intent makes it."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jose import jwt

from chassis.issuer import DEVELOPMENT_ISSUER
from chassis.keys import SigningKey, generate_pem

Forge = Callable[[SigningKey], str]
"""Given the issuer's own key: the `Authorization` header's value."""


def claims(**changed: Any) -> dict[str, Any]:
    """The claims of a good token, with changes; None leaves one out."""
    now = int(time.time())
    made = {"iss": DEVELOPMENT_ISSUER, "aud": "kith", "sub": "teacher-1", "iat": now, "exp": now + 600}
    made.update(changed)
    return {name: value for name, value in made.items() if value is not None}


def signed(key: SigningKey, body: dict[str, Any], **header: Any) -> str:
    return str(jwt.encode(body, key.key, "ES256", headers={"kid": key.key_id, **header}))


def bearer(key: SigningKey, header: dict[str, Any] | None = None, **changed: Any) -> str:
    return f"Bearer {signed(key, claims(**changed), **(header or {}))}"


def part(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return _text(text.encode())


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def raw(key: SigningKey, header: str, body: str) -> str:
    """A token of the issuer's own key over exactly these texts."""
    text = f"{part(header)}.{part(body)}"
    return f"Bearer {text}.{_text(key.key.sign(text.encode()))}"


def _header(key: SigningKey, **more: Any) -> dict[str, Any]:
    return {"alg": "ES256", "typ": "JWT", "kid": key.key_id, **more}


def public_forms(public: Any) -> dict[str, bytes]:
    """A public key as an attacker may hold it, given as python-jose's key."""
    pem = public.to_pem()
    der = serialization.load_pem_public_key(pem).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    words = {name: value.decode() if isinstance(value, bytes) else value for name, value in public.to_dict().items()}
    return {"PEM": pem, "DER": der, "JWK": json.dumps(words).encode()}


def with_hmac(key_id: str, secret: bytes, body: dict[str, Any]) -> str:
    """HS256 with a public key as the secret: good for a verifier that lets the token name the algorithm."""
    text = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': key_id})}.{part(body)}"
    return f"Bearer {text}.{_text(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def _hmac(form: str) -> Forge:
    return lambda key: with_hmac(key.key_id, public_forms(key.key.public_key())[form], claims())


def rsa_pem() -> str:
    return (
        rsa.generate_private_key(65537, 2048)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )


def _unsigned(algorithm: str) -> Forge:
    return lambda key: f"Bearer {part({'alg': algorithm, 'typ': 'JWT', 'kid': key.key_id})}.{part(claims())}."


def _unsigned_with_a_signature(key: SigningKey) -> str:
    text = f"{part({'alg': 'none', 'kid': key.key_id})}.{part(claims())}"
    return f"Bearer {text}.{_text(key.key.sign(text.encode()))}"


def _rsa_under_the_key_id(key: SigningKey) -> str:
    return f"Bearer {jwt.encode(claims(), rsa_pem(), 'RS256', headers={'kid': key.key_id})}"


def _own_key_said_to_be_rsa(key: SigningKey) -> str:
    return raw(key, json.dumps(_header(key, alg="RS256")), json.dumps(claims()))


def _stranger(header: Callable[[SigningKey], dict[str, Any]], *, known_key_id: bool = True) -> Forge:
    """Signed with a key of the forger's own, which the header offers or points to."""

    def forge(key: SigningKey) -> str:
        stranger = SigningKey.from_pem(generate_pem())
        key_id = key.key_id if known_key_id else stranger.key_id
        return bearer(stranger, {**header(stranger), "kid": key_id})

    return forge


def _twice(in_header: bool, name: str, value: str) -> Forge:
    def forge(key: SigningKey) -> str:
        texts = [json.dumps(_header(key)), json.dumps(claims())]
        place = 0 if in_header else 1
        texts[place] = f'{texts[place][:-1]}, "{name}": "{value}"}}'
        return raw(key, *texts)

    return forge


def _changed_after_signing(key: SigningKey) -> str:
    header, _, signature = signed(key, claims()).split(".")
    return f"Bearer {header}.{part(claims(sub='admin'))}.{signature}"


def _spoilt(change: Callable[[list[str]], str]) -> Forge:
    return lambda key: f"Bearer {change(signed(key, claims()).split('.'))}"


FORGED: dict[str, Forge] = {
    "alg none": _unsigned("none"),
    "alg None": _unsigned("None"),
    "no alg": lambda key: f"Bearer {part({'kid': key.key_id})}.{part(claims())}.AAAA",
    "alg none with a signature": _unsigned_with_a_signature,
    "HS256 with the public key as PEM": _hmac("PEM"),
    "HS256 with the public key as DER": _hmac("DER"),
    "HS256 with the public key as JWK": _hmac("JWK"),
    "RS256 of an RSA key under the key id": _rsa_under_the_key_id,
    "RS256 named over an ES256 signature": _own_key_said_to_be_rsa,
    "ES384 named over an ES256 signature": lambda key: raw(
        key, json.dumps(_header(key, alg="ES384")), json.dumps(claims())
    ),
    "another's key under the key id": _stranger(lambda _: {}),
    "a key in the header (jwk)": _stranger(lambda key: {"jwk": key.public_jwk}),
    "a key in the header (jwk) of its own id": _stranger(lambda key: {"jwk": key.public_jwk}, known_key_id=False),
    "a key address (jku)": _stranger(lambda _: {"jku": "http://127.0.0.1:9/keys"}, known_key_id=False),
    "a certificate address (x5u)": _stranger(lambda _: {"x5u": "http://127.0.0.1:9/chain"}),
    "a certificate chain (x5c)": _stranger(lambda key: {"x5c": [_text(key.key.public_key().to_pem())]}),
    "a key id that is a path": lambda key: bearer(key, {"kid": "../../keys/issuer.pem"}),
    "an unknown key id": lambda key: bearer(key, {"kid": "unknown"}),
    "no key id": lambda key: f"Bearer {jwt.encode(claims(), key.key, 'ES256')}",
    "a key id that is no text": lambda key: bearer(key, {"kid": ["a"]}),
    "a critical extension (crit)": lambda key: bearer(key, {"crit": ["b64"], "b64": False}),
    "an empty crit": lambda key: bearer(key, {"crit": []}),
    "another issuer": lambda key: bearer(key, iss="https://elsewhere.example"),
    "no issuer": lambda key: bearer(key, iss=None),
    "another audience": lambda key: bearer(key, aud="another-system"),
    "other audiences": lambda key: bearer(key, aud=["another-system", "kith-portal"]),
    "no audience": lambda key: bearer(key, aud=None),
    "expired": lambda key: bearer(key, exp=int(time.time()) - 60),
    "never expires": lambda key: bearer(key, exp=None),
    "expires at no number": lambda key: bearer(key, exp="tomorrow"),
    "expires beyond all numbers": lambda key: raw(
        key, json.dumps(_header(key)), json.dumps(claims(exp=None))[:-1] + ', "exp": 1e999}'
    ),
    "not yet valid": lambda key: bearer(key, nbf=int(time.time()) + 600),
    "nobody": lambda key: bearer(key, sub=None),
    "somebody who is no text": lambda key: raw(
        key, json.dumps(_header(key)), json.dumps(claims(sub=None))[:-1] + ', "sub": ["admin"]}'
    ),
    "a name with a line break": lambda key: bearer(key, sub="teacher-1\nadmin"),
    "10 kB": lambda key: bearer(key, padding="x" * 10_000),
    "10 kB of signature": _spoilt(lambda parts: f"{parts[0]}.{parts[1]}.{'A' * 10_000}"),
    "brackets without end": lambda _: f"Bearer {part('[' * 5_000)}.{part(claims())}.AAAA",
    "a subject twice": _twice(False, "sub", "admin"),
    "an audience twice": _twice(False, "aud", "kith"),
    "an algorithm twice": _twice(True, "alg", "none"),
    "changed after signing": _changed_after_signing,
    "without its signature": _spoilt(lambda parts: f"{parts[0]}.{parts[1]}."),
    "a padded signature": _spoilt(lambda parts: f"{'.'.join(parts)}=="),
    "white space after it": _spoilt(lambda parts: f"{'.'.join(parts)} "),
    "a tab after it": _spoilt(lambda parts: f"{'.'.join(parts)}\t"),
    "white space before it": _spoilt(lambda parts: f" {'.'.join(parts)}"),
    "white space in its signature": _spoilt(lambda parts: f"{parts[0]}.{parts[1]}.{parts[2][:9]} {parts[2][9:]}"),
    "white space between its parts": _spoilt(lambda parts: f"{parts[0]}. {parts[1]}.{parts[2]}"),
    "two in one header": lambda key: f"{bearer(key)}, {bearer(key)}",
    "five parts (JWE)": _spoilt(lambda parts: f"{'.'.join(parts)}.AAAA.AAAA"),
    "no JWT": lambda _: "Bearer letmein",
    "two dots": lambda _: "Bearer ..",
    "letters of other alphabets": lambda _: "Bearer ä.ö.ü",
    "empty": lambda _: "Bearer ",
    "the scheme alone": lambda _: "Bearer",
    "another scheme": lambda _: "Basic YWRtaW46YWRtaW4=",
    "no scheme": lambda key: signed(key, claims()),
}
