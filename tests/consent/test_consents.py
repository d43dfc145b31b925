"""Consents: who gives them, how they were given, who sees them, and what was asked and refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.consent.kit import Consent
from tests.consent.scene import HEALTH_VISITOR, OTHER_TEACHER, SOCIAL_WORKER, TEACHER, make_account, make_child
from tests.consent.test_need_to_know import block, reads

HEALTH_SECTOR = [{"type": "sector", "id": "health"}]
OWN = {"categories": ["health"], "recipients": HEALTH_SECTOR}
BY_PARENT = {**OWN, "given_by": "parent", "basis": "parental_responsibility"}
BY_YOUNG_PERSON = {**OWN, "given_by": "young_person", "basis": "competent"}


def ago(**before: float) -> str:
    return (datetime.now(UTC) - timedelta(**before)).isoformat()


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


async def recorded(consent: Consent, child_id: str, body: dict[str, Any], who: str = TEACHER) -> str:
    answer = await consent.call(who, "POST", f"/v1/children/{child_id}/consents", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["consent_id"])


@pytest.mark.parametrize(("kind", "basis"), [("young_person", "competent"), ("parent", "parental_responsibility")])
async def test_the_family_agrees_on_their_own_side(consent: Consent, child_id: str, kind: str, basis: str) -> None:
    me = await make_account(consent, child_id, kind)
    assert "health" not in (await reads(consent, HEALTH_VISITOR, child_id) or set())
    given = await consent.call(me, "POST", "/v1/me/consents", OWN)
    assert given.status_code == 201, given.text
    assert (given.json()["given_by"], given.json()["basis"]) == (kind, basis)
    assert given.json()["recorded_by"] == me
    assert "health" in (await reads(consent, HEALTH_VISITOR, child_id) or set())
    shown = (await consent.call(TEACHER, "GET", f"/v1/children/{child_id}/consents")).json()["items"]
    assert shown == [given.json()]
    back = await consent.call(me, "POST", f"/v1/me/consents/{given.json()['consent_id']}/withdrawal")
    assert back.status_code == 200
    assert "health" not in (await reads(consent, HEALTH_VISITOR, child_id) or set())


async def test_on_their_own_side_nobody_says_who_they_are(consent: Consent, child_id: str) -> None:
    me = await make_account(consent, child_id, "parent")
    claims: list[dict[str, Any]] = [
        {"given_by": "young_person"},
        {"basis": "competent"},
        {"evidence": {}},
        {"child_id": child_id},
    ]
    for claim in claims:
        answer = await consent.call(me, "POST", "/v1/me/consents", {**OWN, **claim})
        assert answer.status_code == 422
    assert (await consent.call(SOCIAL_WORKER, "POST", "/v1/me/consents", OWN)).status_code == 403


async def test_a_practitioner_says_how_and_when_it_was_given(consent: Consent, child_id: str) -> None:
    evidence = {"how": "form", "given_at": "2026-11-01T09:30:00Z", "reference": "Form 12", "note": "Signed at home"}
    consent_id = await recorded(consent, child_id, {**BY_PARENT, "evidence": evidence})
    parent = await make_account(consent, child_id, "parent")
    for who, path in ((TEACHER, f"/v1/children/{child_id}/consents"), (parent, "/v1/me/consents")):
        (shown,) = (await consent.call(who, "GET", path)).json()["items"]
        assert shown["consent_id"] == consent_id
        assert shown["evidence"] == evidence


@pytest.mark.parametrize(
    ("evidence", "pointer"),
    [
        ({"how": "guessed", "given_at": "2026-11-01T09:30:00Z"}, "/evidence/how"),
        ({"how": "spoken"}, "/evidence/given_at"),
        ({"how": "spoken", "given_at": "2026-11-01"}, "/evidence/given_at"),
        ({"how": "spoken", "given_at": "2999-01-01T00:00:00Z"}, "/evidence/given_at"),
    ],
)
async def test_evidence_that_cannot_be_taken(
    consent: Consent, child_id: str, evidence: dict[str, str], pointer: str
) -> None:
    body = {**BY_PARENT, "evidence": evidence}
    answer = await consent.call(TEACHER, "POST", f"/v1/children/{child_id}/consents", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_what_a_competent_young_person_agreed_to_is_not_the_parents_to_see(
    consent: Consent, child_id: str
) -> None:
    parent = await make_account(consent, child_id, "parent")
    given = [
        await recorded(consent, child_id, body)
        for body in (BY_PARENT, BY_YOUNG_PERSON, BY_YOUNG_PERSON, BY_PARENT, BY_YOUNG_PERSON, BY_PARENT)
    ]
    mine = [given[0], given[3], given[5]]
    for limit in (1, 2, 3, 50):
        seen: list[str] = []
        path, more = f"/v1/me/consents?limit={limit}", ""
        while True:
            page = (await consent.call(parent, "GET", path + more)).json()
            assert len(page["items"]) == min(limit, len(mine) - len(seen))
            seen += [item["consent_id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            more = f"&cursor={page['next_cursor']}"
        assert seen == mine
    # To the parent it is as if there were none: withdrawing it answers as an id that was never given out does.
    hidden = await consent.call(parent, "POST", f"/v1/me/consents/{given[1]}/withdrawal")
    absent = await consent.call(parent, "POST", f"/v1/me/consents/{child_id}/withdrawal")
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}
    young_person = await make_account(consent, child_id, "young_person")
    own = (await consent.call(young_person, "GET", "/v1/me/consents")).json()["items"]
    assert [item["consent_id"] for item in own] == given
    assert all("withdrawn_at" not in item for item in own)


def asked(**change: Any) -> dict[str, Any]:
    return {"asked_of": "parent", "categories": ["health"], "recipients": HEALTH_SECTOR, "outcome": "refused", **change}


async def test_what_was_asked_and_refused_stands_beside_the_consents(consent: Consent, child_id: str) -> None:
    path = f"/v1/children/{child_id}/consent-requests"
    made = [
        await consent.call(TEACHER, "POST", path, body)
        for body in (
            asked(note="Would rather speak to the doctor"),
            asked(asked_of="young_person", outcome="not_yet", asked_at="2026-11-02T10:00:00Z"),
            asked(asked_of="young_person", outcome="given"),
        )
    ]
    assert [answer.status_code for answer in made] == [201] * 3
    everything = [answer.json() for answer in made]
    assert everything[0]["note"] == "Would rather speak to the doctor"
    assert everything[1]["asked_at"] == "2026-11-02T10:00:00Z"
    assert (await consent.call(HEALTH_VISITOR, "GET", path)).json()["items"] == everything
    young_person = await make_account(consent, child_id, "young_person")
    assert (await consent.call(young_person, "GET", "/v1/me/consent-requests")).json()["items"] == everything
    parent = await make_account(consent, child_id, "parent")
    assert (await consent.call(parent, "GET", "/v1/me/consent-requests")).json()["items"] == everything[:1]


@pytest.mark.parametrize("outcome", ["given", "refused", "not_yet"])
async def test_asking_neither_opens_nor_closes_anything(consent: Consent, child_id: str, outcome: str) -> None:
    await recorded(consent, child_id, BY_PARENT)
    before = {who: await reads(consent, who, child_id) for who in (TEACHER, HEALTH_VISITOR, SOCIAL_WORKER)}
    body = asked(outcome=outcome, categories=["health", "education"], recipients=[{"type": "all"}])
    made = await consent.call(TEACHER, "POST", f"/v1/children/{child_id}/consent-requests", body)
    assert made.status_code == 201
    assert {who: await reads(consent, who, child_id) for who in before} == before


async def test_who_is_not_involved_or_blocked_neither_asks_nor_reads_what_was_asked(
    consent: Consent, child_id: str
) -> None:
    path = f"/v1/children/{child_id}/consent-requests"
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    for who in (OTHER_TEACHER, HEALTH_VISITOR):
        assert (await consent.call(who, "GET", path)).status_code == 404
        assert (await consent.call(who, "POST", path, asked())).status_code == 404
    assert (await consent.call(SOCIAL_WORKER, "GET", path)).json()["items"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"outcome": "maybe"}, "/outcome"),
        ({"asked_of": "neighbour"}, "/asked_of"),
        ({"asked_at": "2999-01-01T00:00:00Z"}, "/asked_at"),
        ({"recipients": [{"type": "team", "id": "nowhere"}]}, "/recipients/0/id"),
    ],
)
async def test_a_record_of_asking_that_cannot_be_taken(
    consent: Consent, child_id: str, change: dict[str, Any], pointer: str
) -> None:
    path = f"/v1/children/{child_id}/consent-requests"
    answer = await consent.call(TEACHER, "POST", path, asked(**change))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await consent.call(TEACHER, "GET", path)).json()["items"] == []
