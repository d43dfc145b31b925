"""No look without a record: where the log row cannot be written there is no grant, and so no data."""

import asyncio

import pytest
import sqlalchemy as sa

from tests.consent.kit import Consent
from tests.consent.scene import OFFICER, TEACHER, make_child


async def break_log(consent: Consent, statement: str) -> None:
    async with consent.app.state.unit_of_work() as uow:
        await uow.connection.execute(sa.text(statement))
        await uow.commit()


async def test_without_its_log_row_a_decision_is_no_decision(consent: Consent) -> None:
    child_id = await make_child(consent)
    asked = {
        "action": "child.read",
        "subject": "child",
        "purpose": "direct-support",
        "categories": ["basics"],
        "child_id": child_id,
    }
    assert (await consent.decide(TEACHER, **asked)).json()["grant"]
    await break_log(consent, "ALTER TABLE access_log RENAME TO access_log_gone")
    for question in (asked, {**asked, "action": "directory.read", "subject": "none", "child_id": None}):
        answer = await consent.decide(TEACHER, **question)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:kith:problem:unavailable"
        assert "grant" not in answer.json()
        assert child_id not in answer.text
    await break_log(consent, "ALTER TABLE access_log_gone RENAME TO access_log")
    assert (await consent.decide(TEACHER, **asked)).json()["grant"]


async def test_what_cannot_be_recorded_keeps_back_no_other_decision(consent: Consent) -> None:
    """Decisions that wait together are written together; on SQLite, which takes any length, nothing is too long."""
    child_id = await make_child(consent)
    asked = {"subject": "child", "purpose": "direct-support", "categories": ["basics"], "child_id": child_id}
    actions = ["child.read", "x" * 41, "child.read", "child.read", "x" * 41, *["child.read"] * 20]
    answers = await asyncio.gather(*(consent.decide(TEACHER, action=action, **asked) for action in actions))
    for action, answer in zip(actions, answers, strict=True):
        if action == "child.read":
            assert answer.json()["outcome"] == "permitted"
        else:
            assert answer.status_code == 503 or answer.json()["outcome"] == "refused"
    entries = (await consent.call(OFFICER, "GET", f"/v1/access-log?child_id={child_id}")).json()["items"]
    recorded = sorted(entry["decision_id"] for entry in entries if entry["action"] == "child.read")
    answered = [answer for action, answer in zip(actions, answers, strict=True) if action == "child.read"]
    assert recorded == sorted(answer.json()["decision_id"] for answer in answered)


@pytest.mark.parametrize("own_consent", ["postgresql"], indirect=True)
async def test_decisions_go_on_when_the_database_comes_back(own_consent: Consent) -> None:
    """Connections that were cut are made anew."""
    child_id = await make_child(own_consent)
    asked = {"action": "child.read", "subject": "child", "purpose": "direct-support", "categories": ["basics"]}

    async def decided() -> list[int]:
        many = (own_consent.decide(TEACHER, **asked, child_id=child_id) for _ in range(10))
        return [answer.status_code for answer in await asyncio.gather(*many)]

    assert set(await decided()) == {200}
    await break_log(
        own_consent,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    assert set(await decided()) == {200}
    assert set(await decided()) == {200}


async def test_ready_says_what_does_not_answer(own_consent: Consent) -> None:
    assert (await own_consent.http.get("/health/ready")).status_code == 200
    await own_consent.broker.stop()
    answer = await own_consent.http.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "ready"
    assert answer.json()["checks"]["broker"] != "ready"
