"""Whoever is involved by a sensitive service alone is not told of, save by a consent that names `sensitive`."""

from typing import Any

from tests.consent.kit import Consent
from tests.consent.scene import HEALTH_VISITOR, OTHER_TEACHER, SOCIAL_WORKER, TEACHER, episode, make_account, make_child

SENSITIVE_TOO = {"categories": ["sensitive", "health"], "recipients": [{"type": "practitioner", "id": OTHER_TEACHER}]}


async def _exits(consent: Consent, who: str, child_id: str) -> list[str]:
    """Every answer that tells a practitioner who is, or may be, involved."""
    answers = []
    for part in ("viewers", "sharing-agreement", "consents", "consent-requests"):
        answer = await consent.call(who, "GET", f"/v1/children/{child_id}/{part}")
        assert answer.status_code == 200, answer.text
        answers.append(answer.text)
    return answers


def _telling(answers: list[str]) -> list[bool]:
    return [OTHER_TEACHER in each or "Olu" in each for each in answers]


async def _agreed(consent: Consent, who: str, path: str, **body: Any) -> None:
    answer = await consent.call(who, "POST", path, body)
    assert answer.status_code == 201, answer.text


async def test_no_exit_tells_of_a_sensitive_service_without_a_consent(consent: Consent) -> None:
    child_id = await make_child(consent)
    young_person = await make_account(consent, child_id, "young_person")
    await consent.tell(episode(child_id, "visits", OTHER_TEACHER, sensitive=True))
    await _agreed(consent, young_person, "/v1/me/consents", **SENSITIVE_TOO)
    recorded = {"asked_of": "young_person", "outcome": "refused", **SENSITIVE_TOO}
    await _agreed(consent, SOCIAL_WORKER, f"/v1/children/{child_id}/consent-requests", **recorded)
    for who in (TEACHER, HEALTH_VISITOR):
        assert _telling(await _exits(consent, who, child_id)) == [False] * 4
    # What one has recorded oneself is no news, and the young person knows who works with them.
    assert _telling(await _exits(consent, SOCIAL_WORKER, child_id)) == [False, True, False, True]
    assert "Olu" in (await consent.call(young_person, "GET", "/v1/me/viewers")).text
    assert "Olu" in (await consent.call(young_person, "GET", "/v1/me/sharing-agreement")).text
    # A consent that names it opens all of them to whom it names, and to nobody else.
    opens = {"categories": ["sensitive"], "recipients": [{"type": "practitioner", "id": SOCIAL_WORKER}]}
    await _agreed(consent, young_person, "/v1/me/consents", **opens)
    assert _telling(await _exits(consent, SOCIAL_WORKER, child_id)) == [True] * 4
    assert _telling(await _exits(consent, TEACHER, child_id)) == [False] * 4
    # Nor does it open anything of a child on whom the caller may not know who is involved.
    block = {"viewer": {"type": "practitioner", "id": SOCIAL_WORKER}, "categories": ["involvement"]}
    await _agreed(consent, young_person, "/v1/me/blocks", **block)
    for part in ("viewers", "sharing-agreement", "consents", "consent-requests"):
        assert (await consent.call(SOCIAL_WORKER, "GET", f"/v1/children/{child_id}/{part}")).status_code == 404
