"""Withdrawal is safe: nothing that was agreed to before it, and comes after it, opens again what it closed."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.domain.consents import Agreed, withdrawn_since
from consent.domain.facts import Recipient, Viewer
from contracts.vocabulary import Category, Purpose, RecipientType, Role, Sector
from tests.consent.kit import Consent
from tests.consent.scene import HEALTH_VISITOR, SOCIAL_WORKER, TEACHER, make_account, make_child
from tests.consent.test_consents import BY_PARENT, BY_YOUNG_PERSON, ago, recorded
from tests.consent.test_need_to_know import reads
from tests.support.patience import PATIENCE


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


async def withdraw(consent: Consent, consent_id: str, who: str = TEACHER) -> dict[str, Any]:
    answer = await consent.call(who, "POST", f"/v1/consents/{consent_id}/withdrawal")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_form_that_was_signed_before_a_withdrawal_opens_nothing_after_it(
    consent: Consent, child_id: str
) -> None:
    path = f"/v1/children/{child_id}/consents"
    await withdraw(consent, await recorded(consent, child_id, BY_PARENT))
    late = {**BY_PARENT, "evidence": {"how": "form", "given_at": ago(days=2)}}
    answer = await consent.call(TEACHER, "POST", path, late)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:kith:problem:consent-withdrawn-since"
    assert "health" not in (await reads(consent, HEALTH_VISITOR, child_id) or set())

    # What was taken back was the parent's, about health, with the health sector: the rest is as it was.
    for other in (
        {**late, "given_by": "young_person", "basis": "competent"},
        {**late, "categories": ["education"]},
        {**late, "recipients": [{"type": "sector", "id": "education"}]},
        {**late, "evidence": {"how": "form", "given_at": datetime.now(UTC).isoformat()}},
    ):
        await recorded(consent, child_id, other)
    assert "health" in (await reads(consent, HEALTH_VISITOR, child_id) or set())


async def test_a_recording_that_is_sent_again_after_the_withdrawal_opens_nothing(
    consent: Consent, child_id: str
) -> None:
    path, key = f"/v1/children/{child_id}/consents", {"Idempotency-Key": "once"}
    first = await consent.call(TEACHER, "POST", path, BY_PARENT, headers=key)
    await withdraw(consent, first.json()["consent_id"])
    again = await consent.call(TEACHER, "POST", path, BY_PARENT, headers=key)
    assert (again.status_code, again.json()["consent_id"]) == (201, first.json()["consent_id"])
    assert "health" not in (await reads(consent, HEALTH_VISITOR, child_id) or set())


async def test_of_many_withdrawals_at_once_one_counts(consent: Consent, child_id: str) -> None:
    consent_id = await recorded(consent, child_id, BY_YOUNG_PERSON)
    me = await make_account(consent, child_id, "young_person")
    mine = [consent.call(me, "POST", f"/v1/me/consents/{consent_id}/withdrawal") for _ in range(4)]
    theirs = [withdraw(consent, consent_id, who) for who in (TEACHER, SOCIAL_WORKER, HEALTH_VISITOR)]
    moments = {answer.json()["withdrawn_at"] for answer in await asyncio.gather(*mine)}
    moments |= {answer["withdrawn_at"] for answer in await asyncio.gather(*theirs)}
    assert len(moments) == 1
    await recorded(consent, child_id, BY_PARENT)  # whatever was told before is heard when this one is
    async with asyncio.timeout(PATIENCE):
        while [envelope.type for envelope in consent.heard].count("ConsentRecorded") < 2:
            await asyncio.sleep(0.01)
    told = [envelope.type for envelope in consent.heard if envelope.type.startswith("Consent")]
    assert told == ["ConsentRecorded", "ConsentWithdrawn", "ConsentRecorded"]


@pytest.mark.parametrize("turn", range(3))
async def test_a_withdrawal_and_a_late_recording_in_flight_together(consent: Consent, child_id: str, turn: int) -> None:
    """Whichever comes first: what is in force in the end was either not taken, or is there to be withdrawn."""
    consent_id = await recorded(consent, child_id, BY_PARENT)
    path = f"/v1/children/{child_id}/consents"
    late = {**BY_PARENT, "evidence": {"how": "spoken", "given_at": ago(hours=1)}}

    async def record() -> int:
        await asyncio.sleep(turn * 0.004)
        return (await consent.call(TEACHER, "POST", path, late)).status_code

    status, withdrawn = await asyncio.gather(record(), withdraw(consent, consent_id))
    items = (await consent.call(TEACHER, "GET", path)).json()["items"]
    if status == 409:
        assert len(items) == 1
        assert "health" not in (await reads(consent, HEALTH_VISITOR, child_id) or set())
    else:
        assert status == 201
        # It was recorded before the withdrawal: there was no newer one for it to override.
        assert items[1]["recorded_at"] <= withdrawn["withdrawn_at"]
    for item in items:
        await withdraw(consent, item["consent_id"])
    assert "health" not in (await reads(consent, HEALTH_VISITOR, child_id) or set())


# --- for any course of things ------------------------------------------------------------------------------------

START = datetime(2026, 1, 1, tzinfo=UTC)
IDS = st.sampled_from(["a", "b"])
RECIPIENTS = st.one_of(
    st.just(Recipient(RecipientType.ALL)),
    st.builds(Recipient, st.sampled_from([RecipientType.PRACTITIONER, RecipientType.TEAM, RecipientType.AGENCY]), IDS),
    st.builds(Recipient, st.just(RecipientType.SECTOR), st.sampled_from([Sector.HEALTH, Sector.EDUCATION])),
)
AGREED = st.builds(
    Agreed,
    given_by=st.sampled_from(["young_person", "parent"]),
    categories=st.frozensets(st.sampled_from([Category.HEALTH, Category.PLAN]), min_size=1),
    recipients=st.lists(RECIPIENTS, min_size=1, max_size=2).map(tuple),
    purposes=st.none() | st.frozensets(st.sampled_from([Purpose.EARLY_HELP, Purpose.REFERRAL]), min_size=1),
)
VIEWERS = [
    Viewer("a", Role.GP, agency_id=agency, sector=sector, team_ids=frozenset(teams))
    for agency in ("a", "b")
    for sector in (Sector.HEALTH, Sector.EDUCATION)
    for teams in ((), ("a",), ("b",), ("a", "b"))
]


def opens(agreed: Agreed) -> set[tuple[Any, ...]]:
    """What an agreement may open, by counting: giver, viewer, category, purpose."""
    return {
        (agreed.given_by, number, category, purpose)
        for number, viewer in enumerate(VIEWERS)
        if any(recipient.includes(viewer) for recipient in agreed.recipients)
        for category in agreed.categories
        for purpose in agreed.purposes or Purpose
    }


@given(AGREED, AGREED)
def test_agreements_that_open_anything_in_common_overlap(one: Agreed, other: Agreed) -> None:
    if opens(one) & opens(other):
        assert one.overlaps(other)
        assert other.overlaps(one)
    if one.given_by != other.given_by or one.categories.isdisjoint(other.categories):
        assert not one.overlaps(other)


@dataclass(frozen=True)
class Said:
    """What the family agreed to and when; and when they took it back, if they did."""

    agreed: Agreed
    given_at: datetime
    withdrawn_at: datetime | None


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


SAID = st.builds(
    lambda agreed, given, later: Said(agreed, at(given), None if later is None else at(given + later)),
    AGREED,
    st.integers(0, 6),
    st.none() | st.integers(0, 6),
)


@given(st.lists(SAID, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_nothing_agreed_before_a_withdrawal_is_in_force_when_it_arrives_after_it(
    said: list[Said], random: Random
) -> None:
    """Recordings and withdrawals arrive in any order, but that a withdrawal names what was recorded."""
    arrivals = [(number, step) for number in range(len(said)) for step in ("recording", "withdrawal")]
    random.shuffle(arrivals)
    taken: list[int] = []
    withdrawn: list[tuple[Agreed, datetime]] = []
    for number, step in arrivals:
        each = said[number]
        if step == "withdrawal":
            if number in taken and each.withdrawn_at is not None:
                taken.remove(number)
                withdrawn.append((each.agreed, each.withdrawn_at))
        elif not withdrawn_since(each.agreed, each.given_at, withdrawn):
            taken.append(number)
            newer = [moment for other, moment in withdrawn if opens(other) & opens(each.agreed)]
            assert all(moment < each.given_at for moment in newer)
