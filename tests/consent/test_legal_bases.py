"""Legal bases that need no consent: who records them, what they open, and that they end."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.consent.conftest import SetClock
from tests.consent.kit import Consent
from tests.consent.scene import HEALTH_VISITOR, SOCIAL_WORKER, TEACHER, make_child
from tests.consent.test_need_to_know import block, reads
from tests.support.patience import PATIENCE


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


def body(**changed: Any) -> dict[str, Any]:
    until = (datetime.now(UTC) + timedelta(days=14)).isoformat()
    return {
        "code": "child-protection",
        "categories": ["health", "social_care"],
        "recipients": [{"type": "agency", "id": "gp"}],
        "valid_until": until,
        "reference": "S47/2026/0113",
        **changed,
    }


async def test_it_opens_its_categories_to_its_recipients_until_it_ends(
    consent: Consent, child_id: str, clock: SetClock
) -> None:
    path = f"/v1/children/{child_id}/legal-bases"
    before = await reads(consent, HEALTH_VISITOR, child_id)
    assert before is not None
    made = await consent.call(SOCIAL_WORKER, "POST", path, body())
    assert made.status_code == 201, made.text
    # Only what the role is entitled to; and nobody but the recipients.
    assert await reads(consent, HEALTH_VISITOR, child_id) == before | {"health"}
    assert "social_care" not in (await reads(consent, SOCIAL_WORKER, child_id) or set())
    clock.by = timedelta(days=14)
    assert await reads(consent, HEALTH_VISITOR, child_id) == before
    clock.by = timedelta(0)
    basis_id = made.json()["basis_id"]
    for _ in range(2):
        ended = await consent.call(SOCIAL_WORKER, "POST", f"/v1/legal-bases/{basis_id}/end")
        assert ended.status_code == 200
    assert await reads(consent, HEALTH_VISITOR, child_id) == before
    listed = (await consent.call(SOCIAL_WORKER, "GET", path)).json()["items"]
    assert [each["ended_at"] is not None for each in listed] == [True]


async def test_it_ends_once_by_however_many(consent: Consent, child_id: str) -> None:
    made = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/legal-bases", body())
    path = f"/v1/legal-bases/{made.json()['basis_id']}/end"
    answers = await asyncio.gather(*(consent.call(SOCIAL_WORKER, "POST", path) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["ended_at"] for answer in answers}) == 1
    # Events of one child come in their order: once this one is heard, so was every end.
    again = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/legal-bases", body())
    async with asyncio.timeout(PATIENCE):
        while again.json()["basis_id"] not in {each.data.get("basis_id") for each in consent.heard}:
            await asyncio.sleep(0.02)
    assert [each.type for each in consent.heard].count("LegalBasisEnded") == 1


async def test_a_block_stops_it(consent: Consent, child_id: str) -> None:
    await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/legal-bases", body())
    await block(consent, child_id, "practitioner", HEALTH_VISITOR, "health")
    assert "health" not in (await reads(consent, HEALTH_VISITOR, child_id) or set())


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"code": "because"}, "/code"),
        ({"categories": ["sensitive"]}, "/categories/0"),
        ({"code": "vital-interests", "categories": ["health", "youth_justice"]}, "/categories/1"),
        ({"recipients": [{"type": "agency", "id": "nowhere"}]}, "/recipients/0/id"),
        ({"valid_until": "2020-02-29T00:00:00Z"}, "/valid_until"),
        ({"valid_until": None}, "/valid_until"),
        ({"reference": ""}, "/reference"),
    ],
)
async def test_bad_input_names_the_field_and_records_nothing(
    consent: Consent, child_id: str, changed: dict[str, Any], pointer: str
) -> None:
    path = f"/v1/children/{child_id}/legal-bases"
    answer = await consent.call(SOCIAL_WORKER, "POST", path, body(**changed))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await consent.call(SOCIAL_WORKER, "GET", path)).json()["items"] == []


async def test_only_the_lead_and_social_workers_record_one(consent: Consent, child_id: str) -> None:
    assert (await consent.call(TEACHER, "POST", f"/v1/children/{child_id}/legal-bases", body())).status_code == 404
