"""Before a consent ends somebody is told, once, in time to ask again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.application.remind import Reminders
from consent.domain.consents import end_is_near
from tests.consent.kit import Consent
from tests.consent.scene import TEACHER, make_account, make_child
from tests.consent.shared import SharedConsents
from tests.consent.test_consents import BY_PARENT, OWN, recorded
from tests.support.patience import PATIENCE

DAY = timedelta(days=1)


@dataclass
class Clock:
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Calendar:
    """A service that looks for ends all the time, and whose days a test turns over."""

    consent: Consent
    clock: Clock

    def told(self) -> list[dict[str, Any]]:
        return [envelope.data for envelope in self.consent.heard if envelope.type == "ConsentExpiring"]

    async def told_after(self, days: int, count: int) -> list[dict[str, Any]]:
        """What was told once `days` have passed since the beginning and a few more looks were had."""
        self.clock.ahead = days * DAY
        async with asyncio.timeout(PATIENCE):
            while len(self.told()) < count:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        return self.told()

    def reminders(self) -> Reminders:
        state = self.consent.app.state
        return Reminders(state.unit_of_work, state.reading, 14 * DAY, 3600)


@pytest.fixture(params=["sqlite", "postgresql"])
async def calendar(request: pytest.FixtureRequest, shared_in_module: SharedConsents) -> AsyncIterator[Calendar]:
    clock = Clock()
    async with shared_in_module.turn(request.param, clock, consent_reminder_seconds=0.02) as consent:
        yield Calendar(consent, clock)


def until(days: int) -> str:
    return (datetime.now(UTC) + days * DAY).isoformat()


async def test_whoever_recorded_it_is_named_and_it_is_told_once(calendar: Calendar) -> None:
    consent = calendar.consent
    child_id = await make_child(consent)
    young_person = await make_account(consent, child_id, "young_person")
    first = await recorded(consent, child_id, {**BY_PARENT, "valid_until": until(40)})
    own = await consent.call(young_person, "POST", "/v1/me/consents", {**OWN, "valid_until": until(60)})
    await recorded(consent, child_id, BY_PARENT)

    assert await calendar.told_after(25, 0) == []
    (told,) = await calendar.told_after(27, 1)
    assert (told["consent_id"], told["child_id"], told["recorded_by"]) == (first, child_id, TEACHER)
    assert set(told) == {"consent_id", "child_id", "recorded_by", "valid_until"}
    _, family = await calendar.told_after(50, 2)
    assert (family["consent_id"], family["recorded_by"]) == (own.json()["consent_id"], None)
    assert len(await calendar.told_after(100, 2)) == 2


async def test_of_a_withdrawn_one_or_one_that_has_ended_nobody_is_told(calendar: Calendar) -> None:
    consent = calendar.consent
    child_id = await make_child(consent)
    withdrawn = await recorded(consent, child_id, {**BY_PARENT, "valid_until": until(40)})
    await recorded(consent, child_id, {**BY_PARENT, "valid_until": until(20)})
    last = await recorded(consent, child_id, {**BY_PARENT, "valid_until": until(45)})
    answer = await consent.call(TEACHER, "POST", f"/v1/consents/{withdrawn}/withdrawal")
    assert answer.status_code == 200
    # The days in which the second was to be told of pass at once, as when the worker was down.
    assert [told["consent_id"] for told in await calendar.told_after(35, 1)] == [last]


async def test_several_workers_tell_once(calendar: Calendar) -> None:
    consent = calendar.consent
    child_id = await make_child(consent)
    given = [await recorded(consent, child_id, {**BY_PARENT, "valid_until": until(40)}) for _ in range(5)]
    calendar.clock.ahead = 30 * DAY
    await asyncio.gather(*(calendar.reminders().remind() for _ in range(4)))
    told = await calendar.told_after(31, 5)
    assert sorted(each["consent_id"] for each in told) == sorted(given)


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))


@given(MOMENTS, st.timedeltas(timedelta(seconds=1), 900 * DAY), st.integers(1, 400))
def test_it_is_time_from_a_moment_within_the_consent_until_its_end(
    recorded_at: datetime, length: timedelta, days: int
) -> None:
    before, end = days * DAY, recorded_at + length
    begins = end - min(before, length / 2)
    second = timedelta(seconds=1)
    assert not end_is_near(recorded_at, end, recorded_at - second, before)
    assert end_is_near(recorded_at, end, begins, before)
    assert not end_is_near(recorded_at, end, begins - timedelta(microseconds=1), before)
    assert end_is_near(recorded_at, end, end - timedelta(microseconds=1), before)
    assert not end_is_near(recorded_at, end, end, before)
    assert recorded_at < begins < end
    if length >= 2 * before:
        assert end - begins == before
