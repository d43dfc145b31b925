"""Access tokens: who is calling. A token proves the `sub` and nothing else; role and agency come from the directory.

RS256 and ES256 by allow-list, the key by `kid` from the issuer's key set. The algorithm is that of the key, never one
that the token names; keys carried in a token's header are never looked at.
"""

import hashlib
import json
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from jose import jwk, jwt
from jose.exceptions import JOSEError
from jose.utils import base64url_decode

from chassis.errors import Unauthenticated, Unavailable

log = structlog.get_logger("kith.tokens")

ALGORITHMS = ("RS256", "ES256")
MAX_TOKEN_BYTES = 8192
CACHE_SIZE = 10_000
REFETCH_SECONDS = 30.0
"""An unknown key id asks the issuer for its keys at most this often."""
KEYS_HOLD_SECONDS = 600.0
"""A key that the issuer withdrew is taken for no longer than this, and no token beyond its own end."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
"""RFC 7515, section 3.1: three parts in base64url. What decodes but is not written so (white space, padding) is no
token: of two texts for one token, a list of withdrawn tokens would know only one."""
_SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")
"""OpenID Connect Core 1.0, section 2: a subject is at most 255 ASCII characters."""

_NO_TOKEN = (JOSEError, KeyError, TypeError, ValueError, ArithmeticError, RecursionError)
"""How the libraries say that it is none; the last two for a number too large and brackets too deep."""

FetchKeys = Callable[[], Awaitable[dict[str, Any]]]
"""Gives the issuer's JSON Web Key Set."""


def _fingerprint(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii", "replace")).digest()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the token names, and until when it says so (seconds since the epoch).

    `actor` is the system that acts for them (RFC 8693, claim `act`). It gives nothing and takes nothing away: whatever
    is decided is decided on the person; the access log names it.
    """

    subject: str
    expires_at: float
    actor: str | None = None


class TokenVerifier:
    """Verifies bearer tokens of one issuer. Verified tokens are remembered until they expire."""

    def __init__(self, issuer: str, audience: str, fetch_keys: FetchKeys) -> None:
        self._issuer = issuer
        self._audience = audience
        self._fetch_keys = fetch_keys
        self._keys: dict[str, tuple[str, Any]] = {}
        self._published: list[Any] = []
        self._fetched_at = float("-inf")
        self._verified: OrderedDict[bytes, Identity] = OrderedDict()

    async def verify(self, authorization: str | None) -> Identity:
        """The identity behind an `Authorization` header. Raises `Unauthenticated`, the same for every fault."""
        known = self.known(authorization)
        if known is not None:
            return known
        if authorization is None or not authorization.startswith("Bearer "):
            raise Unauthenticated
        token = authorization.removeprefix("Bearer ")
        if len(token) > MAX_TOKEN_BYTES or not _TOKEN.fullmatch(token):
            raise Unauthenticated
        fingerprint = _fingerprint(token)
        remembered = self._verified.get(fingerprint)
        if remembered is not None and remembered.expires_at <= time.time():
            del self._verified[fingerprint]
            raise Unauthenticated
        identity = await self._verify_new(token)
        self._verified[fingerprint] = identity
        while len(self._verified) > CACHE_SIZE:
            self._verified.popitem(last=False)
        return identity

    def known(self, authorization: str | None) -> Identity | None:
        """The identity behind a header whose token was verified before and holds still; None for any other."""
        if authorization is None or not authorization.startswith("Bearer ") or len(authorization) > MAX_TOKEN_BYTES:
            return None
        found = self._verified.get(_fingerprint(authorization[7:]))
        holds = found is not None and found.expires_at > time.time() and self._age() <= KEYS_HOLD_SECONDS
        return found if holds else None

    async def _verify_new(self, token: str) -> Identity:
        try:
            _refuse_repeated_names(token)
            header = jwt.get_unverified_header(token)
            key_id = header["kid"]
            if not isinstance(key_id, str) or "crit" in header:
                raise Unauthenticated
            algorithm, key = await self._key(key_id)
            claims = jwt.decode(
                token,
                key,
                [algorithm],
                audience=self._audience,
                issuer=self._issuer,
                options={
                    "require_exp": True,
                    "require_sub": True,
                    "require_aud": True,
                    "require_iss": True,
                    "leeway": 5,
                },
            )
            expires_at = float(claims["exp"])
        except _NO_TOKEN as error:
            raise Unauthenticated from error
        subject = claims["sub"]
        if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
            raise Unauthenticated
        return Identity(subject, expires_at, _actor_in(claims))

    def _age(self) -> float:
        """Seconds since the issuer's keys were read."""
        return time.monotonic() - self._fetched_at

    async def _key(self, key_id: str) -> tuple[str, Any]:
        age = self._age()
        if not self._keys or age > KEYS_HOLD_SECONDS or (key_id not in self._keys and age > REFETCH_SECONDS):
            await self.refresh()
        try:
            return self._keys[key_id]
        except KeyError:
            raise Unauthenticated from None

    async def refresh(self) -> None:
        """Reads the issuer's keys anew. Raises `Unavailable` when the issuer does not answer and none are known."""
        try:
            found = await self._fetch_keys()
        except Exception as error:
            log.warning("tokens.keys_unreachable", error_type=type(error).__qualname__)
            if not self._keys:
                raise Unavailable("The identity provider did not answer") from error
            self._fetched_at = time.monotonic()
            return
        self._fetched_at = time.monotonic()
        published = found.get("keys", [])
        if published != self._published:
            self._verified.clear()  # a token that was good under a key that is no more must show itself again
        self._published = published
        keys = {}
        for entry in published:
            algorithm = entry.get("alg") or {"RSA": "RS256", "EC": "ES256"}.get(entry.get("kty", ""))
            if algorithm in ALGORITHMS and entry.get("kid") and entry.get("use", "sig") == "sig":
                keys[entry["kid"]] = (algorithm, jwk.construct(entry, algorithm))
        self._keys = keys


def _actor_in(claims: dict[str, Any]) -> str | None:
    if "act" not in claims:
        return None
    actor = claims["act"].get("sub") if isinstance(claims["act"], dict) else None
    if not isinstance(actor, str) or not _SUBJECT.fullmatch(actor):
        raise Unauthenticated
    return actor


def _refuse_repeated_names(token: str) -> None:
    """Two claims of one name mean different things to different readers; such a token is refused."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            raise Unauthenticated
        return made

    parts = token.split(".")
    if len(parts) != 3:
        raise Unauthenticated
    for part in parts[:2]:
        json.loads(base64url_decode(part.encode("ascii")), object_pairs_hook=once)
