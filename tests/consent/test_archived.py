"""An archived record answers nobody any more, save index officers for the quality of the index."""

import asyncio

from contracts.events import ChildArchived, ChildRestored
from tests.consent.kit import Consent
from tests.consent.scene import (
    HEALTH_VISITOR,
    INDEX_OFFICER,
    OFFICER,
    SOCIAL_WORKER,
    TEACHER,
    make_account,
    make_child,
    merge,
)
from tests.consent.test_need_to_know import ALL, reads


async def test_it_answers_like_no_record(consent: Consent) -> None:
    child_id = await make_child(consent)
    young_person = await make_account(consent, child_id, "young_person")
    mine = {"action": "me.record", "subject": "own", "purpose": "direct-support", "categories": ALL}
    found = {"action": "child.search", "subject": "candidates", "purpose": "direct-support", "categories": ["basics"]}
    body = {"reason_code": "missing-child", "reason": "Last seen by the canal", "categories": ["basics"]}
    await consent.tell(ChildArchived(child_id=child_id))
    for who in (TEACHER, HEALTH_VISITOR, SOCIAL_WORKER, INDEX_OFFICER):
        assert await reads(consent, who, child_id) is None
    assert (await consent.decide(young_person, **mine)).json()["outcome"] == "refused"
    assert (await consent.call(HEALTH_VISITOR, "POST", f"/v1/children/{child_id}/overrides", body)).status_code == 404
    searched = await consent.decide(TEACHER, **found, children=[child_id])
    assert child_id not in searched.text
    question = {"viewer_id": TEACHER, "child_id": child_id, "categories": ["basics"], "purpose": "direct-support"}
    explained = (await consent.call(OFFICER, "POST", "/v1/decisions/explain", question)).json()
    assert [each["rule"] for each in explained["rules"]][:1] == ["archived"]
    assert "basics" in (await reads(consent, INDEX_OFFICER, child_id, "data-quality") or ())
    await consent.tell(ChildRestored(child_id=child_id))
    assert await reads(consent, TEACHER, child_id) is not None


async def test_merged_with_a_child_it_answers_as_the_child(consent: Consent) -> None:
    child_id, other = await make_child(consent), await make_child(consent)
    await consent.tell(ChildArchived(child_id=other))
    await merge(consent, other, child_id)
    assert await reads(consent, TEACHER, child_id) is not None
    await consent.tell(ChildArchived(child_id=child_id))
    assert await reads(consent, TEACHER, child_id) is None


async def test_a_consent_may_keep_the_record_open(consent: Consent) -> None:
    child_id = await make_child(consent)
    young_person = await make_account(consent, child_id, "young_person")
    body = {"categories": ["health"], "recipients": [{"type": "all"}], "keep_until_25": True}
    recorded = await consent.call(young_person, "POST", "/v1/me/consents", body)
    assert recorded.json()["keep_until_25"] is True
    async with asyncio.timeout(10):
        while not (told := [each.data for each in consent.heard if each.type == "ConsentRecorded"]):
            await asyncio.sleep(0.01)
    assert told[0]["keep_until_25"] is True
