"""Why somebody can, or cannot, see what; and that all who can are listed."""

from typing import Any

import pytest

from chassis.ids import new_id
from contracts.vocabulary import Category, Role
from tests.consent.kit import Consent
from tests.consent.scene import (
    HEALTH_VISITOR,
    INDEX_OFFICER,
    OFFICER,
    OTHER_TEACHER,
    SOCIAL_WORKER,
    TEACHER,
    episode,
    make_child,
)
from tests.consent.test_need_to_know import block, reads

ALL = [category.value for category in Category]


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


async def explained(consent: Consent, who: str, viewer: str, child_id: str, **changed: Any) -> Any:
    question = {"viewer_id": viewer, "child_id": child_id, "categories": ALL, "purpose": "direct-support"}
    return await consent.call(who, "POST", "/v1/decisions/explain", {**question, **changed})


async def test_what_it_says_is_what_is_decided(consent: Consent, child_id: str) -> None:
    await block(consent, child_id, "agency", "gp", "family")
    for viewer in (TEACHER, OTHER_TEACHER, HEALTH_VISITOR, SOCIAL_WORKER, INDEX_OFFICER, OFFICER, "nobody"):
        told = (await explained(consent, OFFICER, viewer, child_id)).json()
        assert set(told["permitted"]) == (await reads(consent, viewer, child_id) or set())
        assert told["rules"]
        for rule in told["rules"]:
            assert rule["outcome"] in {"permitted", "refused"}
            assert rule["because"].split()[0] in {"the", "a", "no", "only", "nobody", "any"}
    rules = (await explained(consent, OFFICER, HEALTH_VISITOR, child_id, categories=["family"])).json()["rules"]
    assert [(rule["rule"], rule["outcome"]) for rule in rules] == [
        ("involved", "permitted"),
        ("blocked", "refused"),
        ("entitled", "permitted"),
        ("involved", "permitted"),
    ]


async def test_an_officer_asks_within_their_scope_and_it_is_logged_with_the_child(
    consent: Consent, child_id: str
) -> None:
    assert (await explained(consent, "school-officer", TEACHER, child_id)).status_code == 200
    assert (await explained(consent, "school-officer", HEALTH_VISITOR, child_id)).status_code == 404
    assert (await explained(consent, "school-officer", "nobody", child_id)).status_code == 404
    assert (await explained(consent, TEACHER, TEACHER, child_id)).status_code == 403
    path = f"/v1/access-log?viewer_id=school-officer&child_id={child_id}"
    entries = (await consent.call(OFFICER, "GET", path)).json()["items"]
    assert [each["action"] for each in entries] == ["decision.explain"]


async def test_a_young_person_asks_about_their_own_record_alone(consent: Consent, child_id: str) -> None:
    made = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/accounts", {"kind": "young_person"})
    account = made.json()["account_id"]
    told = (await explained(consent, account, TEACHER, child_id)).json()
    assert set(told["permitted"]) == await reads(consent, TEACHER, child_id)
    other = await make_child(consent)
    answers = [await explained(consent, account, TEACHER, each) for each in (other, new_id(), "no-id")]
    assert {answer.status_code for answer in answers} == {404}
    parent = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/accounts", {"kind": "parent"})
    assert (await explained(consent, parent.json()["account_id"], TEACHER, child_id)).status_code == 403


async def test_the_viewers_are_all_who_can_see_and_nobody_else(consent: Consent) -> None:
    """Held against asking for each practitioner; and from the other side, what each can see."""
    roles = [role for role in Role if role not in {Role.YOUNG_PERSON, Role.PARENT}]
    for number, role in enumerate(roles):
        agency, team = (("school", "year-6"), ("care", "duty"), ("gp", None))[number % 3]
        person = {"name": "P", "agency_id": agency, "role": role.value, "team_ids": [team] if team else []}
        if number % 5 == 4:
            person["status"] = "suspended"
        made = await consent.call("admin", "PUT", f"/v1/practitioners/p-{number}", person)
        assert made.status_code == 201, made.text
    everybody = [f"p-{number}" for number in range(len(roles))]
    everybody += [TEACHER, OTHER_TEACHER, HEALTH_VISITOR, SOCIAL_WORKER, INDEX_OFFICER, OFFICER, "admin"]
    for blocked, broke_in in ((None, None), (("team", "year-6"), None), (("practitioner", HEALTH_VISITOR), "p-1")):
        child_id = await make_child(consent)
        await consent.tell(episode(child_id, "support", "p-2"))
        if blocked is not None:
            await block(consent, child_id, *blocked)
        if broke_in is not None:
            body = {
                "reason_code": "missing-child",
                "reason": "Missing since noon, seen at the station",
                "categories": ["basics"],
            }
            path = f"/v1/children/{child_id}/overrides"
            assert (await consent.call(broke_in, "POST", path, body)).status_code == 201
        listed = (await consent.call(SOCIAL_WORKER, "GET", f"/v1/children/{child_id}/viewers")).json()["items"]
        by_list = {each["practitioner_id"]: {found["category"] for found in each["categories"]} for each in listed}
        by_asking: dict[str, set[str]] = {}
        for who in everybody:
            for purpose in ("direct-support", "data-quality"):
                seen = await reads(consent, who, child_id, purpose)
                if seen is not None:
                    by_asking.setdefault(who, seen)
        assert by_list == by_asking
