"""Signed tree heads, and the keys that sign them.

A head says: at this time the log held so many entries, and this is the root over them. It is signed with ES256
(RFC 7518 section 3.4); the key's id is its JWK thumbprint (RFC 7638), so the id cannot be given to another key.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from jose import jwk as jose_jwk

from consent.domain.log_entries import canonical_json

_HASH = re.compile(r"[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_PUBLIC_MEMBERS = ("crv", "kty", "x", "y")
_HEAD_FIELDS = ("tree_size", "root_hash", "timestamp", "key_id", "signature")
# The first line keeps a signature over a head from passing as one over anything else, and the reverse.
_DOMAIN = "kith access log tree head v1"


class InvalidKey(ValueError):
    """Not a P-256 key in the form of a JWK, or not the key that its id names."""


class InvalidHead(ValueError):
    """Not in the form of a signed tree head. Says nothing about the signature."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A signed tree head, as in ``GET /v1/access-log/tree-head``.

    ``root_hash``: 64 lower-case hex digits; ``timestamp``: RFC 3339, UTC, with ``Z``; ``key_id``: RFC 7638
    thumbprint; ``signature``: 64 bytes (R || S) in base64url without padding. Raises InvalidHead when made in
    any other form.
    """

    tree_size: int
    root_hash: str
    timestamp: str
    key_id: str
    signature: str

    def __post_init__(self) -> None:
        tree_head_bytes(self.tree_size, self.root_hash, self.timestamp, self.key_id)
        if _b64url_bytes(self.signature, 64) is None:
            raise InvalidHead("the signature is not 64 bytes in base64url")

    @classmethod
    def parse(cls, value: object, *, exact: bool = False) -> "TreeHead":
        """Read a head from a JSON object. Other members are passed over, or refused when ``exact``."""
        if not isinstance(value, Mapping) or not set(value) >= set(_HEAD_FIELDS):
            raise InvalidHead(f"a tree head has the members {', '.join(_HEAD_FIELDS)}")
        if exact and len(value) != len(_HEAD_FIELDS):
            raise InvalidHead("this tree head has members of no meaning")
        return cls(**{field: value[field] for field in _HEAD_FIELDS})

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def tree_head_bytes(tree_size: int, root_hash: str, timestamp: str, key_id: str) -> bytes:
    """The text that is signed: five lines, each ended by a newline, none of which can hold one.

    Raises InvalidHead for a field that is not in its form.
    """
    if not isinstance(tree_size, int) or isinstance(tree_size, bool) or not 0 <= tree_size < 2**63:
        raise InvalidHead("the tree size is not a whole number from 0 to 2^63 - 1")
    if not isinstance(root_hash, str) or _HASH.fullmatch(root_hash) is None:
        raise InvalidHead("the root hash is not 64 lower-case hex digits")
    if not isinstance(timestamp, str) or not _is_time(timestamp):
        raise InvalidHead("the timestamp is not an RFC 3339 time in UTC")
    if _b64url_bytes(key_id, 32) is None:
        raise InvalidHead("the key id is not a JWK thumbprint")
    return f"{_DOMAIN}\n{tree_size}\n{root_hash}\n{timestamp}\n{key_id}\n".encode()


class LogKey:
    """A public key that tree heads are verified with; make it once, and keep it.

    ``jwk`` is any P-256 JWK (RFC 7517), of which only ``crv``, ``kty``, ``x`` and ``y`` are used. Raises
    InvalidKey.
    """

    def __init__(self, jwk: Mapping[str, object]) -> None:
        self.public_jwk = _public_members(jwk)
        self.key_id = thumbprint(self.public_jwk)
        self._key = _construct(self.public_jwk)

    def verify(self, head: TreeHead) -> bool:
        """Whether this key signed the head. False, too, for a head that names another key."""
        if head.key_id != self.key_id:
            return False
        message = tree_head_bytes(head.tree_size, head.root_hash, head.timestamp, head.key_id)
        signature = _b64url_bytes(head.signature, 64)
        return signature is not None and bool(self._key.verify(message, signature))


class LogSigner:
    """A private key that signs tree heads; make it once, and keep it.

    ``private_jwk`` is a P-256 JWK with ``d``. Raises InvalidKey.
    """

    def __init__(self, private_jwk: Mapping[str, object]) -> None:
        self.public_jwk = _public_members(private_jwk)
        self.key_id = thumbprint(self.public_jwk)
        secret = private_jwk.get("d")
        if not isinstance(secret, str) or _b64url_bytes(secret, 32) is None:
            raise InvalidKey("not a private key")
        self._key = _construct({**self.public_jwk, "d": secret})

    def sign(self, tree_size: int, root_hash: str, timestamp: str) -> TreeHead:
        """Make the signed head; shapes as in :class:`TreeHead`. Raises InvalidHead for any other."""
        message = tree_head_bytes(tree_size, root_hash, timestamp, self.key_id)
        return TreeHead(tree_size, root_hash, timestamp, self.key_id, _b64url(self._key.sign(message)))


def thumbprint(jwk: Mapping[str, object]) -> str:
    """The RFC 7638 thumbprint (SHA-256, base64url) of a P-256 key, public or private. Raises InvalidKey."""
    return _b64url(sha256(canonical_json(_public_members(jwk))).digest())


def _public_members(jwk: Mapping[str, object]) -> dict[str, str]:
    # A coordinate has one spelling only: the last character of 43 carries two bits that decoders pass over.
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise InvalidKey("not an elliptic curve key on P-256")
    if _b64url_bytes(jwk.get("x"), 32) is None or _b64url_bytes(jwk.get("y"), 32) is None:
        raise InvalidKey("the coordinates are not 32 bytes each in base64url")
    return {member: str(jwk[member]) for member in _PUBLIC_MEMBERS}


def _construct(jwk: dict[str, str]) -> Any:
    try:
        return jose_jwk.construct(jwk, algorithm="ES256")
    except Exception:  # the library lets several kinds through, and their texts may quote the key
        raise InvalidKey("not a point on P-256, or not the private key of that point") from None


def _is_time(value: str) -> bool:
    if _TIMESTAMP.fullmatch(value) is None:
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _b64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _b64url_bytes(value: object, length: int) -> bytes | None:
    """Decode base64url without padding (RFC 7515 section 2); None for all but the one spelling of ``length`` bytes."""
    if not isinstance(value, str) or not value.isascii() or len(value) != (length * 8 + 5) // 6:
        return None
    try:
        data = urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except ValueError:
        return None
    return data if len(data) == length and _b64url(data) == value else None
