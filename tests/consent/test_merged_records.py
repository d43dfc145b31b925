"""Two records of one child that were merged: one child by either id, never more than either gave, and apart again."""

from typing import Any

import pytest

from chassis.grants import Grant
from chassis.ids import new_id
from contracts import headers
from contracts.events.child_index import ChildRegistered, ChildrenRelated, LeadProfessionalAssigned
from contracts.vocabulary import Category
from tests.consent.kit import Consent
from tests.consent.scene import (
    HEALTH_VISITOR,
    INDEX_OFFICER,
    OFFICER,
    OTHER_TEACHER,
    SOCIAL_WORKER,
    TEACHER,
    episode,
    make_account,
    make_child,
    merge,
    undo,
)
from tests.consent.test_consents import BY_YOUNG_PERSON, recorded
from tests.consent.test_history import ahead
from tests.consent.test_need_to_know import block

EVERYBODY = (TEACHER, HEALTH_VISITOR, SOCIAL_WORKER, OTHER_TEACHER, INDEX_OFFICER)


async def granted(consent: Consent, who: str, child_id: str | None = None, **asked: Any) -> Grant | None:
    """What reading the child's record, or something else, is granted; None where it is refused."""
    question: dict[str, Any] = {"action": "child.read", "subject": "child", "purpose": "direct-support"}
    question |= {"categories": list(Category), **asked}
    if child_id is not None:
        question["child_id"] = child_id
    answer = await consent.decide(who, **question)
    token = answer.json()["grant"]
    if token is None:
        return None
    request_id = answer.headers[headers.REQUEST_ID]
    grant: Grant = consent.app.state.grant_verifier.verify(token, actions=[question["action"]], request_id=request_id)
    return grant


async def sees(consent: Consent, who: str, child_id: str) -> set[str] | None:
    grant = await granted(consent, who, child_id)
    return None if grant is None else set(grant.categories)


async def make_other_record(consent: Consent) -> str:
    """The same child, recorded again: the other teacher works with them, and the health visitor leads."""
    child_id = new_id()
    await consent.tell(
        ChildRegistered(child_id=child_id),
        episode(child_id, "visits", OTHER_TEACHER),
        LeadProfessionalAssigned(
            child_id=child_id, practitioner_id=HEALTH_VISITOR, previous_practitioner_id=None, assigned_by="test"
        ),
    )
    return child_id


@pytest.fixture
async def kept(consent: Consent) -> str:
    """The record that stands."""
    return await make_child(consent)


@pytest.fixture
async def copy(consent: Consent) -> str:
    """The record that is merged into it."""
    return await make_other_record(consent)


async def test_a_grant_names_the_one_record_that_it_is_about(consent: Consent, kept: str) -> None:
    grant = await granted(consent, TEACHER, kept)
    assert grant is not None
    assert (grant.child_id, grant.records) == (kept, (kept,))
    search = {"action": "child.search", "subject": "candidates"}
    other = await make_child(consent)
    found = await granted(consent, TEACHER, **search, children=[other, new_id(), kept])
    assert found is not None
    assert found.children == found.records == (other, kept)
    first = await granted(consent, TEACHER, **search)
    assert first is not None
    assert first.records == ()


async def test_either_id_answers_as_the_record_that_stands(consent: Consent, kept: str, copy: str) -> None:
    assert await granted(consent, OTHER_TEACHER, kept) is None
    await merge(consent, copy, kept)
    for who in (TEACHER, OTHER_TEACHER):
        by_old, by_new = await granted(consent, who, copy), await granted(consent, who, kept)
        assert by_old is not None
        assert by_new is not None
        assert by_old.categories == by_new.categories
        assert by_old.child_id == by_new.child_id == kept
        assert by_old.records == by_new.records == (kept, copy)
    # Best first, however often a search came upon the child.
    other = await make_child(consent)
    search: dict[str, Any] = {"action": "child.search", "subject": "candidates", "children": [copy, other, kept]}
    found = await granted(consent, TEACHER, **search)
    assert found is not None
    assert (found.children, found.records) == ((kept, other), (kept, copy, other))


async def test_a_chain_and_a_second_merge_are_one_set(consent: Consent, kept: str, copy: str) -> None:
    third, fourth = await make_other_record(consent), await make_other_record(consent)
    await merge(consent, third, copy)
    await merge(consent, copy, kept)
    await merge(consent, fourth, kept)
    for record in (kept, copy, third, fourth):
        grant = await granted(consent, OTHER_TEACHER, record)
        assert grant is not None
        assert grant.child_id == kept
        assert set(grant.records) == {kept, copy, third, fourth}


async def test_a_consent_for_one_of_them_is_not_one_for_both(consent: Consent, kept: str, copy: str) -> None:
    await recorded(consent, kept, BY_YOUNG_PERSON)
    assert "health" in (await sees(consent, HEALTH_VISITOR, kept) or set())
    await merge(consent, copy, kept)
    assert "health" not in (await sees(consent, HEALTH_VISITOR, kept) or set())
    # Asked anew, knowing of the whole, the family agrees to the whole.
    await recorded(consent, copy, BY_YOUNG_PERSON)
    assert "health" in (await sees(consent, HEALTH_VISITOR, kept) or set())


async def test_consents_for_both_are_one_for_the_whole(consent: Consent, kept: str, copy: str) -> None:
    await recorded(consent, kept, BY_YOUNG_PERSON)
    await recorded(consent, copy, BY_YOUNG_PERSON, HEALTH_VISITOR)
    await merge(consent, copy, kept)
    assert "health" in (await sees(consent, HEALTH_VISITOR, copy) or set())
    withdrawn = (await consent.call(SOCIAL_WORKER, "GET", f"/v1/children/{kept}/consents")).json()["items"]
    assert len(withdrawn) == 2
    path = f"/v1/consents/{withdrawn[0]['consent_id']}/withdrawal"
    assert (await consent.call(SOCIAL_WORKER, "POST", path)).status_code == 200
    assert "health" not in (await sees(consent, HEALTH_VISITOR, copy) or set())


async def test_a_legal_basis_counts_for_whom_it_was_recorded_beside(consent: Consent, kept: str, copy: str) -> None:
    body = {
        "code": "child-protection",
        "categories": ["education"],
        "recipients": [{"type": "all"}],
        "valid_until": "2999-01-01T00:00:00Z",
        "reference": "s47/1",
    }
    made = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{kept}/legal-bases", body)
    assert made.status_code == 201, made.text
    assert "education" in (await sees(consent, TEACHER, kept) or set())
    await merge(consent, copy, kept)
    assert "education" in (await sees(consent, TEACHER, copy) or set())
    assert "education" not in (await sees(consent, OTHER_TEACHER, kept) or set())
    # Whoever comes to the whole afterwards comes to what it was recorded for.
    await consent.tell(episode(kept, "visits", OTHER_TEACHER))
    assert "education" in (await sees(consent, OTHER_TEACHER, kept) or set())
    listed = await consent.call(SOCIAL_WORKER, "GET", f"/v1/children/{copy}/legal-bases")
    assert [each["basis_id"] for each in listed.json()["items"]] == [made.json()["basis_id"]]
    ended = await consent.call(SOCIAL_WORKER, "POST", f"/v1/legal-bases/{made.json()['basis_id']}/end")
    assert ended.status_code == 200
    assert "education" not in (await sees(consent, TEACHER, copy) or set())


async def test_undone_each_has_exactly_its_own_back(consent: Consent, kept: str, copy: str) -> None:
    await recorded(consent, kept, BY_YOUNG_PERSON)
    await block(consent, kept, "practitioner", OTHER_TEACHER)

    async def everything() -> list[set[str] | None]:
        return [await sees(consent, who, child) for who in EVERYBODY for child in (kept, copy)]

    before = await everything()
    merged = await merge(consent, copy, kept)
    assert await everything() != before
    await undo(consent, merged)
    assert await everything() == before
    # Told again, of either, nothing changes.
    await consent.tell(merged)
    await undo(consent, merged)
    assert await everything() == before
    for child in (kept, copy):
        grant = await granted(consent, HEALTH_VISITOR, child)
        assert grant is not None
        assert grant.records == (child,)


async def test_what_was_agreed_of_the_whole_stays_with_the_record_that_stood(
    consent: Consent, kept: str, copy: str
) -> None:
    merged = await merge(consent, copy, kept)
    await recorded(consent, copy, BY_YOUNG_PERSON)
    await undo(consent, merged)
    assert "health" in (await sees(consent, HEALTH_VISITOR, kept) or set())
    assert "health" not in (await sees(consent, HEALTH_VISITOR, copy) or set())
    # Merged again: it was not given for what the record has gathered since.
    await merge(consent, copy, kept)
    assert "health" not in (await sees(consent, HEALTH_VISITOR, kept) or set())


async def test_a_lead_appointed_for_the_whole_replaces_both(consent: Consent, kept: str, copy: str) -> None:
    async def leads(child: str) -> set[str]:
        grants = {who: await granted(consent, who, child) for who in EVERYBODY}
        return {who for who, grant in grants.items() if grant is not None and grant.lead}

    merged = await merge(consent, copy, kept)
    assert await leads(kept) == {SOCIAL_WORKER, HEALTH_VISITOR}
    await consent.tell(
        LeadProfessionalAssigned(
            child_id=kept, practitioner_id=TEACHER, previous_practitioner_id=SOCIAL_WORKER, assigned_by="test"
        )
    )
    assert await leads(copy) == {TEACHER}
    await undo(consent, merged)
    assert (await leads(kept), await leads(copy)) == ({TEACHER}, {HEALTH_VISITOR})


async def test_an_account_of_either_is_one_of_the_whole(consent: Consent, kept: str, copy: str) -> None:
    me = await make_account(consent, kept, "young_person")
    made = await consent.call(HEALTH_VISITOR, "POST", f"/v1/children/{copy}/accounts", {"kind": "young_person"})
    of_copy = made.json()["account_id"]
    merged = await merge(consent, copy, kept)
    await sees(consent, OTHER_TEACHER, copy)
    for path in ("/v1/me/viewers", "/v1/me/access-history", "/v1/me/blocks", "/v1/me/consents"):
        mine, theirs = await consent.call(me, "GET", path), await consent.call(of_copy, "GET", path)
        assert mine.status_code == 200
        assert mine.json() == theirs.json()
    viewers = (await consent.call(of_copy, "GET", "/v1/me/viewers")).json()["items"]
    assert {TEACHER, OTHER_TEACHER} <= {each["practitioner_id"] for each in viewers}
    by_id = await consent.call(SOCIAL_WORKER, "GET", f"/v1/children/{copy}/viewers")
    assert by_id.json() == (await consent.call(SOCIAL_WORKER, "GET", f"/v1/children/{kept}/viewers")).json()

    body = {"viewer": {"type": "practitioner", "id": TEACHER}, "categories": ["all"]}
    placed = await consent.call(of_copy, "POST", "/v1/me/blocks", body)
    assert placed.status_code == 201
    assert await sees(consent, TEACHER, kept) is None
    assert (await consent.call(me, "DELETE", f"/v1/me/blocks/{placed.json()['block_id']}")).status_code == 204
    assert await sees(consent, TEACHER, kept) is not None
    question = {"viewer_id": TEACHER, "child_id": kept, "categories": ["basics"], "purpose": "direct-support"}
    assert (await consent.call(of_copy, "POST", "/v1/decisions/explain", question)).json()["permitted"] == ["basics"]
    await undo(consent, merged)
    assert (await consent.call(of_copy, "POST", "/v1/decisions/explain", question)).status_code == 404
    assert await granted(consent, of_copy, action="me.viewers", subject="own") is not None


async def test_looks_are_found_by_either_id_and_stay_found(consent: Consent, kept: str, copy: str) -> None:
    me = await make_account(consent, kept, "young_person")
    made = await consent.call(HEALTH_VISITOR, "POST", f"/v1/children/{copy}/accounts", {"kind": "young_person"})
    of_copy = made.json()["account_id"]

    async def logged(child: str) -> list[str]:
        entries = (await consent.call(OFFICER, "GET", f"/v1/access-log?child_id={child}&limit=200")).json()["items"]
        return [each["viewer_id"] for each in entries if each["action"] == "child.read"]

    async def told(account: str) -> list[str]:
        items = (await consent.call(account, "GET", "/v1/me/access-history")).json()["items"]
        return [each["viewer_name"] for each in items if each["action"] == "child.read"]

    await sees(consent, TEACHER, kept)
    await sees(consent, OTHER_TEACHER, copy)
    merged = await merge(consent, copy, kept)
    await sees(consent, HEALTH_VISITOR, copy)
    assert await logged(copy) == await logged(kept) == [HEALTH_VISITOR, OTHER_TEACHER, TEACHER]
    assert await told(me) == await told(of_copy) == ["Hana", "Olu", "Tia"]
    entries = (await consent.call(OFFICER, "GET", f"/v1/access-log?child_id={copy}&viewer_id={HEALTH_VISITOR}")).json()
    assert (entries["items"][0]["child_id"], entries["items"][0]["records"]) == (kept, [kept, copy])
    await undo(consent, merged)
    await sees(consent, SOCIAL_WORKER, kept)
    assert await logged(kept) == [SOCIAL_WORKER, HEALTH_VISITOR, TEACHER]
    assert await logged(copy) == [HEALTH_VISITOR, OTHER_TEACHER]
    assert (await told(me), await told(of_copy)) == (["Sam", "Hana", "Tia"], ["Hana", "Olu"])


async def test_a_search_that_breaks_the_glass_breaks_it_once(consent: Consent, kept: str, copy: str) -> None:
    await block(consent, kept, "practitioner", HEALTH_VISITOR)
    await merge(consent, copy, kept)
    opened = await consent.http.post(
        "/internal/search-overrides",
        json={
            "override": {"reason_code": "medical-emergency", "reason": "found alone at the station at night"},
            "purpose": "direct-support",
            "children": [copy, kept],
        },
        headers={
            "Authorization": f"Bearer {consent.issuer.token(HEALTH_VISITOR)}",
            headers.INTERNAL_KEY: consent.app.state.internal_key,
            headers.REQUEST_ID: new_id(),
        },
    )
    assert opened.status_code == 204, opened.text
    reviews = (await consent.call(OFFICER, "GET", "/v1/override-reviews")).json()["items"]
    assert [each["child_id"] for each in reviews] == [kept]
    found = await granted(consent, HEALTH_VISITOR, action="child.search", subject="candidates", children=[copy])
    assert found is not None
    assert found.overrides == ((kept, reviews[0]["override_id"]),)


async def test_an_enquiry_kept_back_from_one_is_kept_back_from_both(consent: Consent, kept: str, copy: str) -> None:
    me = await make_account(consent, kept, "young_person")
    delay = {"until": ahead(days=20), "reason": "an enquiry"}

    async def told(account: str) -> list[str]:
        items = (await consent.call(account, "GET", "/v1/me/access-history")).json()["items"]
        return [each["viewer_name"] for each in items if each["action"] == "child.read"]

    path = f"/v1/children/{copy}/history-delay"
    assert (await consent.call(OFFICER, "PUT", path, delay, purpose="audit")).status_code == 200
    merged = await merge(consent, copy, kept)
    await sees(consent, TEACHER, kept)
    assert await told(me) == []
    # Replaced for the whole, and held for both once they are apart.
    again = await consent.call(OFFICER, "PUT", f"/v1/children/{kept}/history-delay", delay, purpose="audit")
    assert again.status_code == 200
    await undo(consent, merged)
    await sees(consent, TEACHER, kept)
    assert await told(me) == []
    for child in (kept, copy):
        gone = await consent.call(OFFICER, "DELETE", f"/v1/children/{child}/history-delay", purpose="audit")
        assert gone.status_code == 204
    assert await told(me) == ["Tia", "Tia"]


async def test_a_sibling_who_blocks_by_any_record_is_not_named(consent: Consent, kept: str, copy: str) -> None:
    sibling, again = await make_child(consent), await make_other_record(consent)
    await consent.tell(
        ChildrenRelated(relationship_id=new_id(), child_id=copy, other_child_id=sibling),
        ChildrenRelated(relationship_id=new_id(), child_id=kept, other_child_id=copy),
    )
    await merge(consent, again, sibling)
    await merge(consent, copy, kept)
    grant = await granted(consent, TEACHER, kept)
    assert grant is not None
    assert set(grant.related) == {sibling, again}
    await block(consent, again, "practitioner", TEACHER)
    grant = await granted(consent, TEACHER, kept)
    assert grant is not None
    assert grant.related == ()
