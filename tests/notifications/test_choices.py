"""What practitioners and young people choose to hear of, the team around a child, and who covers for whom."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.grants import KeptBack
from chassis.ids import new_id
from contracts.events.assessment import PractitionerJoinedTeam, PractitionerLeftTeam, ReviewRecorded, StageSet
from contracts.events.child_index import ChildPurged
from contracts.events.consent import OverrideInvoked, SignalRaised
from contracts.vocabulary import PractitionerStatus, Role
from tests.notifications.inbox import CONTACT, PLANNED, Inboxes, episode, expiring, lead, practitioner
from tests.notifications.kit import Viewer, child, problem

PREFERENCES, COVER = "/v1/notification-preferences", "/v1/notification-cover"
MINE = "/v1/me/notification-preferences"


async def choose(inboxes: Inboxes, who: str, **inbox: bool) -> httpx.Response:
    types = {name.replace("_", "-"): {"inbox": chosen} for name, chosen in inbox.items()}
    return await inboxes.viewer(who).call("PUT", PREFERENCES, "notification.prefer", json={"types": types})


async def cover(inboxes: Inboxes, who: str, colleague: str, days: float = 7, **more: Any) -> httpx.Response:
    ends = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    body = {"colleague_id": colleague, "ends_at": ends, **more}
    return await inboxes.viewer(who).call("POST", COVER, "notification.cover", json=body)


async def types_of(inboxes: Inboxes, who: str) -> list[str]:
    return [entry["type"] for entry in await inboxes.items(who, PLANNED)]


def joined(jo: str, who: str) -> PractitionerJoinedTeam:
    return PractitionerJoinedTeam(membership_id=new_id(), child_id=jo, practitioner_id=who)


async def test_what_one_turned_off_is_not_told_until_one_turns_it_on(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"))
    answer = await choose(inboxes, "sw", new_involvement=False)
    told = {each["type"]: each for each in answer.json()["types"]}
    assert told["new-involvement"]["inbox"] is False
    assert "inbox" not in told["stage-set"]
    await inboxes.kit.tell(episode(jo, by="hv"))
    assert await inboxes.items("sw") == []
    await choose(inboxes, "sw")
    await inboxes.kit.tell(episode(jo, by="hv"))
    assert await types_of(inboxes, "sw") == ["new-involvement"]


async def test_what_goes_with_a_responsibility_cannot_be_turned_off(inboxes: Inboxes) -> None:
    before = await inboxes.viewer("sw").call("GET", PREFERENCES, "notification.prefer")
    for name in ("override_invoked", "records_merged"):
        refused = await choose(inboxes, "sw", new_involvement=False, **{name: False})
        assert refused.status_code == 422
        assert [each["pointer"] for each in problem(refused)["errors"]] == [f"/types/{name.replace('_', '-')}"]
    unknown = await choose(inboxes, "sw", nothing=False)
    assert unknown.status_code == 422
    assert (await inboxes.viewer("sw").call("GET", PREFERENCES, "notification.prefer")).json() == before.json()
    assert "young person" not in before.text


async def test_the_team_around_a_child_hears_what_it_asked_for_while_in_it(inboxes: Inboxes) -> None:
    jo = child()
    membership = joined(jo, "gp")
    await inboxes.kit.tell(lead(jo, "sw", by="sw"))
    await inboxes.kit.tell(membership, joined(jo, "teacher"))
    await choose(inboxes, "gp", new_involvement=True, stage_set=True, review_recorded=True)
    await inboxes.kit.tell(episode(jo, by="hv"))
    await inboxes.kit.tell(
        StageSet(stage_id=new_id(), child_id=jo, set_by="teacher"),
        ReviewRecorded(review_id=new_id(), child_id=jo, held_on=date(2026, 3, 2), next_on=None, recorded_by="gp"),
    )
    assert await types_of(inboxes, "gp") == ["stage-set", "new-involvement"], "not of what they did themselves"
    assert await types_of(inboxes, "teacher") == []
    (first, *_) = await inboxes.items("gp", PLANNED)
    assert "asked to hear" in first["why"]
    assert first["stop"] == {"where": PREFERENCES}
    assert {entry["type"] for entry in await inboxes.items("sw", CONTACT)} == {"new-involvement"}, "the plan is hidden"
    left = {"membership_id": membership.membership_id, "child_id": jo, "practitioner_id": "gp"}
    await inboxes.kit.tell(PractitionerLeftTeam(**left, left_on=date(2026, 3, 2), ended_by="gp"), membership)
    await inboxes.kit.tell(episode(jo, by="hv"))
    assert len(await inboxes.items("gp", PLANNED)) == 2


async def test_officers_hear_of_a_signal_by_its_id_alone(inboxes: Inboxes) -> None:
    signal = SignalRaised(signal_id=new_id(), officers=["officer"])
    await inboxes.kit.tell(signal)
    (entry,) = await inboxes.items("officer")
    assert (entry["type"], entry["signal_id"]) == ("signal-raised", signal.signal_id)
    assert not {"child_id", "practitioner_id"} & entry.keys()


async def colleagues(inboxes: Inboxes) -> str:
    """A child whom `sw` leads for; `duty` is of the same team, `far` of another agency, `left` has left."""
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"))
    await inboxes.kit.tell(
        practitioner("sw", 1, teams=["north"]),
        practitioner("duty", 1, agency="other", teams=["north", "south"]),
        practitioner("near", 1),
        practitioner("far", 1, agency="other"),
        practitioner("left", 1, teams=["north"], status=PractitionerStatus.LEFT),
    )
    return jo


async def test_a_colleague_finds_what_comes_meanwhile_as_far_as_they_may_know_of_it(inboxes: Inboxes) -> None:
    jo = await colleagues(inboxes)
    await inboxes.kit.tell(episode(jo, by="hv"))
    made = await cover(inboxes, "sw", "duty")
    assert made.status_code == 201
    await inboxes.kit.tell(during := episode(jo, by="hv"), episode(jo, by="duty"))
    (entry,) = await inboxes.items("duty")
    assert (entry["episode_id"], entry["covers_for"]) == (during.episode_id, "sw")
    assert entry["stop"] == {"where": COVER}
    assert (await inboxes.read("duty", []))["items"] == [], "by their own decision"
    assert len(await inboxes.items("sw")) == 3
    for who in ("sw", "duty"):
        seen = await inboxes.viewer(who).call("GET", COVER, "notification.cover")
        assert seen.json()["items"] == [made.json()]
    assert (await inboxes.viewer("near").call("GET", COVER, "notification.cover")).json()["items"] == []
    path = f"{COVER}/{made.json()['cover_id']}"
    assert (await inboxes.viewer("near").call("DELETE", path, "notification.cover")).status_code == 404
    assert (await inboxes.viewer("duty").call("DELETE", path, "notification.cover")).status_code == 204
    assert (await inboxes.viewer("duty").call("DELETE", path, "notification.cover")).status_code == 404
    await inboxes.kit.tell(episode(jo, by="hv"))
    assert len(await inboxes.items("duty")) == 1


async def test_what_is_of_no_child_is_told_to_nobody_else(inboxes: Inboxes) -> None:
    await colleagues(inboxes)
    await cover(inboxes, "sw", "duty")
    broken = OverrideInvoked(
        override_id=new_id(), child_id=child(), viewer_id="gp", expires_at=datetime.now(UTC), officers=["sw"]
    )
    await inboxes.kit.tell(broken)
    assert await types_of(inboxes, "sw") == ["override-invoked"]
    assert await inboxes.items("duty") == []


async def test_a_cover_ends_with_the_colleagues_post_and_before_it_begins_it_is_none(inboxes: Inboxes) -> None:
    jo = await colleagues(inboxes)
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert (await cover(inboxes, "sw", "near", starts_at=later)).status_code == 201
    await cover(inboxes, "sw", "duty")
    await inboxes.kit.tell(practitioner("duty", 2, agency="other", teams=["south"]))
    await inboxes.kit.tell(episode(jo, by="hv"))
    assert await inboxes.items("near") == await inboxes.items("duty") == []


@pytest.mark.parametrize(
    ("colleague", "days", "more", "pointer"),
    [
        ("sw", 7, {}, "/colleague_id"),
        ("far", 7, {}, "/colleague_id"),
        ("left", 7, {}, "/colleague_id"),
        ("nobody", 7, {}, "/colleague_id"),
        ("duty", -1, {}, "/ends_at"),
        ("duty", 200, {}, "/ends_at"),
        ("duty", 7, {"starts_at": "2099-01-01T00:00:00Z"}, "/ends_at"),
        ("duty", 7, {"starts_at": "2026-01-01T00:00:00"}, "/starts_at"),
        ("", 7, {}, "/colleague_id"),
    ],
)
async def test_who_or_when_cannot_be_is_refused(
    inboxes: Inboxes, colleague: str, days: float, more: dict[str, Any], pointer: str
) -> None:
    await colleagues(inboxes)
    refused = await cover(inboxes, "sw", colleague, days, **more)
    assert (refused.status_code, problem(refused)["errors"][0]["pointer"]) == (422, pointer)
    assert (await inboxes.viewer("sw").call("GET", COVER, "notification.cover")).json()["items"] == []


def young(inboxes: Inboxes, kept_back: Sequence[KeptBack] = ()) -> Viewer:
    viewer = inboxes.kit.viewer("account", CONTACT, Role.YOUNG_PERSON)
    viewer.kept_back = kept_back
    return viewer


async def own(inboxes: Inboxes, jo: str, kept_back: Sequence[KeptBack] = ()) -> dict[str, Any]:
    answer = await young(inboxes, kept_back).call("GET", "/v1/me/notifications", "me.notifications", child=jo)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_a_young_person_hears_what_they_asked_for_and_no_more(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(episode(jo, by="hv"))
    types = {"new-involvement": {"inbox": True}, "consent-expiring": {"inbox": True}}
    chosen = await young(inboxes).call("PUT", MINE, "me.notification-prefer", child=jo, json={"types": types})
    assert {each["type"] for each in chosen.json()["types"]} == set(types), "nothing else is theirs to hear"
    await inboxes.kit.tell(episode(jo, by="gp"), episode(jo, by="camhs", sensitive=True), episode(child(), by="gp"))
    await inboxes.kit.tell(expiring(jo, by="sw"))
    page = await own(inboxes, jo)
    assert ([each["type"] for each in page["items"]], page["unread"]) == (["consent-expiring", "new-involvement"], 2)
    assert not any("practitioner_id" in each for each in page["items"])
    assert page["items"][0]["stop"] == {"where": MINE}
    assert (await own(inboxes, child()))["items"] == [], "of the record that is decided on alone"
    path = f"/v1/me/notifications/{page['items'][0]['notification_id']}/acknowledgement"
    done = await young(inboxes).call("POST", path, "me.notifications", child=jo)
    assert done.json()["state"] == "acknowledged"
    assert (await own(inboxes, jo))["unread"] == 1
    await inboxes.kit.tell(ChildPurged(child_id=jo))
    assert (await own(inboxes, jo))["items"] == []


async def test_what_an_officer_keeps_back_is_as_if_it_had_not_happened(inboxes: Inboxes) -> None:
    jo = child()
    await young(inboxes).call(
        "PUT", MINE, "me.notification-prefer", child=jo, json={"types": {"new-involvement": {"inbox": True}}}
    )
    before = await own(inboxes, jo)
    since = datetime.now(UTC) - timedelta(minutes=1)
    await inboxes.kit.tell(episode(jo, by="police"))
    for kept in (KeptBack(since), KeptBack(since, ("police",)), KeptBack(since, (), ("agency",))):
        assert await own(inboxes, jo, [kept]) == before
    (entry,) = (await own(inboxes, jo, [KeptBack(since, ("somebody",))]))["items"]
    path = f"/v1/me/notifications/{entry['notification_id']}/acknowledgement"
    refused = await young(inboxes, [KeptBack(since)]).call("POST", path, "me.notifications", child=jo)
    assert refused.status_code == 404
    assert (await own(inboxes, jo, [KeptBack(datetime.now(UTC))]))["unread"] == 1, (
        "from before it they may have read it"
    )
