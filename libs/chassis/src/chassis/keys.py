"""ES256 keys: made once, held as constructed key objects (parsing PEM text on a hot path costs 24 ms a signature)."""

import base64
import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jose import jwk

ALGORITHM = "ES256"
_ECDSA = ec.ECDSA(hashes.SHA256())


def thumbprint(public: dict[str, Any]) -> str:
    """RFC 7638 thumbprint of an EC public JWK, base64url without padding: the key's id everywhere in Kith."""
    canonical = json.dumps(
        {name: public[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"), sort_keys=True
    )
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key ready to sign: `key` is python-jose's key object, `public_jwk` carries `kid`, `alg`, `use`."""

    key: Any
    key_id: str
    public_jwk: dict[str, Any]

    def sign(self, message: bytes) -> bytes:
        """The ES256 signature as RFC 7518, section 3.4 has it: two numbers of 32 bytes. As `key.sign`, which asks for
        the key's curve and size again each time."""
        r, s = decode_dss_signature(self.key.prepared_key.sign(message, _ECDSA))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    @classmethod
    def from_pem(cls, pem: str) -> "SigningKey":
        key = jwk.construct(pem, ALGORITHM)
        public = {name: _text(value) for name, value in key.public_key().to_dict().items()}
        key_id = thumbprint(public)
        return cls(key, key_id, {**public, "kid": key_id, "alg": ALGORITHM, "use": "sig"})


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def generate_pem() -> str:
    private = ec.generate_private_key(ec.SECP256R1())
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def load_or_create(path: Path) -> SigningKey:
    """The key kept in `path`; made there at first start, readable by its owner alone."""
    return SigningKey.from_pem(_kept(path, generate_pem))


def load_or_create_secret(path: Path) -> str:
    """A random secret kept in `path`, made there at first start. Development only: production is given its own."""
    return _kept(path, lambda: secrets.token_urlsafe(32)).strip()


def _kept(path: Path, make: Callable[[], str]) -> str:
    """The text of a file that is made once: of several processes that start together, one makes it for all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _written_aside(path, make())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)
        temporary.unlink()
    return path.read_text()


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read. A crash leaves the old file or the new one, never a half."""
    _written_aside(path, text).replace(path)


def _written_aside(path: Path, text: str) -> Path:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def write_jwks(path: Path, keys: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, json.dumps({"keys": keys}, indent=2, sort_keys=True) + "\n")


def read_jwks(path: Path) -> dict[str, Any]:
    """Public keys by key id, as constructed key objects."""
    return {entry["kid"]: jwk.construct(entry, ALGORITHM) for entry in json.loads(path.read_text())["keys"]}
