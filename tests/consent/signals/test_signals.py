"""Officers' signals over a running service: found from the log, explained, within the officer's scope, once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.ids import new_id
from consent.adapters.keys import log_signing_key
from consent.application.find_signals import SignalFinder
from consent.application.sequence_log import Sequencer
from consent.domain.signals import week_of
from consent.settings import DEFAULT_POLICY
from contracts.events.child_index import ChildRegistered
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
from tests.consent.shared import SharedConsents
from tests.consent.test_need_to_know import reads

WORKING, NIGHT = datetime(2027, 10, 6, 11, tzinfo=UTC), datetime(2027, 10, 6, 22, 30, tzinfo=UTC)
LOW = {
    "out-of-hours: {at_least: 15": "out-of-hours: {at_least: 3",
    "many-children: {at_least: 40": "many-children: {at_least: 3",
    "refused-attempts: {at_least: 10": "refused-attempts: {at_least: 3",
    "looks-without-involvement: {at_least: 10": "looks-without-involvement: {at_least: 2",
    "repeated-overrides: {at_least: 4": "repeated-overrides: {at_least: 2",
}


@dataclass
class Time:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Watched:
    """A service with low thresholds, whose clock the test sets."""

    consent: Consent
    time: Time

    async def begin(self) -> None:
        """Leaves the weeks before the clock's out of account: the directory was made long before, by that clock."""
        async with self.consent.app.state.unit_of_work() as uow:
            for progress in ("weeks", "name-weeks"):
                await uow.signals.set_progress(progress, week_of(self.time.now.date()).toordinal())
            await uow.commit()

    async def read(self, who: str, child_id: str, times: int = 1) -> None:
        for _ in range(times):
            await self.consent.call(who, "GET", f"/v1/children/{child_id}/viewers")

    async def search(self, who: str, *children: str) -> None:
        """As the gateway does when the index names children that match."""
        decided = await self.consent.decide(
            who,
            action="child.search",
            subject="candidates",
            purpose="direct-support",
            categories=["basics"],
            children=list(children),
        )
        assert decided.status_code == 200

    async def signals(self, who: str = OFFICER, **wanted: Any) -> list[dict[str, Any]]:
        """The signals of all entries that there are now: the log's workers take their turn at once."""
        state, settings = self.consent.app.state, self.consent.settings
        await Sequencer(state.unit_of_work, state.reading, log_signing_key(settings)).sequence_once()
        finder = SignalFinder(state.unit_of_work, state.reading, state.policy, settings.signals_seconds)
        while await self._unexamined():
            await finder.find_bursts()
        while await finder.find_unfollowed():
            pass
        await finder.find_unreviewed()
        return await self.noted(who, **wanted)

    async def _unexamined(self) -> bool:
        async with self.consent.app.state.reading() as uow:
            return bool(await uow.signals.sequenced(await uow.signals.progress("leaves") or 0, 1))

    async def noted(self, who: str = OFFICER, **wanted: Any) -> list[dict[str, Any]]:
        """The signals that there are."""
        answer = await self.consent.call(who, "GET", "/v1/signals?limit=200")
        assert answer.status_code == 200
        return [each for each in answer.json()["items"] if all(each[name] == value for name, value in wanted.items())]

    async def entries(self, signal: dict[str, Any], who: str = OFFICER) -> list[dict[str, Any]]:
        found, cursor = [], ""
        while True:
            path = f"/v1/signals/{signal['signal_id']}/entries?limit=2{cursor}"
            answer = (await self.consent.call(who, "GET", path)).json()
            found += answer["items"]
            if answer["next_cursor"] is None:
                return found
            cursor = f"&cursor={answer['next_cursor']}"


@pytest.fixture(params=["sqlite", "postgresql"])
async def watched(request: pytest.FixtureRequest, shared_in_module: SharedConsents) -> AsyncIterator[Watched]:
    policy = DEFAULT_POLICY.read_text()
    for old, new in LOW.items():
        assert policy.count(old) == 1
        policy = policy.replace(old, new)
    time = Time(WORKING)
    async with shared_in_module.turn(
        request.param, time, policy=policy, signals_seconds=0.2, log_retention_days=1
    ) as consent:
        found = Watched(consent, time)
        await found.begin()
        yield found


async def test_looks_at_night_make_a_signal_that_explains_itself(watched: Watched) -> None:
    child_id = await make_child(watched.consent)
    await watched.read(TEACHER, child_id, 3)
    watched.time.now = NIGHT
    await watched.read(TEACHER, child_id, 2)
    assert await watched.signals() == []
    watched.time.now += timedelta(minutes=5)
    await watched.read(TEACHER, child_id, 2)
    (signal,) = await watched.signals()
    assert (signal["kind"], signal["viewer_id"], signal["agency_id"]) == ("out-of-hours", TEACHER, "school")
    assert (signal["peak"], signal["entries"], signal["period"]) == (4, 4, "2027-10-06")
    assert (signal["began_at"], signal["ended_at"]) == ("2027-10-06T22:30:00.000000Z", "2027-10-06T22:35:00.000000Z")
    assert "4 looks at children's records within 60 minutes" in signal["explanation"]
    assert "The policy asks for a signal from 3." in signal["explanation"]
    behind = await watched.entries(signal)
    log = (await watched.consent.call(OFFICER, "GET", f"/v1/access-log?viewer_id={TEACHER}&limit=4")).json()["items"]
    assert behind == log[::-1]
    # A signal is for officers: it stops nobody.
    assert (await watched.consent.call(TEACHER, "GET", f"/v1/children/{child_id}/viewers")).status_code == 200


async def test_the_service_finds_them_by_itself(watched: Watched) -> None:
    child_id = await make_child(watched.consent)
    watched.time.now = NIGHT
    await watched.read(TEACHER, child_id, 3)
    async with asyncio.timeout(30):
        while not (found := await watched.noted()):
            await asyncio.sleep(0.05)
    assert [(signal["kind"], signal["viewer_id"]) for signal in found] == [("out-of-hours", TEACHER)]


async def test_many_children_and_refusals(watched: Watched) -> None:
    children = [await make_child(watched.consent) for _ in range(3)]
    for child_id in children:
        await watched.read(HEALTH_VISITOR, child_id, 2)
        await watched.read(OTHER_TEACHER, child_id)
    found = {(signal["viewer_id"], signal["kind"]): signal for signal in await watched.signals()}
    assert set(found) == {(HEALTH_VISITOR, "many-children"), (OTHER_TEACHER, "refused-attempts")}
    many = found[HEALTH_VISITOR, "many-children"]
    assert (many["peak"], many["entries"]) == (3, 6)
    refused = await watched.entries(found[OTHER_TEACHER, "refused-attempts"])
    assert [entry["outcome"] for entry in refused] == ["refused"] * 3
    assert [entry["child_id"] for entry in refused] == children


async def test_examining_again_finds_nothing_else(watched: Watched) -> None:
    child_id = await make_child(watched.consent)
    watched.time.now = NIGHT
    await watched.read(TEACHER, child_id, 5)
    (first,) = await watched.signals()
    behind = await watched.entries(first)
    async with watched.consent.app.state.unit_of_work() as uow:
        await uow.signals.set_progress("leaves", 0)
        await uow.commit()
    assert await watched.signals() == [first]
    assert await watched.entries(first) == behind


async def test_an_exempt_role_an_account_and_an_unknown_identity(watched: Watched) -> None:
    child_id = await make_child(watched.consent)
    made = await watched.consent.call(
        SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/accounts", {"kind": "young_person"}
    )
    me = made.json()["account_id"]
    for _ in range(4):
        other = await make_child(watched.consent)
        await watched.search(INDEX_OFFICER, other)
        # Refused: a young person is not signalled, an identity that nobody knows is.
        await watched.read(me, other)
        await watched.read("intruder", other)
    (signal,) = await watched.signals()
    assert (signal["viewer_id"], signal["agency_id"], signal["kind"]) == ("intruder", None, "refused-attempts")
    assert await watched.signals("school-officer") == []


async def test_looks_that_no_involvement_followed(watched: Watched) -> None:
    mine, ours, followed, *strangers = [await make_child(watched.consent) for _ in range(6)]
    await watched.consent.tell(episode(mine, "support", OTHER_TEACHER))
    await watched.search(OTHER_TEACHER, mine, followed, strangers[0])
    await watched.search(TEACHER, ours, *strangers)  # the school's team: every child of the scene is on its roll
    await watched.search(HEALTH_VISITOR, *strangers)  # involved by name
    await watched.consent.tell(episode(followed, "visits", OTHER_TEACHER))
    watched.time.now += timedelta(days=17)
    assert await watched.signals(kind="looks-without-involvement") == []
    watched.time.now = WORKING + timedelta(days=18, hours=13)
    assert await watched.signals(kind="looks-without-involvement") == []  # one child alone is below the threshold

    watched.time.now = WORKING + timedelta(days=21)
    await watched.search(OTHER_TEACHER, *strangers[:2], followed)
    watched.time.now = WORKING + timedelta(days=60)
    (signal,) = await watched.signals(kind="looks-without-involvement")
    assert (signal["viewer_id"], signal["peak"], signal["period"]) == (OTHER_TEACHER, 2, "2027-10-25")
    assert {entry["child_id"] for entry in await watched.entries(signal)} == set(strangers[:2])


async def test_an_officer_sees_their_own_peoples_signals_and_the_look_is_logged(watched: Watched) -> None:
    child_id = await make_child(watched.consent)
    watched.time.now = NIGHT
    for who in (TEACHER, HEALTH_VISITOR):
        await watched.read(who, child_id, 3)
    everyones = {signal["viewer_id"]: signal for signal in await watched.signals()}
    assert set(everyones) == {TEACHER, HEALTH_VISITOR}
    assert [signal["viewer_id"] for signal in await watched.signals("school-officer")] == [TEACHER]
    assert len(await watched.entries(everyones[TEACHER], "school-officer")) == 3
    for unknown in (everyones[HEALTH_VISITOR]["signal_id"], new_id(), "x"):
        path = f"/v1/signals/{unknown}/entries"
        refused = await watched.consent.call("school-officer", "GET", path)
        assert (refused.status_code, refused.json()["type"]) == (404, "urn:kith:problem:not-found")
    assert (await watched.consent.call(TEACHER, "GET", "/v1/signals")).status_code == 403
    only = await watched.consent.call(OFFICER, "GET", f"/v1/signals?viewer_id={TEACHER}&kind=out-of-hours")
    assert [signal["viewer_id"] for signal in only.json()["items"]] == [TEACHER]
    first = (await watched.consent.call(OFFICER, "GET", "/v1/signals?limit=1")).json()
    second = (await watched.consent.call(OFFICER, "GET", f"/v1/signals?limit=1&cursor={first['next_cursor']}")).json()
    assert [page["items"][0]["viewer_id"] for page in (first, second)] != [TEACHER, TEACHER]
    assert second["next_cursor"] is None
    log = (await watched.consent.call(OFFICER, "GET", "/v1/access-log?viewer_id=school-officer")).json()["items"]
    assert {entry["action"] for entry in log} == {"signal.read"}


async def test_a_purge_takes_the_signals_of_what_it_purged(watched: Watched) -> None:
    child_id = await make_child(watched.consent)
    watched.time.now = NIGHT
    await watched.read(TEACHER, child_id, 3)
    (signal,) = await watched.signals()
    watched.time.now = NIGHT + timedelta(days=3)
    await watched.read(HEALTH_VISITOR, child_id, 3)
    assert len(await watched.signals()) == 2
    body = {"before": "2027-10-07"}
    assert (await watched.consent.call(OFFICER, "POST", "/v1/access-log/purges", body)).json()["entries"] > 0
    assert [left["viewer_id"] for left in await watched.signals()] == [HEALTH_VISITOR]
    gone = await watched.consent.call(OFFICER, "GET", f"/v1/signals/{signal['signal_id']}/entries")
    assert gone.status_code == 404


async def broken_glass(watched: Watched, who: str, child_id: str) -> str:
    body = {"reason_code": "other-emergency", "reason": "Told on the telephone just now", "categories": ["basics"]}
    made = await watched.consent.call(who, "POST", f"/v1/children/{child_id}/overrides", body)
    assert made.status_code == 201, made.text
    assert await reads(watched.consent, who, child_id) == {"basics"}
    return str(made.json()["override_id"])


async def test_overrides_that_are_repeated_and_that_nobody_reviewed(watched: Watched) -> None:
    children = [new_id() for _ in range(2)]
    await watched.consent.tell(*(ChildRegistered(child_id=child_id) for child_id in children))
    first = await broken_glass(watched, HEALTH_VISITOR, children[0])
    assert await watched.signals() == []
    watched.time.now += timedelta(days=1)
    await broken_glass(watched, HEALTH_VISITOR, children[1])
    (repeated,) = await watched.signals()
    assert (repeated["kind"], repeated["viewer_id"], repeated["peak"]) == ("repeated-overrides", HEALTH_VISITOR, 2)
    assert {entry["child_id"] for entry in await watched.entries(repeated)} == set(children)

    outcome = {"justified": True, "note": "Rightly so"}
    path = f"/v1/override-reviews/{first}/outcome"
    assert (await watched.consent.call(OFFICER, "POST", path, outcome)).status_code in {200, 201, 204}
    # Thursday and three working days: Tuesday. The first was reviewed in time.
    watched.time.now = datetime(2027, 10, 12, 10, 59, tzinfo=UTC)
    assert await watched.signals(kind="unreviewed-overrides") == []
    watched.time.now = datetime(2027, 10, 12, 11, 1, tzinfo=UTC)
    (unreviewed,) = await watched.signals(kind="unreviewed-overrides")
    assert (unreviewed["viewer_id"], unreviewed["peak"], unreviewed["period"]) == (HEALTH_VISITOR, 1, "2027-10-07")
    assert "1 override that nobody reviewed within 3 working days" in unreviewed["explanation"]
    behind = await watched.entries(unreviewed)
    assert [entry["action"] for entry in behind] == ["override.invoke", "child.read"]
    assert {entry["child_id"] for entry in behind} == {children[1]}
