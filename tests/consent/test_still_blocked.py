"""A block holds however its person comes: another team, another post, through a system, with a token from before."""

from typing import Any

import pytest

from chassis.ids import new_id
from contracts import headers
from tests.consent.kit import Consent
from tests.consent.scene import HEALTH_VISITOR, OFFICER, TEACHER, episode, make_child, merge, undo
from tests.consent.test_merged_records import granted
from tests.consent.test_need_to_know import ALL, block, reads


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


async def put(consent: Consent, practitioner_id: str, **changed: Any) -> None:
    person = {"name": "P", "agency_id": "gp", "role": "health_visitor", "team_ids": [], **changed}
    answer = await consent.call("admin", "PUT", f"/v1/practitioners/{practitioner_id}", person)
    assert answer.status_code in {200, 201}, answer.text


async def asked_by(consent: Consent, system: str, who: str, child_id: str) -> str:
    question = {"action": "child.read", "subject": "child", "purpose": "direct-support", "categories": ALL}
    answer = await consent.decide(who, by=system, **question, child_id=child_id)
    return str(answer.json()["outcome"])


async def test_who_moves_to_another_agency_and_team(consent: Consent, child_id: str) -> None:
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    await put(consent, HEALTH_VISITOR, agency_id="care", role="social_worker", team_ids=["duty"])
    await consent.tell(episode(child_id, "support", HEALTH_VISITOR))
    assert await reads(consent, HEALTH_VISITOR, child_id) is None


async def test_who_joins_a_blocked_team_or_agency_and_who_leaves_it(consent: Consent, child_id: str) -> None:
    await block(consent, child_id, "team", "year-6")
    assert await reads(consent, HEALTH_VISITOR, child_id) is not None
    await put(consent, HEALTH_VISITOR, agency_id="school", team_ids=["year-6"])
    assert await reads(consent, HEALTH_VISITOR, child_id) is None
    await put(consent, HEALTH_VISITOR, agency_id="school")
    assert await reads(consent, HEALTH_VISITOR, child_id) is not None
    await block(consent, child_id, "agency", "school")
    assert await reads(consent, HEALTH_VISITOR, child_id) is None


@pytest.mark.parametrize(
    ("kind", "party"), [("practitioner", "hana-at-school"), ("team", "year-6"), ("agency", "school")]
)
async def test_who_holds_two_posts(consent: Consent, child_id: str, kind: str, party: str) -> None:
    """Both posts are one person's: a block of either post, or of the team or agency of either, holds in both."""
    post = {"agency_id": "school", "role": "teacher", "team_ids": ["year-6"]}
    await put(consent, HEALTH_VISITOR, person_id="hana")
    await put(consent, "hana-at-school", person_id="hana", **post)
    assert await reads(consent, HEALTH_VISITOR, child_id) is not None
    assert await reads(consent, "hana-at-school", child_id) is not None
    block_id = await block(consent, child_id, kind, party)
    assert await reads(consent, HEALTH_VISITOR, child_id) is None
    assert await reads(consent, "hana-at-school", child_id) is None
    # Nobody else is hit by it, and neither post gives the other anything.
    if kind == "practitioner":
        assert await reads(consent, TEACHER, child_id) is not None
    lifted = await consent.call("sam-sw", "DELETE", f"/v1/blocks/{block_id}")
    assert lifted.status_code == 204
    alone = await make_child(consent)
    await consent.call("admin", "PUT", "/v1/practitioners/hana-at-school", {"name": "P", **post, "team_ids": []})
    assert await reads(consent, "hana-at-school", alone) is None


async def test_who_holds_two_posts_when_one_is_stored_again_without_saying_so(consent: Consent, child_id: str) -> None:
    """A system that does not know of the person keeps the post: their blocks hold as before."""
    await put(consent, HEALTH_VISITOR, person_id="hana")
    await put(consent, "hana-at-school", person_id="hana", agency_id="school", role="teacher", team_ids=["year-6"])
    await block(consent, child_id, "practitioner", "hana-at-school")
    await put(consent, HEALTH_VISITOR)
    assert await reads(consent, HEALTH_VISITOR, child_id) is None
    await put(consent, "hana-at-school", agency_id="school", role="teacher")
    assert await reads(consent, HEALTH_VISITOR, child_id) is None


async def test_a_system_that_acts_for_them(consent: Consent, child_id: str) -> None:
    await put(consent, "school-mis", agency_id="school", role="system")
    assert await asked_by(consent, "school-mis", HEALTH_VISITOR, child_id) == "permitted"
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    assert await asked_by(consent, "school-mis", HEALTH_VISITOR, child_id) == "refused"
    # The log tells through which system they came; the system itself sees nothing.
    entries = (await consent.call(OFFICER, "GET", f"/v1/access-log?viewer_id={HEALTH_VISITOR}")).json()["items"]
    assert [each.get("actor_id") for each in entries] == ["school-mis", "school-mis"]
    assert await reads(consent, "school-mis", child_id) is None


async def test_what_a_system_does_beside_reading_is_logged_with_its_name_too(consent: Consent, child_id: str) -> None:
    await put(consent, "school-mis", agency_id="school", role="system")
    question = {"viewer_id": TEACHER, "child_id": child_id, "categories": ["basics"], "purpose": "direct-support"}
    asked = await consent.call(OFFICER, "POST", "/v1/decisions/explain", question, by="school-mis")
    assert asked.status_code == 200, asked.text
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    emergency = {"reason_code": "medical-emergency", "reason": "Found alone at the roadside, no carer to be reached"}
    opened = await consent.http.post(
        "/internal/search-overrides",
        json={"override": emergency, "children": [child_id], "purpose": "direct-support"},
        headers={
            "Authorization": f"Bearer {consent.issuer.token(HEALTH_VISITOR, actor='school-mis')}",
            headers.INTERNAL_KEY: consent.app.state.internal_key,
            headers.REQUEST_ID: new_id(),
        },
    )
    assert opened.status_code == 204, opened.text
    entries = (await consent.call(OFFICER, "GET", f"/v1/access-log?child_id={child_id}")).json()["items"]
    told = {each["action"]: each.get("actor_id") for each in entries if each["action"] != "block.place"}
    assert told == {"decision.explain": "school-mis", "override.invoke": "school-mis"}


async def test_a_token_from_before_the_block(consent: Consent, child_id: str) -> None:
    """`reads` signs in anew each time; here one token is used before and after."""
    token = consent.issuer.token(HEALTH_VISITOR)
    consent.issuer.token = lambda *_args, **_more: token  # type: ignore[method-assign]
    try:
        assert await reads(consent, HEALTH_VISITOR, child_id) is not None
    finally:
        del consent.issuer.token
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    consent.issuer.token = lambda *_args, **_more: token  # type: ignore[method-assign]
    assert await reads(consent, HEALTH_VISITOR, child_id) is None


@pytest.mark.parametrize("blocked_on", ["kept", "copy"])
async def test_of_whom_a_second_record_was_merged(consent: Consent, child_id: str, blocked_on: str) -> None:
    """A block on either record holds for both, by either id and in a search, from when the decision knows; until then
    the other record is decided on by itself, and a grant names no record that the block is on."""
    copy = await make_child(consent)
    await block(consent, child_id if blocked_on == "kept" else copy, "practitioner", HEALTH_VISITOR)
    free = copy if blocked_on == "kept" else child_id
    apart = await granted(consent, HEALTH_VISITOR, free)
    assert apart is not None
    assert apart.records == (free,)
    merged = await merge(consent, copy, child_id)
    search: dict[str, Any] = {"action": "child.search", "subject": "candidates", "children": [child_id, copy]}
    for record in (child_id, copy):
        assert await granted(consent, HEALTH_VISITOR, record) is None
    found = await granted(consent, HEALTH_VISITOR, **search)
    assert found is not None
    assert found.children == found.records == ()
    # The others go on as before, and undone the block is where it was.
    assert await granted(consent, TEACHER, copy) is not None
    await undo(consent, merged)
    found = await granted(consent, HEALTH_VISITOR, **search)
    assert found is not None
    assert found.children == found.records == (free,)


async def test_by_a_block_that_was_placed_while_two_records_were_one(consent: Consent, child_id: str) -> None:
    """Whoever placed it meant the child whom they saw: apart again, it holds for both, and is lifted of each."""
    copy = await make_child(consent)
    merged = await merge(consent, copy, child_id)
    await block(consent, copy, "practitioner", HEALTH_VISITOR)
    lifted = await block(consent, copy, "practitioner", TEACHER)
    assert (await consent.call("sam-sw", "DELETE", f"/v1/blocks/{lifted}")).status_code == 204
    await undo(consent, merged)
    for record in (child_id, copy):
        assert await granted(consent, HEALTH_VISITOR, record) is None
        assert await granted(consent, TEACHER, record) is not None
        (mine, *_) = [
            each
            for each in (await consent.call("sam-sw", "GET", f"/v1/children/{record}/blocks")).json()["items"]
            if "lifted_at" not in each
        ]
        assert (await consent.call("sam-sw", "DELETE", f"/v1/blocks/{mine['block_id']}")).status_code == 204
        assert await granted(consent, HEALTH_VISITOR, record) is not None


async def test_by_a_block_whose_request_the_undoing_overtook(consent: Consent, child_id: str) -> None:
    """Decided on as one child, placed when they were two again: it holds for both."""
    copy = await make_child(consent)
    merged = await merge(consent, copy, child_id)
    categories = ["involvement"]
    asked = {"action": "block.place", "subject": "child", "purpose": "direct-support", "categories": categories}
    decided = await consent.decide("sam-sw", **asked, child_id=copy)
    await undo(consent, merged)
    placed = await consent.http.post(
        f"/v1/children/{copy}/blocks",
        json={"viewer": {"type": "practitioner", "id": HEALTH_VISITOR}, "categories": ["all"]},
        headers={
            headers.GRANT: decided.json()["grant"],
            headers.REQUEST_ID: decided.headers[headers.REQUEST_ID],
        },
    )
    assert placed.status_code == 201, placed.text
    for record in (child_id, copy):
        assert await granted(consent, HEALTH_VISITOR, record) is None
