"""Who looked, as a young person and a parent are told; and an enquiry that an officer keeps back for a while."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.ids import new_id
from consent.application.history import LOOKS
from contracts.routes import ROUTES, Subject
from tests.consent.kit import Consent
from tests.consent.scene import (
    HEALTH_VISITOR,
    OFFICER,
    OTHER_TEACHER,
    SOCIAL_WORKER,
    TEACHER,
    episode,
    make_account,
    make_child,
)
from tests.consent.shared import SharedConsents
from tests.consent.test_consents import BY_YOUNG_PERSON, ago, recorded
from tests.consent.test_need_to_know import block, jwt_claims, reads
from tests.consent.test_reminders import Clock

OWN_SIDE = ("/v1/me/access-history", "/v1/me/viewers", "/v1/me/sharing-agreement")
SCHOOL_OFFICER = "school-officer"


def ahead(**later: float) -> str:
    return (datetime.now(UTC) + timedelta(**later)).isoformat()


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


async def own_side(consent: Consent, me: str) -> list[dict[str, Any]]:
    return [{**(await consent.call(me, "GET", path)).json(), "made_at": ""} for path in OWN_SIDE]


async def looks(consent: Consent, me: str, limit: int = 200) -> list[dict[str, Any]]:
    """The whole history, page by page; every page but the last is full."""
    found: list[dict[str, Any]] = []
    path, more = f"/v1/me/access-history?limit={limit}", ""
    while True:
        page = (await consent.call(me, "GET", path + more)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        assert len(page["items"]) == limit
        more = f"&cursor={page['next_cursor']}"


async def delay(consent: Consent, child_id: str, who: str = OFFICER, **change: Any) -> int:
    body = {"until": ahead(days=30), "reason": "Section 47 enquiry 17", **change}
    answer = await consent.call(who, "PUT", f"/v1/children/{child_id}/history-delay", body, purpose="audit")
    return answer.status_code


async def test_an_enquiry_under_delay_leaves_no_trace_on_the_familys_side(consent: Consent, child_id: str) -> None:
    people = [await make_account(consent, child_id, kind) for kind in ("young_person", "parent")]
    await reads(consent, HEALTH_VISITOR, child_id)
    before = [await own_side(consent, me) for me in people]
    assert await delay(consent, child_id, viewers=[{"type": "practitioner", "id": OTHER_TEACHER}]) == 200
    await consent.tell(episode(child_id, "visits", OTHER_TEACHER))
    for _ in range(3):
        assert await reads(consent, OTHER_TEACHER, child_id) is not None
    assert [await own_side(consent, me) for me in people] == before

    question = {"viewer_id": OTHER_TEACHER, "child_id": child_id, "categories": ["basics"], "purpose": "direct-support"}
    told = (await consent.call(people[0], "POST", "/v1/decisions/explain", question)).json()
    assert told["permitted"] == []
    # The officer, and who is involved, see what there is.
    viewers = (await consent.call(SOCIAL_WORKER, "GET", f"/v1/children/{child_id}/viewers")).json()["items"]
    assert OTHER_TEACHER in {viewer["practitioner_id"] for viewer in viewers}
    path = f"/v1/children/{child_id}/history-delay"
    kept = (await consent.call(OFFICER, "GET", path)).json()
    assert (kept["reason"], kept["viewers"]) == (
        "Section 47 enquiry 17",
        [{"type": "practitioner", "id": OTHER_TEACHER}],
    )
    log = (await consent.call(OFFICER, "GET", f"/v1/access-log?child_id={child_id}&viewer_id={OFFICER}")).json()
    assert {"delay.place", "delay.read"} <= {entry["action"] for entry in log["items"]}

    assert (await consent.call(OFFICER, "DELETE", path)).status_code == 204
    assert (await consent.call(OFFICER, "GET", path)).status_code == 404
    for me in people:
        assert [look["viewer_name"] for look in await looks(consent, me)].count("Olu") == 3
        seen = (await consent.call(me, "GET", "/v1/me/viewers")).json()["items"]
        assert OTHER_TEACHER in {viewer["practitioner_id"] for viewer in seen}


async def test_what_the_young_person_may_have_seen_before_stays(consent: Consent, child_id: str) -> None:
    me = await make_account(consent, child_id, "young_person")
    await reads(consent, TEACHER, child_id)
    await reads(consent, HEALTH_VISITOR, child_id)
    assert await delay(consent, child_id) == 200
    before = await own_side(consent, me)
    assert [look["viewer_name"] for look in before[0]["items"]] == ["Hana", "Tia"]
    await reads(consent, TEACHER, child_id)
    assert await own_side(consent, me) == before
    # Told of from the beginning of the enquiry, not of the delay.
    assert await delay(consent, child_id, since=ago(hours=1), viewers=[{"type": "agency", "id": "gp"}]) == 200
    assert [look["viewer_name"] for look in await looks(consent, me)] == ["Tia", "Tia"]


async def test_the_grant_for_ones_own_record_says_what_is_kept_back(consent: Consent, child_id: str) -> None:
    async def kept(who: str, action: str, subject: str) -> Any:
        asked = {"action": action, "subject": subject, "purpose": "administration", "categories": ["involvement"]}
        answer = await consent.decide(who, **asked, child_id=child_id)
        return jwt_claims(answer.json()["grant"])["kpt"]

    me = await make_account(consent, child_id, "young_person")
    assert await kept(me, "me.record", "own") == []
    assert await delay(consent, child_id, viewers=[{"type": "agency", "id": "school"}]) == 200
    ((_, practitioners, agencies),) = await kept(me, "me.record", "own")
    assert (practitioners, agencies) == ([], ["school"])
    assert await kept(TEACHER, "child.read", "child") == []
    # What a practitioner prints for the family is held against it, too.
    for who, action, subject in (
        (me, "me.plan", "own"),
        (me, "me.plan-document", "own"),
        (TEACHER, "plan.document", "child"),
    ):
        assert len(await kept(who, action, subject)) == 1


async def test_only_officers_and_only_within_their_scope(consent: Consent, child_id: str) -> None:
    me = await make_account(consent, child_id, "young_person")
    path = f"/v1/children/{child_id}/history-delay"
    for who in (TEACHER, SOCIAL_WORKER, "admin", me):
        assert await delay(consent, child_id, who) == 403
        for method in ("GET", "DELETE"):
            assert (await consent.call(who, method, path)).status_code == 403
    assert await delay(consent, new_id()) == 404
    assert await delay(consent, child_id, SCHOOL_OFFICER) == 422
    assert await delay(consent, child_id, SCHOOL_OFFICER, viewers=[{"type": "agency", "id": "gp"}]) == 422
    theirs = [{"type": "practitioner", "id": HEALTH_VISITOR}]
    assert await delay(consent, child_id, SCHOOL_OFFICER, viewers=theirs) == 422
    assert await delay(consent, child_id, viewers=theirs) == 200
    own = [{"type": "practitioner", "id": TEACHER}]
    assert await delay(consent, child_id, SCHOOL_OFFICER, viewers=own) == 200
    for who in (TEACHER, HEALTH_VISITOR, SOCIAL_WORKER):
        await reads(consent, who, child_id)
    assert [look["viewer_name"] for look in await looks(consent, me)] == ["Sam"]
    assert (await consent.call(SCHOOL_OFFICER, "GET", path)).json()["viewers"] == own
    # Each ends what is theirs to end.
    assert (await consent.call(SCHOOL_OFFICER, "DELETE", path)).status_code == 204
    assert [look["viewer_name"] for look in await looks(consent, me)] == ["Sam", "Tia"]
    assert (await consent.call(SCHOOL_OFFICER, "DELETE", path)).status_code == 404
    assert (await consent.call(OFFICER, "GET", path)).json()["viewers"] == theirs


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"until": ahead(days=91)}, "/until"),
        ({"until": ago(seconds=1)}, "/until"),
        ({"since": ahead(days=1)}, "/since"),
        ({"since": ago(days=91)}, "/since"),
        ({"reason": " "}, "/reason"),
        ({"viewers": []}, "/viewers"),
        ({"viewers": [{"type": "team", "id": "duty"}]}, "/viewers/0/type"),
        ({"viewers": [{"type": "agency", "id": "nowhere"}]}, "/viewers/0/id"),
    ],
)
async def test_a_delay_that_cannot_be_taken(
    consent: Consent, child_id: str, change: dict[str, Any], pointer: str
) -> None:
    body = {"until": ahead(days=30), "reason": "Enquiry", **change}
    answer = await consent.call(OFFICER, "PUT", f"/v1/children/{child_id}/history-delay", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await consent.call(OFFICER, "GET", f"/v1/children/{child_id}/history-delay")).status_code == 404


async def test_a_parent_is_told_of_no_look_that_would_tell(consent: Consent, child_id: str) -> None:
    parent, me = [await make_account(consent, child_id, kind) for kind in ("parent", "young_person")]
    await recorded(consent, child_id, BY_YOUNG_PERSON)
    await consent.tell(episode(child_id, "visits", OTHER_TEACHER, sensitive=True))
    await block(consent, child_id, "practitioner", TEACHER, "family")
    await reads(consent, OTHER_TEACHER, child_id)
    await reads(consent, HEALTH_VISITOR, child_id)
    assert (await consent.call(SOCIAL_WORKER, "GET", f"/v1/children/{child_id}/blocks")).status_code == 200
    (look,) = await looks(consent, parent)
    assert (look["viewer_name"], look["action"]) == ("Hana", "child.read")
    assert look["categories"] == ["basics", "whereabouts", "family", "involvement"]
    whole = await looks(consent, me)
    assert [each["viewer_name"] for each in whole] == ["Sam", "Hana", "Olu"]
    assert "health" in whole[1]["categories"]


# --- for any looks, delays and page size ---------------------------------------------------------------------------


@dataclass
class Days:
    consent: Consent
    clock: Clock


@pytest.fixture(params=["sqlite", "postgresql"])
async def days(request: pytest.FixtureRequest, shared: SharedConsents) -> AsyncIterator[Days]:
    clock = Clock()
    async with shared.turn(request.param, clock) as consent:
        yield Days(consent, clock)


AGENCY = {TEACHER: "school", HEALTH_VISITOR: "gp", SOCIAL_WORKER: "care", OTHER_TEACHER: "school"}
NAMED = st.none() | st.lists(
    st.sampled_from([("practitioner", TEACHER), ("practitioner", HEALTH_VISITOR), ("agency", "school")]),
    min_size=1,
    max_size=2,
)
STEPS = st.lists(
    st.sampled_from(sorted(AGENCY)).map(lambda who: ("look", who))
    | st.tuples(st.integers(1, 6), NAMED).map(lambda told: ("delay", told)),
    min_size=1,
    max_size=10,
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, limit=st.integers(1, 4), later=st.integers(0, 3))
async def test_the_history_is_every_permitted_look_less_those_kept_back(
    days: Days, steps: list[tuple[str, Any]], limit: int, later: int
) -> None:
    """Against a plain retelling, an hour for each step; one officer, whose later delay replaces the earlier."""
    consent, clock = days.consent, days.clock
    child_id = await make_child(consent)
    me = await make_account(consent, child_id, "young_person")
    hour, start = timedelta(hours=1), clock.ahead
    happened: list[tuple[int, str]] = []
    kept: tuple[int, int, Any] | None = None
    for number, (what, detail) in enumerate(steps):
        clock.ahead = start + number * hour
        if what == "look":
            if await reads(consent, detail, child_id) is not None:
                happened.append((number, detail))
            continue
        length, named = detail
        viewers: dict[str, Any] = (
            {} if named is None else {"viewers": [{"type": kind, "id": party} for kind, party in named]}
        )
        until = (clock() + length * hour).isoformat()
        assert await delay(consent, child_id, until=until, **viewers) == 200
        since = kept[0] if kept is not None and number < kept[1] else number
        kept = (since, number + length, named)

    def hidden(number: int, who: str, now: int) -> bool:
        if kept is None or now >= kept[1] or number < kept[0]:
            return False
        return kept[2] is None or ("practitioner", who) in kept[2] or ("agency", AGENCY[who]) in kept[2]

    names = {TEACHER: "Tia", HEALTH_VISITOR: "Hana", SOCIAL_WORKER: "Sam"}
    for now in (len(steps), len(steps) + later, len(steps) + 7):
        clock.ahead = start + now * hour
        expected = [names[who] for number, who in reversed(happened) if not hidden(number, who, now)]
        assert [look["viewer_name"] for look in await looks(consent, me, limit)] == expected


def test_every_route_that_shows_a_record_is_a_look() -> None:
    """Or is left out for a reason: an enquiry that is kept back, what officers do for the quality of the index, and
    one's own draft of a contribution, of which nobody else learns that it is there."""
    of_a_child = {Subject.CHILD, Subject.OWNED}
    shows = {route.action for route in ROUTES if route.method == "GET" and route.subject in of_a_child}
    assert shows - set(LOOKS) == {"delay.read", "legal-basis.read", "review.read", "assessment.contribute"}
