"""Who hears of a referral: the team that it went to, who sent it, and, when nobody answers, who leads for the child."""

from typing import Any

from contracts.events.assessment import ReferralAnswered, ReferralSent, ReferralUnanswered
from contracts.events.consent import PractitionerChanged, TeamChanged
from contracts.vocabulary import Category, PractitionerStatus, Role
from tests.notifications.inbox import CONTACT, Inboxes, lead
from tests.notifications.kit import child

SENSITIVE = CONTACT | {Category.SENSITIVE}


def person(name: str, *teams: str, version: int = 1, active: bool = True) -> PractitionerChanged:
    status = PractitionerStatus.ACTIVE if active else PractitionerStatus.LEFT
    return PractitionerChanged(
        practitioner_id=name, name=name, agency_id="a", team_ids=list(teams), role=Role.SCHOOL_NURSE, status=status,
        email=None, phone=None, version=version,
    )  # fmt: skip


def speech_team(leader: str | None, version: int = 1) -> TeamChanged:
    return TeamChanged(team_id="speech", name="Speech", agency_id="a", leader_id=leader, version=version)


def told(jo: str, referral_id: str, **more: Any) -> dict[str, Any]:
    ids = {
        "referral_id": referral_id,
        "child_id": jo,
        "referred_by": "teacher",
        "sensitive": False,
        "team_id": "speech",
    }
    return {**ids, **more}


def sent(jo: str, referral_id: str, **more: Any) -> ReferralSent:
    return ReferralSent(**told(jo, referral_id, service_id="s", shared=[], **more))


def answered(jo: str, referral_id: str, status: str, by: str, **more: Any) -> ReferralAnswered:
    ids = told(jo, referral_id, status=status, taken_by=by, **more)
    return ReferralAnswered(**{name: value for name, value in ids.items() if name != "team_id"})


def unanswered(jo: str, referral_id: str, *, escalated: bool, **more: Any) -> ReferralUnanswered:
    return ReferralUnanswered(**told(jo, referral_id, escalated=escalated, **more))


async def types(inboxes: Inboxes, who: str, categories: frozenset[Category] = CONTACT) -> list[str]:
    return [str(each["type"]) for each in await inboxes.items(who, categories)]


async def test_the_teams_leader_hears_or_its_members_and_the_referrer_what_became_of_it(inboxes: Inboxes) -> None:
    jo, referral = child(), child()
    await inboxes.kit.tell(
        person("tia", "speech"), person("tom", "other", "speech"), person("gone", "speech", active=False),
        person("far", "speech-2"), person("ann", "other"), speech_team("tia"),
    )  # fmt: skip
    await inboxes.kit.tell(sent(jo, referral))
    (entry,) = await inboxes.items("tia")
    assert (entry["type"], entry["child_id"], entry["referral_id"]) == ("referral-received", jo, referral)
    assert [await types(inboxes, who) for who in ("tom", "gone", "far", "ann", "teacher")] == [[]] * 5
    await inboxes.kit.tell(person("tia", "speech", version=2, active=False))
    await inboxes.kit.tell(
        sent(jo, child()), sent(jo, child(), team_id=None), unanswered(jo, referral, escalated=False)
    )
    assert [await types(inboxes, who) for who in ("tom", "gone", "far", "ann")] == [
        ["referral-unanswered", "referral-received"], [], [], [],
    ]  # fmt: skip
    assert len(await types(inboxes, "tia")) == 1
    await inboxes.kit.tell(answered(jo, referral, "declined", "tom"), answered(jo, referral, "ended", "teacher"))
    assert await types(inboxes, "teacher") == ["referral-answered"]
    # Whom the child's record keeps out is shown nothing, nor counted.
    assert (await inboxes.read("tom", []))["unread"] == 0


async def test_what_nobody_answers_is_told_to_who_sent_it_and_who_leads_once(inboxes: Inboxes) -> None:
    jo, referral = child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"))
    await inboxes.kit.tell(person("tom", "speech"), speech_team(None))
    await inboxes.kit.tell(unanswered(jo, child(), escalated=False, team_id=None))
    assert await types(inboxes, "teacher") == ["referral-unanswered"]
    (envelope,) = await inboxes.kit.tell(unanswered(jo, referral, escalated=True))
    await inboxes.kit.publish(ReferralUnanswered.topic, [envelope])
    assert await types(inboxes, "teacher") == ["referral-escalated", "referral-unanswered"]
    assert (await types(inboxes, "sw"))[0] == "referral-escalated"
    assert await types(inboxes, "tom") == []
    await inboxes.kit.tell(lead(jo, "teacher", by="teacher"))
    await inboxes.kit.tell(unanswered(jo, child(), escalated=True))
    assert (await types(inboxes, "teacher")).count("referral-escalated") == 2


async def test_a_sensitive_one_is_for_whom_that_is_opened_and_for_who_sent_it(inboxes: Inboxes) -> None:
    jo, referral = child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"))
    await inboxes.kit.tell(person("clio", "speech"), speech_team("clio"))
    await inboxes.kit.tell(
        sent(jo, referral, sensitive=True),
        unanswered(jo, referral, escalated=False, sensitive=True),
        unanswered(jo, referral, escalated=True, sensitive=True),
        answered(jo, referral, "accepted", "clio", sensitive=True),
    )
    assert [await types(inboxes, who) for who in ("clio", "sw")] == [[], []]
    assert (await inboxes.read("clio", [jo], categories=SENSITIVE, refused={Category.SENSITIVE: [jo]}))["unread"] == 0
    assert await types(inboxes, "clio", SENSITIVE) == ["referral-unanswered", "referral-received"]
    assert await types(inboxes, "sw", SENSITIVE) == ["referral-escalated"]
    assert await types(inboxes, "teacher") == ["referral-answered", "referral-escalated"]
