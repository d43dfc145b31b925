"""No look without a record: where the log row cannot be written there is no grant, and so no data."""

import sqlalchemy as sa

from tests.consent.kit import Consent
from tests.consent.scene import TEACHER, make_child


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


async def test_ready_says_what_does_not_answer(own_consent: Consent) -> None:
    assert (await own_consent.http.get("/health/ready")).status_code == 200
    await own_consent.broker.stop()
    answer = await own_consent.http.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "ready"
    assert answer.json()["checks"]["broker"] != "ready"
