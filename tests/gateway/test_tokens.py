"""Who is calling: a token of the issuer, and every other thing refused in one and the same way."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.issuer import DevelopmentIssuer
from chassis.keys import SigningKey
from contracts.routes import Service
from tests.gateway.conftest import Kith
from tests.gateway.forged import FORGED, Forge, bearer
from tests.gateway.world import fails_with

REQUEST_ID = "01890000-0000-7000-8000-000000000001"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    """The issuer's own private key."""
    DevelopmentIssuer(tmp_path)
    return SigningKey.from_pem((tmp_path / "keys" / "issuer.pem").read_text())


async def ask(kith: Kith, *authorization: str) -> httpx.Response:
    """`whoami` with these `Authorization` headers, as bytes where they are not ASCII."""
    sent = [(b"X-Request-Id", REQUEST_ID.encode()), *((b"Authorization", one.encode()) for one in authorization)]
    return await kith.client.request("GET", "/v1/whoami", headers=sent)


async def is_refused_like_nobody(kith: Kith, *authorization: str) -> None:
    nobody, refused = await ask(kith), await ask(kith, *authorization)
    assert refused.status_code == nobody.status_code == 401
    assert refused.content == nobody.content
    assert refused.headers.multi_items() == nobody.headers.multi_items()
    assert kith.world.calls == [], "nothing is asked of anybody for a caller who is nobody"


async def test_a_token_of_the_issuer_is_taken(kith: Kith, key: SigningKey) -> None:
    answer = await ask(kith, bearer(key))
    assert answer.status_code == 200
    assert answer.json()["practitioner_id"] == "teacher-1"


async def test_nobody_is_told_what_is_needed(kith: Kith) -> None:
    answer = await ask(kith)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert json.loads(answer.content)["type"] == "urn:kith:problem:unauthenticated"


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_every_other_token_is_refused_in_the_same_way(kith: Kith, key: SigningKey, forge: Forge) -> None:
    await is_refused_like_nobody(kith, forge(key))


async def test_two_tokens_are_none(kith: Kith, key: SigningKey) -> None:
    good = bearer(key)
    await is_refused_like_nobody(kith, good, good)


async def test_a_good_token_beside_another_scheme_is_none(kith: Kith, key: SigningKey) -> None:
    await is_refused_like_nobody(kith, "Basic YWRtaW46YWRtaW4=", bearer(key))


async def test_a_token_that_was_taken_makes_no_other_good(kith: Kith, key: SigningKey) -> None:
    good = bearer(key)
    assert (await ask(kith, good)).status_code == 200
    kith.world.calls.clear()
    await is_refused_like_nobody(kith, f"{good}A")


async def test_a_role_in_the_token_is_nothing(kith: Kith, key: SigningKey) -> None:
    claimed: dict[str, Any] = {
        "role": "directory_admin",
        "roles": ["directory_admin", "ig_officer"],
        "scope": "partnership scim.provision",
        "agency_id": "council",
        "team_ids": ["duty"],
        "realm_access": {"roles": ["directory_admin"]},
        "categories": ["sensitive"],
    }
    plain, dressed = await ask(kith, bearer(key)), await ask(kith, bearer(key, **claimed))
    assert plain.status_code == dressed.status_code == 200
    assert plain.content == dressed.content
    first, second = kith.world.questions
    assert first == second, "the decision is asked the same question"
    inside = json.dumps([[call.path, call.query, sorted(call.headers)] for call in kith.world.calls])
    assert "directory_admin" not in inside


async def test_a_token_stops_when_it_expires(kith: Kith, key: SigningKey) -> None:
    token = bearer(key, exp=int(time.time()) + 1)
    assert (await ask(kith, token)).status_code == 200
    time.sleep(1.1)
    assert (await ask(kith, token)).status_code == 401


async def test_the_consent_service_has_the_last_word_on_a_token(kith: Kith) -> None:
    kith.world.faults[Service.CONSENT] = fails_with(401)
    answer = await kith.ask("GET", "/v1/whoami")
    assert answer.status_code == 401
    assert "www-authenticate" in answer.headers
