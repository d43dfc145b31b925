"""Grants: what the consent service signed that one request may see.

A grant is a short-lived ES256 token. The other services verify it with the consent service's public key and answer
with the granted categories only; a gateway alone, or a caller inside the network, has no grant and gets nothing.
"""

import time
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from jose import jwt
from jose.exceptions import JOSEError

from chassis.errors import KithError
from chassis.keys import ALGORITHM, SigningKey
from contracts.vocabulary import Category, Role

ISSUER = "kith-consent"
AUDIENCE = "kith-services"
LIFETIME_SECONDS = 60


class NoGrant(KithError):
    status, code, title = (
        403,
        "grant-required",
        "This service answers only under a grant of the consent service",
    )


@dataclass(frozen=True, slots=True)
class KeptBack:
    """An enquiry that the family is not told of yet: what these have done since, or everybody where none is named."""

    since: datetime
    practitioners: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()

    def covers(self, practitioner_id: str | None, agency_id: str | None, at: datetime) -> bool:
        everybody = not self.practitioners and not self.agencies
        return at >= self.since and (everybody or practitioner_id in self.practitioners or agency_id in self.agencies)


class Grant(NamedTuple):
    """One decision, as the other services see it. (A tuple: a frozen dataclass of so many fields takes five times as
    long to make, and each request makes two.)

    `child_id` is set where the request is about one child; `children` where the answer may speak of several, each
    decided on. Where records of one child are merged, both name the record that stands, whichever was asked about.
    `records` are those that the decision took account of: every record of the child, or of each of `children`. An
    answer holds rows of these records only: of one that was merged a moment ago, or parted, the decision knew nothing.
    `related` names children of the same family, by each of their records, whose names this viewer may see beside the
    child's own (of several children: beside that of the one whose family they are of). `overrides` pairs a child that
    the viewer sees by an override with the override's id.
    `kept_back` is what an answer to the family leaves out without a trace.
    `veiled` names children of whom the viewer may not learn where they are, neither from what tells of it by the way
    (a local service's name) nor by a search that tries it out.
    `partly` names, of `categories`, those that are not permitted for every one of `records`, each with the positions in
    `records` for which it is (bit 0: the first). See `records_with`.
    `lead` says that the viewer is the child's lead professional. `role` is None for an identity that the directory
    does not know yet (only the acceptance of an invitation takes one). `actor` is the system that acts for the
    viewer, if any.
    """

    decision_id: str
    viewer_id: str
    role: Role | None
    agency_id: str | None
    team_ids: tuple[str, ...]
    action: str
    purpose: str
    request_id: str
    child_id: str | None = None
    categories: frozenset[Category] = frozenset()
    children: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    scope: str = "agency"
    lead: bool = False
    overrides: tuple[tuple[str, str], ...] = ()
    kept_back: tuple[KeptBack, ...] = ()
    actor: str | None = None
    records: tuple[str, ...] = ()
    veiled: tuple[str, ...] = ()
    partly: tuple[tuple[Category, int], ...] = ()

    def permits(self, category: Category) -> bool:
        return category in self.categories

    def records_with(self, categories: Collection[Category]) -> tuple[str, ...]:
        """Those of `records` of which the viewer may see all of `categories`."""
        if not self.categories.issuperset(categories):
            return ()
        everybody = (1 << len(self.records)) - 1
        mask = everybody
        for category, permitted in self.partly:
            if category in categories:
                mask &= permitted
        if mask == everybody:
            return self.records
        return tuple(record for place, record in enumerate(self.records) if mask >> place & 1)


def _base64url(data: bytes) -> bytes:
    """RFC 7515, section 2: without padding."""
    return urlsafe_b64encode(data).rstrip(b"=")


class GrantSigner:
    """Makes the compact form (RFC 7515, section 7.1) itself: the header is the same each time, and the claims are ours,
    so `jwt.encode` would check and encode for two thirds of the time of a grant."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        header = {"alg": ALGORITHM, "typ": "JWT", "kid": key.key_id}
        self._header = _base64url(orjson.dumps(header))

    def sign(self, grant: Grant) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "jti": grant.decision_id,
            "sub": grant.viewer_id,
            "role": grant.role,
            "agy": grant.agency_id,
            "tms": list(grant.team_ids),
            "act": grant.action,
            "pur": grant.purpose,
            "rid": grant.request_id,
            "chd": grant.child_id,
            "cat": sorted(grant.categories),
            "chn": list(grant.children),
            "rel": list(grant.related),
            "scp": grant.scope,
            "led": grant.lead,
            "ovr": [list(pair) for pair in grant.overrides],
            "ctr": grant.actor,
            "rec": list(grant.records),
            "vei": list(grant.veiled),
            "prt": [[category, f"{mask:x}"] for category, mask in grant.partly],
            "kpt": [[k.since.isoformat(), list(k.practitioners), list(k.agencies)] for k in grant.kept_back],
        }
        signed = self._header + b"." + _base64url(orjson.dumps(claims))
        return (signed + b"." + _base64url(self._key.sign(signed))).decode("ascii")


class GrantVerifier:
    """Verifies with constructed public keys, by key id."""

    def __init__(self, keys: Mapping[str, Any]) -> None:
        self._keys = keys

    def verify(self, token: str | None, *, actions: Sequence[str], request_id: str) -> Grant:
        """The grant in the token. Raises `NoGrant` unless it is signed, in time, for this action and request."""
        if not token:
            raise NoGrant
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(token, key, [ALGORITHM], audience=AUDIENCE, issuer=ISSUER)
        except (JOSEError, KeyError, TypeError) as error:
            raise NoGrant from error
        if claims["act"] not in actions or claims["rid"] != request_id:
            raise NoGrant
        return Grant(
            decision_id=claims["jti"],
            viewer_id=claims["sub"],
            role=Role(claims["role"]) if claims["role"] else None,
            agency_id=claims["agy"],
            team_ids=tuple(claims["tms"]),
            action=claims["act"],
            purpose=claims["pur"],
            request_id=claims["rid"],
            child_id=claims["chd"],
            categories=frozenset(map(Category, claims["cat"])),
            children=tuple(claims["chn"]),
            related=tuple(claims["rel"]),
            scope=claims["scp"],
            lead=claims["led"],
            overrides=tuple((child_id, override_id) for child_id, override_id in claims["ovr"]),
            actor=claims["ctr"],
            records=tuple(claims["rec"]),
            veiled=tuple(claims["vei"]),
            partly=tuple((Category(category), int(mask, 16)) for category, mask in claims["prt"]),
            kept_back=tuple(
                KeptBack(datetime.fromisoformat(since), tuple(practitioners), tuple(agencies))
                for since, practitioners, agencies in claims["kpt"]
            ),
        )
