"""Breaking the glass: who may, what it opens and for how long, who is told, and how it is reviewed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chassis.ids import new_id
from consent.application.chase_reviews import ReviewChaser
from consent.domain.working_days import after_working_days
from contracts.events.child_index import ChildRegistered
from contracts.vocabulary import Category
from tests.consent.conftest import SetClock
from tests.consent.kit import Consent
from tests.consent.scene import HEALTH_VISITOR, OFFICER, SOCIAL_WORKER, TEACHER, make_child
from tests.consent.test_need_to_know import block, reads
from tests.support.patience import PATIENCE

REASON = "Found alone at the roadside, needs insulin, carer not to be reached"
NAMED = ["basics", "whereabouts", "health"]


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


async def override(consent: Consent, who: str, child_id: str, **changed: Any) -> Any:
    body = {"reason_code": "medical-emergency", "reason": REASON, "categories": NAMED, **changed}
    return await consent.call(who, "POST", f"/v1/children/{child_id}/overrides", body)


async def waiting(consent: Consent, who: str = OFFICER, query: str = "") -> list[dict[str, Any]]:
    found = await consent.call(who, "GET", f"/v1/override-reviews{query}")
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


async def young_person(consent: Consent, child_id: str) -> str:
    made = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/accounts", {"kind": "young_person"})
    return str(made.json()["account_id"])


async def looks(consent: Consent, account_id: str) -> list[dict[str, Any]]:
    return list((await consent.call(account_id, "GET", "/v1/me/access-history")).json()["items"])


async def test_it_opens_what_it_names_to_its_viewer_until_it_expires(
    consent: Consent, child_id: str, clock: SetClock
) -> None:
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    assert await reads(consent, HEALTH_VISITOR, child_id) is None
    made = await override(consent, HEALTH_VISITOR, child_id, minutes=30)
    assert made.status_code == 201, made.text
    assert set(made.json()) == {"override_id", "categories", "expires_at"}
    assert await reads(consent, HEALTH_VISITOR, child_id) == set(NAMED)
    # Nobody else, and no writing.
    await block(consent, child_id, "agency", "gp")
    assert await reads(consent, HEALTH_VISITOR, child_id) == set(NAMED)
    blocked = await consent.call(HEALTH_VISITOR, "GET", f"/v1/children/{child_id}/consents")
    assert blocked.status_code == 404
    clock.by = timedelta(minutes=29, seconds=50)
    assert await reads(consent, HEALTH_VISITOR, child_id) == set(NAMED)
    # The next page of what was begun in time is decided on anew.
    clock.by = timedelta(minutes=30, seconds=1)
    assert await reads(consent, HEALTH_VISITOR, child_id) is None


async def test_without_involvement_it_opens_the_record_too(consent: Consent) -> None:
    child_id = new_id()
    await consent.tell(ChildRegistered(child_id=child_id))
    assert await reads(consent, SOCIAL_WORKER, child_id) is None
    assert (await override(consent, SOCIAL_WORKER, child_id, categories=["basics", "sensitive"])).status_code == 201
    assert await reads(consent, SOCIAL_WORKER, child_id) == {"basics", "sensitive"}
    assert (await override(consent, SOCIAL_WORKER, new_id())).status_code == 404


async def test_whose_role_may_not_is_refused_whatever_the_child(consent: Consent, child_id: str) -> None:
    for child in (child_id, new_id()):
        assert (await override(consent, TEACHER, child)).status_code == 403
        assert (await override(consent, OFFICER, child)).status_code == 403
    assert await waiting(consent) == []


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"reason_code": "curious"}, "/reason_code"),
        ({"reason": "  "}, "/reason"),
        ({"categories": []}, "/categories"),
        ({"categories": ["basics", "youth_justice"]}, "/categories/1"),
        ({"minutes": 100_000}, "/minutes"),
        ({"minutes": 0}, "/minutes"),
        ({"name": "x"}, "/name"),
    ],
)
async def test_bad_input_names_the_field_and_opens_nothing(
    consent: Consent, child_id: str, changed: dict[str, Any], pointer: str
) -> None:
    answer = await override(consent, HEALTH_VISITOR, child_id, **changed)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await waiting(consent) == []


async def test_an_officer_reviews_once_within_their_scope(consent: Consent, child_id: str) -> None:
    override_id = (await override(consent, HEALTH_VISITOR, child_id)).json()["override_id"]
    (found,) = await waiting(consent, query="?state=open")
    assert found["override_id"] == override_id
    assert found["reason"] == REASON
    assert found["flags"] == []
    assert found["overrides_by_viewer"] == 1
    # The school's own officer has nothing to do with the surgery's people.
    assert await waiting(consent, "school-officer") == []
    path = f"/v1/override-reviews/{override_id}/outcome"
    outcome = {"justified": True, "note": "Confirmed with the ambulance service"}
    assert (await consent.call("school-officer", "POST", path, outcome)).status_code == 404
    assert (await consent.call(HEALTH_VISITOR, "POST", path, outcome)).status_code == 403
    reviewed = await consent.call(OFFICER, "POST", path, outcome)
    assert reviewed.status_code == 200, reviewed.text
    assert reviewed.json()["reviewed_by"] == OFFICER
    again = await consent.call(OFFICER, "POST", path, {**outcome, "justified": False})
    assert again.status_code == 409
    assert await waiting(consent, query="?state=open") == []
    assert [each["justified"] for each in await waiting(consent, query="?state=reviewed")] == [True]


async def test_stock_and_repeated_words_are_flagged_and_repeated_use_is_counted(
    consent: Consent, child_id: str
) -> None:
    for reason in (REASON, REASON.upper() + "!", "Urgent.", "A child is missing", "xxxxxxx", "我在路边发现了这个孩子"):
        assert (await override(consent, HEALTH_VISITOR, child_id, reason=reason)).status_code == 201
    flags = [each["flags"] for each in reversed(await waiting(consent))]
    assert flags == [[], ["repeated"], ["canned", "short"], ["canned"], ["canned", "short"], []]
    assert {each["overrides_by_viewer"] for each in await waiting(consent)} == {6}


async def test_the_officers_are_told_at_once_reminded_and_then_it_is_escalated(
    consent: Consent, child_id: str, clock: SetClock
) -> None:
    made = (await override(consent, HEALTH_VISITOR, child_id)).json()
    ids = {"override_id": made["override_id"], "child_id": child_id}
    (invoked,) = await eventually_heard(consent, "OverrideInvoked")
    assert {name: invoked[name] for name in ("override_id", "child_id", "viewer_id")} == {
        **ids,
        "viewer_id": HEALTH_VISITOR,
    }
    assert invoked["officers"] == [OFFICER]
    assert REASON not in str(invoked)
    policy = consent.app.state.policy.overrides
    chaser, start = ReviewChaser(consent.app.state.unit_of_work, policy), clock()
    minute = timedelta(minutes=1)
    for days, kind in ((policy.remind_after, "OverrideReviewDue"), (policy.escalate_after, "OverrideEscalated")):
        due = after_working_days(start, days, policy.bank_holidays) - start
        clock.by = due - minute
        await chaser.chase_once()
        assert await eventually_heard(consent, kind, 0) == []
        clock.by = due + minute
        for _ in range(2):
            await chaser.chase_once()
        assert [each["override_id"] for each in await eventually_heard(consent, kind)] == [made["override_id"]]


async def test_a_reviewed_one_is_not_chased(consent: Consent, child_id: str, clock: SetClock) -> None:
    first, second = [(await override(consent, HEALTH_VISITOR, child_id)).json()["override_id"] for _ in range(2)]
    outcome = {"justified": False, "note": "No emergency was on record"}
    assert (await consent.call(OFFICER, "POST", f"/v1/override-reviews/{first}/outcome", outcome)).status_code == 200
    clock.by = timedelta(days=30)
    chaser = ReviewChaser(consent.app.state.unit_of_work, consent.app.state.policy.overrides)
    await chaser.chase_once()
    assert [each["override_id"] for each in await eventually_heard(consent, "OverrideEscalated", 1)] == [second]


async def test_every_one_that_waits_is_chased_once_by_however_many(
    consent: Consent, child_id: str, clock: SetClock
) -> None:
    made = [(await override(consent, HEALTH_VISITOR, child_id)).json()["override_id"] for _ in range(3)]
    policy = consent.app.state.policy.overrides
    chasers = [ReviewChaser(consent.app.state.unit_of_work, policy, batch=1) for _ in range(2)]
    start = clock()
    for days, kind in ((policy.remind_after, "OverrideReviewDue"), (policy.escalate_after, "OverrideEscalated")):
        clock.by = after_working_days(start, days, policy.bank_holidays) - start + timedelta(minutes=1)
        await asyncio.gather(*(chaser.chase_once() for chaser in chasers))
        told = await eventually_heard(consent, kind, 3)
        assert sorted(each["override_id"] for each in told) == sorted(made)


async def test_of_two_outcomes_at_once_one_counts(consent: Consent, child_id: str) -> None:
    override_id = (await override(consent, HEALTH_VISITOR, child_id)).json()["override_id"]
    path = f"/v1/override-reviews/{override_id}/outcome"
    answers = await asyncio.gather(
        *(
            consent.call(OFFICER, "POST", path, {"justified": each, "note": "Seen", "safe_to_disclose": True})
            for each in (True, False, True, False)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    (counted,) = [answer.json() for answer in answers if answer.status_code == 200]
    (kept,) = await waiting(consent, query="?state=reviewed")
    assert kept["justified"] == counted["justified"]
    # A further event would have come before this one, of the same child.
    await consent.call(OFFICER, "POST", f"/v1/override-reviews/{override_id}/disclosure")
    assert len(await eventually_heard(consent, "OverrideReviewed")) == 1
    assert len(await eventually_heard(consent, "OverrideDisclosed")) == 1


async def test_nobody_reviews_their_own_by_another_post(consent: Consent, child_id: str) -> None:
    person = {"name": "Hana", "team_ids": [], "person_id": "hana"}
    visitor = {**person, "agency_id": "gp", "role": "health_visitor"}
    officer = {**person, "agency_id": "care", "role": "ig_officer", "scope": "partnership"}
    assert (await consent.call("admin", "PUT", f"/v1/practitioners/{HEALTH_VISITOR}", visitor)).status_code == 200
    assert (await consent.call("admin", "PUT", "/v1/practitioners/hana-as-officer", officer)).status_code == 201
    override_id = (await override(consent, HEALTH_VISITOR, child_id)).json()["override_id"]
    path = f"/v1/override-reviews/{override_id}/outcome"
    refused = await consent.call("hana-as-officer", "POST", path, {"justified": True, "note": "It was me"})
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:kith:problem:own-override"
    assert (await consent.call(OFFICER, "POST", path, {"justified": True, "note": "Looked into"})).status_code == 200


async def eventually_heard(consent: Consent, kind: str, count: int = 1) -> list[dict[str, Any]]:
    """The data of the events of a kind; waits until there are `count`."""
    async with asyncio.timeout(PATIENCE):
        while len(found := [each.data for each in consent.heard if each.type == kind]) < count:
            await asyncio.sleep(0.02)
    return found


async def test_the_young_person_knows_of_it_when_the_officer_says_that_it_is_safe(
    consent: Consent, child_id: str
) -> None:
    account = await young_person(consent, child_id)
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    before = await looks(consent, account)
    made = await override(consent, HEALTH_VISITOR, child_id)
    assert await reads(consent, HEALTH_VISITOR, child_id) == set(NAMED)
    question = {
        "viewer_id": HEALTH_VISITOR,
        "child_id": child_id,
        "categories": ["basics"],
        "purpose": "direct-support",
    }
    assert await looks(consent, account) == before
    viewers = (await consent.call(account, "GET", "/v1/me/viewers")).json()["items"]
    assert HEALTH_VISITOR not in {viewer["practitioner_id"] for viewer in viewers}
    explained = (await consent.call(account, "POST", "/v1/decisions/explain", question)).json()
    assert explained["permitted"] == []
    assert "override" not in {rule["rule"] for rule in explained["rules"]}
    path = f"/v1/override-reviews/{made.json()['override_id']}/disclosure"
    for _ in range(2):
        assert (await consent.call(OFFICER, "POST", path)).status_code == 200
    (look,) = [each for each in await looks(consent, account) if each not in before]
    assert look["by_override"] is True
    assert set(look["categories"]) == set(NAMED)
    explained = (await consent.call(account, "POST", "/v1/decisions/explain", question)).json()
    assert explained["permitted"] == ["basics"]
    assert explained["rules"][-1]["because"].startswith("the viewer broke the glass")


async def test_the_log_tells_of_the_override_and_of_each_look_by_it(consent: Consent, child_id: str) -> None:
    await block(consent, child_id, "team", "year-6")
    made = await override(consent, HEALTH_VISITOR, child_id)
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    await reads(consent, HEALTH_VISITOR, child_id)
    entries = (await consent.call(OFFICER, "GET", f"/v1/access-log?viewer_id={HEALTH_VISITOR}")).json()["items"]
    assert [(each["action"], each["outcome"]) for each in entries] == [
        ("child.read", "permitted"),
        ("override.invoke", "permitted"),
    ]
    rules = {rule["category"]: (rule["rule"], rule["reference"]) for rule in entries[0]["rules"]}
    assert rules["basics"] == ("override", made.json()["override_id"])
    assert rules["family"][0] == "blocked"
    assert {category.value for category in Category} == set(rules)
