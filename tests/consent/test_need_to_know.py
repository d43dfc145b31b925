"""Who is answered: involvement, role, consent and block, each from the very next request."""

import asyncio
from typing import Any

import pytest
from jose import jwt

from chassis.ids import new_id
from chassis.likeness import Likeness
from consent.domain.log_heads import LogKey, TreeHead
from consent.domain.merkle import verify_consistency, verify_inclusion
from contracts import headers
from contracts.events.child_index import ChildrenRelated, ServiceEpisodeEnded
from contracts.routes import Subject
from contracts.vocabulary import Category
from tests.consent.kit import Consent
from tests.consent.scene import (
    HEALTH_VISITOR,
    INDEX_OFFICER,
    OFFICER,
    OTHER_TEACHER,
    SOCIAL_WORKER,
    TEACHER,
    ended,
    episode,
    make_account,
    make_child,
)
from tests.support.patience import PATIENCE

ALL = [category.value for category in Category]


async def reads(consent: Consent, who: str, child_id: str, purpose: str = "direct-support") -> set[str] | None:
    """The categories that this viewer would be answered with; None where the answer is the one 404."""
    answer = (
        await consent.decide(
            who, action="child.read", subject="child", purpose=purpose, categories=ALL, child_id=child_id
        )
    ).json()
    if answer["outcome"] != "permitted":
        assert answer["grant"] is None
        return None
    claims = jwt_claims(answer["grant"])
    assert claims["chd"] == child_id
    return set(claims["cat"])


def jwt_claims(token: str) -> dict[str, Any]:
    return dict(jwt.get_unverified_claims(token))


async def block(consent: Consent, child_id: str, kind: str, viewer: str, *categories: str) -> str:
    body = {"viewer": {"type": kind, "id": viewer}, "categories": list(categories) or ["all"]}
    answer = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/blocks", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["block_id"])


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


async def test_what_is_told_of_a_block_says_of_whom_to_nobody(consent: Consent, child_id: str) -> None:
    """But to who holds the secret and a party to compare: the child index, of whoever sends it a list."""
    block_id = await block(consent, child_id, "agency", "school", "basics", "health")
    lifted = await consent.call(SOCIAL_WORKER, "DELETE", f"/v1/blocks/{block_id}")
    assert lifted.status_code == 204
    async with asyncio.timeout(PATIENCE):
        while not (told := [each for each in consent.heard if each.type in {"BlockPlaced", "BlockLifted"}])[1:]:
            await asyncio.sleep(0.01)
    placed, ending = told
    assert placed.data["viewer_key"] == Likeness.of(consent.settings).party("agency", "school")
    assert placed.data["categories"] == ["basics", "health"]
    assert "school" not in placed.model_dump_json()
    # The answer names it, for the gateway to wait until the child index has heard it.
    assert lifted.headers[headers.EFFECTS] == ending.id


async def test_involvement_and_role_decide_what_is_seen(consent: Consent, child_id: str) -> None:
    base = {"basics", "whereabouts", "family", "involvement"}
    assert await reads(consent, TEACHER, child_id) == base
    assert await reads(consent, HEALTH_VISITOR, child_id) == base
    assert await reads(consent, SOCIAL_WORKER, child_id) == {*base, "plan"}
    assert await reads(consent, OTHER_TEACHER, child_id) is None
    assert await reads(consent, "nobody-at-all", child_id) is None
    assert await reads(consent, TEACHER, new_id()) is None
    assert await reads(consent, OFFICER, child_id) is None
    assert await reads(consent, INDEX_OFFICER, child_id) is None
    assert await reads(consent, INDEX_OFFICER, child_id, "data-quality") == base


async def test_who_asks_at_once_is_answered_each_by_what_is_theirs(consent: Consent, child_id: str) -> None:
    """Decisions may share their way to the database; what is read for one is nobody else's."""
    other = await make_child(consent)
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    await block(consent, other, "team", "year-6", "family")
    accounts = [await make_account(consent, each, "young_person") for each in (child_id, other)]

    async def own(account_id: str) -> set[str] | None:
        mine = {"action": "me.record", "subject": "own", "purpose": "direct-support", "categories": ALL}
        claims = jwt_claims((await consent.decide(account_id, **mine)).json()["grant"])
        return {claims["chd"], *claims["cat"]}

    async def one(who: str, child: str | None) -> set[str] | None:
        return await own(who) if child is None else await reads(consent, who, child)

    viewers = (TEACHER, HEALTH_VISITOR, SOCIAL_WORKER, OTHER_TEACHER, "nobody-at-all")
    asked: list[tuple[str, str | None]] = [(who, child) for who in viewers for child in (child_id, other, new_id())]
    asked += [(account, None) for account in accounts]
    alone = [await one(*each) for each in asked]
    assert len({frozenset(each or ()) for each in alone}) > 4
    for turn in range(3):
        mixed = asked[turn:] + asked[:turn]
        assert await asyncio.gather(*(one(*each) for each in mixed)) == alone[turn:] + alone[:turn]


async def test_an_episode_that_ended_gives_nothing(consent: Consent, child_id: str) -> None:
    started = episode(child_id, "elm", OTHER_TEACHER)
    await consent.tell(started)
    assert await reads(consent, OTHER_TEACHER, child_id) is not None
    await consent.tell(ended(started))
    assert await reads(consent, OTHER_TEACHER, child_id) is None
    await consent.tell(started)
    assert await reads(consent, OTHER_TEACHER, child_id) is None


async def test_moving_team_holds_from_the_next_request(consent: Consent, child_id: str) -> None:
    moved = {"name": "Tia", "agency_id": "school", "role": "teacher", "team_ids": []}
    await consent.call("admin", "PUT", f"/v1/practitioners/{TEACHER}", moved)
    assert await reads(consent, TEACHER, child_id) is None


async def test_a_consent_opens_its_categories_to_its_recipients_until_it_is_withdrawn(
    consent: Consent, child_id: str
) -> None:
    body = {
        "given_by": "parent",
        "basis": "parental_responsibility",
        "categories": ["health", "education"],
        "recipients": [{"type": "sector", "id": "health"}],
    }
    given = await consent.call(TEACHER, "POST", f"/v1/children/{child_id}/consents", body)
    assert given.status_code == 201
    seen = await reads(consent, HEALTH_VISITOR, child_id)
    assert seen is not None
    assert "health" in seen
    assert "education" not in seen
    teacher = await reads(consent, TEACHER, child_id)
    assert teacher is not None
    assert teacher.isdisjoint({"health", "education"})
    path = f"/v1/consents/{given.json()['consent_id']}/withdrawal"
    withdrawn = await consent.call(TEACHER, "POST", path)
    assert withdrawn.status_code == 200
    assert (await consent.call(TEACHER, "POST", path)).json()["withdrawn_at"] == withdrawn.json()["withdrawn_at"]
    assert "health" not in (await reads(consent, HEALTH_VISITOR, child_id) or set())


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"categories": []}, "/categories"),
        ({"categories": ["gossip"]}, "/categories/0"),
        ({"recipients": [{"type": "team", "id": "nowhere"}]}, "/recipients/0/id"),
        ({"recipients": [{"type": "sector", "id": "space"}]}, "/recipients/0/id"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "/valid_until"),
        ({"basis": "competent"}, "/"),
        ({"note": "\u0000"}, "/note"),
    ],
)
async def test_a_consent_that_cannot_be_taken_names_the_field(
    consent: Consent, child_id: str, change: dict[str, object], pointer: str
) -> None:
    body = {
        "given_by": "parent",
        "basis": "parental_responsibility",
        "categories": ["health"],
        "recipients": [{"type": "all"}],
        **change,
    }
    answer = await consent.call(TEACHER, "POST", f"/v1/children/{child_id}/consents", body)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert (await consent.call(TEACHER, "GET", f"/v1/children/{child_id}/consents")).json()["items"] == []


@pytest.mark.parametrize(
    ("kind", "viewer"),
    [("practitioner", HEALTH_VISITOR), ("agency", "gp"), ("practitioner", TEACHER), ("team", "year-6")],
)
async def test_a_block_by_person_team_or_agency_stops_everything(
    consent: Consent, child_id: str, kind: str, viewer: str
) -> None:
    stopped = HEALTH_VISITOR if viewer in {HEALTH_VISITOR, "gp"} else TEACHER
    other = TEACHER if stopped == HEALTH_VISITOR else HEALTH_VISITOR
    block_id = await block(consent, child_id, kind, viewer)
    assert await reads(consent, stopped, child_id) is None
    assert await reads(consent, other, child_id) is not None
    for action in ("episode.open", "consent.read", "viewers.read", "assessment.list", "lead.assign"):
        answer = await consent.decide(
            stopped,
            action=action,
            subject="child",
            purpose="direct-support",
            categories=["involvement"],
            child_id=child_id,
        )
        assert answer.json()["outcome"] == "refused"
    assert (await consent.call(SOCIAL_WORKER, "DELETE", f"/v1/blocks/{block_id}")).status_code == 204
    assert await reads(consent, stopped, child_id) is not None
    assert (await consent.call(SOCIAL_WORKER, "DELETE", f"/v1/blocks/{block_id}")).status_code == 404


async def test_a_block_of_some_categories_leaves_the_others(consent: Consent, child_id: str) -> None:
    await block(consent, child_id, "practitioner", TEACHER, "whereabouts", "family")
    assert await reads(consent, TEACHER, child_id) == {"basics", "involvement"}


async def test_a_blocked_viewer_is_not_among_the_permitted_of_a_search(consent: Consent, child_id: str) -> None:
    other = await make_child(consent)
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    asked = {
        "action": "child.search",
        "subject": Subject.CANDIDATES.value,
        "purpose": "direct-support",
        "categories": ["basics"],
    }
    answer = (await consent.decide(HEALTH_VISITOR, **asked, children=[child_id, other, new_id()])).json()
    assert jwt_claims(answer["grant"])["chn"] == [other]


@pytest.mark.parametrize("categories", [("basics",), ("involvement",), ()])
async def test_a_person_query_tells_of_nobody_who_blocks_any_part_of_its_answer(
    consent: Consent, child_id: str, categories: tuple[str, ...]
) -> None:
    """The answer says that the child is known and who is involved: one without the other would tell too much."""
    other = await make_child(consent)
    asked = {
        "action": "person.query",
        "subject": Subject.CANDIDATES.value,
        "purpose": "child-protection",
        "categories": ["basics", "involvement"],
    }

    async def told(who: str) -> object:
        answer = (await consent.decide(who, **asked, children=[child_id, other, new_id()])).json()
        return jwt_claims(answer["grant"])["chn"]

    assert await told(HEALTH_VISITOR) == [child_id, other]
    await block(consent, child_id, "practitioner", HEALTH_VISITOR, *categories)
    assert await told(HEALTH_VISITOR) == [other]
    assert await told(SOCIAL_WORKER) == [child_id, other]
    refused = (await consent.decide(TEACHER, **asked)).json()
    assert refused["forbidden"], "the policy does not name teachers"


async def test_a_sibling_who_blocks_the_viewer_is_not_named_beside_the_child(consent: Consent, child_id: str) -> None:
    sibling = await make_child(consent)
    await consent.tell(ChildrenRelated(relationship_id=new_id(), child_id=child_id, other_child_id=sibling))

    async def related(who: str, child: str) -> object:
        answer = await consent.decide(
            who, action="child.read", subject="child", purpose="direct-support", categories=ALL, child_id=child
        )
        return jwt_claims(answer.json()["grant"])["rel"]

    assert await related(TEACHER, child_id) == [sibling]
    assert await related(TEACHER, sibling) == [child_id]
    await block(consent, sibling, "practitioner", TEACHER)
    assert await related(TEACHER, child_id) == []
    assert await related(SOCIAL_WORKER, child_id) == [sibling]


async def test_an_inbox_tells_of_a_sibling_only_who_may_know_of_the_family(consent: Consent, child_id: str) -> None:
    sibling, stranger = await make_child(consent), await make_child(consent)
    await consent.tell(ChildrenRelated(relationship_id=new_id(), child_id=child_id, other_child_id=sibling))

    async def known(who: str) -> tuple[object, object]:
        asked = {"action": "notification.read", "subject": "candidates", "purpose": "direct-support"}
        children = [child_id, stranger]
        answer = await consent.decide(who, **asked, categories=["basics", "involvement"], children=children)
        claims = jwt_claims(answer.json()["grant"])
        assert set(claims["cat"]) == {"basics", "involvement"}
        partly = {category: int(places, 16) for category, places in claims["prt"]}
        shown = [child for place, child in enumerate(claims["rec"]) if partly.get("involvement", -1) >> place & 1]
        return shown, claims["rel"]

    assert await known(HEALTH_VISITOR) == ([child_id, stranger], [sibling])
    await block(consent, child_id, "practitioner", HEALTH_VISITOR, "family")
    assert await known(HEALTH_VISITOR) == ([child_id, stranger], [])
    assert await known(SOCIAL_WORKER) == ([child_id, stranger], [sibling])
    await block(consent, sibling, "practitioner", SOCIAL_WORKER)
    assert await known(SOCIAL_WORKER) == ([child_id, stranger], [])
    youth_worker = {"name": "Tia", "agency_id": "school", "role": "youth_worker", "team_ids": ["year-6"]}
    await consent.call("admin", "PUT", f"/v1/practitioners/{TEACHER}", youth_worker)
    assert await known(TEACHER) == ([child_id, stranger], [])
    # An entry tells of an involvement: the names alone, which are not blocked, do not open the inbox.
    await block(consent, stranger, "practitioner", TEACHER, "involvement")
    assert await known(TEACHER) == ([child_id], [])


async def test_only_the_lead_and_social_workers_place_blocks(consent: Consent, child_id: str) -> None:
    body = {"viewer": {"type": "practitioner", "id": HEALTH_VISITOR}, "categories": ["all"]}
    assert (await consent.call(TEACHER, "POST", f"/v1/children/{child_id}/blocks", body)).status_code == 404
    assert (await consent.call(OFFICER, "POST", f"/v1/children/{child_id}/blocks", body)).status_code == 403


async def test_the_same_idempotency_key_places_one_block(consent: Consent, child_id: str) -> None:
    body = {"viewer": {"type": "practitioner", "id": HEALTH_VISITOR}, "categories": ["all"]}
    path = f"/v1/children/{child_id}/blocks"
    key = {"Idempotency-Key": "one"}
    first = await consent.call(SOCIAL_WORKER, "POST", path, body, headers=key)
    again = await consent.call(SOCIAL_WORKER, "POST", path, body, headers=key)
    assert first.json() == again.json()
    assert again.status_code == 201
    other = await consent.call(SOCIAL_WORKER, "POST", path, {**body, "categories": ["health"]}, headers=key)
    assert other.status_code == 422
    assert len((await consent.call(SOCIAL_WORKER, "GET", path)).json()["items"]) == 1


async def test_a_young_person_sees_who_can_see_and_who_looked_and_blocks(consent: Consent, child_id: str) -> None:
    made = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/accounts", {"kind": "young_person"})
    assert made.status_code == 201
    me = made.json()["account_id"]
    viewers = (await consent.call(me, "GET", "/v1/me/viewers")).json()["items"]
    assert {viewer["practitioner_id"] for viewer in viewers} == {TEACHER, HEALTH_VISITOR, SOCIAL_WORKER, INDEX_OFFICER}
    hana = next(viewer for viewer in viewers if viewer["name"] == "Hana")
    assert hana["agency_name"] == "Oak Surgery"
    assert all(category["because"] for category in hana["categories"])

    await reads(consent, HEALTH_VISITOR, child_id)
    looks = (await consent.call(me, "GET", "/v1/me/access-history")).json()["items"]
    assert [(look["viewer_name"], look["action"]) for look in looks] == [("Hana", "child.read")]

    body = {"viewer": {"type": "practitioner", "id": HEALTH_VISITOR}, "categories": ["all"]}
    placed = await consent.call(me, "POST", "/v1/me/blocks", body)
    assert placed.status_code == 201
    assert await reads(consent, HEALTH_VISITOR, child_id) is None
    viewers = (await consent.call(me, "GET", "/v1/me/viewers")).json()["items"]
    assert HEALTH_VISITOR not in {viewer["practitioner_id"] for viewer in viewers}
    listed = (await consent.call(me, "GET", "/v1/me/blocks")).json()["items"]
    assert [item["block_id"] for item in listed] == [placed.json()["block_id"]]
    assert (await consent.call(me, "DELETE", f"/v1/me/blocks/{placed.json()['block_id']}")).status_code == 204
    assert await reads(consent, HEALTH_VISITOR, child_id) is not None
    # A refusal is no look.
    looks = (await consent.call(me, "GET", "/v1/me/access-history")).json()["items"]
    assert len(looks) == 2


async def test_an_account_reaches_its_own_child_alone(consent: Consent, child_id: str) -> None:
    other = await make_child(consent)
    made = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/accounts", {"kind": "young_person"})
    me = made.json()["account_id"]
    block_id = await block(consent, other, "practitioner", TEACHER)
    assert (await consent.call(me, "DELETE", f"/v1/me/blocks/{block_id}")).status_code == 404
    assert (await consent.call(me, "GET", f"/v1/children/{other}/viewers")).status_code == 403
    assert (await consent.call(TEACHER, "GET", "/v1/me/viewers")).status_code == 403


async def test_an_invitation_works_once_and_ties_the_identity(consent: Consent, child_id: str) -> None:
    made = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/accounts", {"kind": "young_person"})
    code = made.json()["invitation_code"]
    wrong = await consent.call("new-identity", "POST", "/v1/accounts/acceptance", {"invitation_code": "22222-22222"})
    assert wrong.status_code == 422
    body = {"invitation_code": code.lower().replace("-", " ")}
    assert (await consent.call(TEACHER, "POST", "/v1/accounts/acceptance", body)).status_code == 409
    assert (await consent.call("new-identity", "POST", "/v1/accounts/acceptance", body)).status_code == 200
    assert (await consent.call("new-identity", "GET", "/v1/whoami")).json()["role"] == "young_person"
    assert (await consent.call("another", "POST", "/v1/accounts/acceptance", body)).status_code == 422


async def test_every_decision_stands_in_the_log_and_under_a_proof(consent: Consent, child_id: str) -> None:
    await reads(consent, TEACHER, child_id)
    await reads(consent, OTHER_TEACHER, child_id)
    log = (await consent.call(OFFICER, "GET", f"/v1/access-log?child_id={child_id}")).json()["items"]
    reading = [entry for entry in log if entry["action"] == "child.read"]
    assert [(entry["viewer_id"], entry["outcome"]) for entry in reading] == [
        (OTHER_TEACHER, "refused"),
        (TEACHER, "permitted"),
    ]
    assert reading[1]["permitted"] == ["basics", "whereabouts", "family", "involvement"]
    refused = (await consent.call(OFFICER, "GET", "/v1/access-log?outcome=refused")).json()["items"]
    assert {entry["outcome"] for entry in refused} == {"refused"}
    assert (await consent.call(TEACHER, "GET", "/v1/access-log")).status_code == 403

    path = f"/v1/access-log/inclusion-proof?entry_id={reading[0]['entry_id']}"
    proof = await consent.call(OFFICER, "GET", path)
    for _ in range(40):
        if proof.status_code == 200:
            break
        assert proof.status_code == 409
        assert proof.json()["type"] == "urn:kith:problem:not-yet-sequenced"
        assert int(proof.headers["retry-after"]) >= 1
        await asyncio.sleep(0.05)
        proof = await consent.call(OFFICER, "GET", path)
    found = proof.json()
    hashes = [bytes.fromhex(step) for step in found["audit_path"]]
    leaf, root = bytes.fromhex(found["leaf_hash"]), bytes.fromhex(found["root_hash"])
    assert verify_inclusion(found["leaf_index"], leaf, found["tree_size"], root, hashes)
    head = TreeHead(**(await consent.call(OFFICER, "GET", "/v1/access-log/tree-head")).json())
    (key,) = (await consent.call(OFFICER, "GET", "/v1/access-log/keys")).json()["keys"]
    assert LogKey(key).verify(head)
    sizes = f"from_size={found['tree_size']}&to_size={head.tree_size}"
    grown = (await consent.call(OFFICER, "GET", f"/v1/access-log/consistency-proof?{sizes}")).json()
    path_hashes = [bytes.fromhex(step) for step in grown["path"]]
    assert verify_consistency(found["tree_size"], head.tree_size, root, bytes.fromhex(head.root_hash), path_hashes)


async def test_an_officer_of_one_agency_sees_its_own_peoples_looks(consent: Consent, child_id: str) -> None:
    await reads(consent, TEACHER, child_id)
    await reads(consent, HEALTH_VISITOR, child_id)
    seen = (await consent.call("school-officer", "GET", f"/v1/access-log?child_id={child_id}")).json()["items"]
    assert {entry["agency_id"] for entry in seen} == {"school"}
    none = await consent.call("school-officer", "GET", "/v1/access-log?agency_id=gp")
    assert none.json()["items"] == []


async def test_an_event_delivered_twice_has_its_effect_once(consent: Consent, child_id: str) -> None:
    started = episode(child_id, "elm", OTHER_TEACHER)
    await consent.tell(started, started, ServiceEpisodeEnded(**ended(started).model_dump()))
    assert await reads(consent, OTHER_TEACHER, child_id) is None
