"""Who is told of what, and that they are told once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.ids import is_uuid
from contracts.events.assessment import (
    AssessmentCompleted,
    ContributionRequested,
    FamilyClashFound,
    PractitionerInvited,
    PractitionerJoinedTeam,
)
from contracts.events.base import ASSESSMENT, CHILD_INDEX
from contracts.vocabulary import Category, ClashKind
from tests.notifications.inbox import CONTACT, PLANNED, Inboxes, begun, changed, episode, lead, overdue
from tests.notifications.kit import child, enveloped


async def test_the_lead_professional_hears_of_a_new_involvement(inboxes: Inboxes) -> None:
    jo = child()
    started = episode(jo, by="hv")
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), started)

    (entry,) = await inboxes.items("sw")

    at = datetime.fromisoformat(entry.pop("created_at"))
    assert at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
    assert is_uuid(entry.pop("notification_id"))
    assert entry == {
        "type": "new-involvement",
        "priority": "normal",
        "child_id": jo,
        "episode_id": started.episode_id,
        "why": "A child's lead professional hears when somebody else becomes involved with the child.",
        "stop": {"where": "/v1/notification-preferences"},
        "state": "unread",
    }
    assert await inboxes.items("hv") == []


async def test_nobody_hears_of_what_they_did_themselves(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), episode(jo, by="sw"))
    await inboxes.kit.tell(begun(jo, by="sw"))
    assert await inboxes.items("sw") == []


async def test_an_import_tells_nobody(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), episode(jo, by="roll", bulk=True))
    assert await inboxes.items("sw") == []


async def test_a_sensitive_involvement_is_told_to_whom_a_consent_opens_it(inboxes: Inboxes) -> None:
    jo, sam = child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), lead(sam, "sw", by="sw"), episode(sam, by="hv"))
    before = await inboxes.read("sw", [sam, jo])
    seen = episode(jo, by="camhs", sensitive=True)
    await inboxes.kit.tell(seen)
    assert await inboxes.read("sw", [jo, sam]) == before
    opened = CONTACT | {Category.SENSITIVE}
    assert await inboxes.read("sw", [jo, sam], categories=opened, refused={Category.SENSITIVE: [jo]}) == before
    page = await inboxes.read("sw", [jo, sam], categories=opened, refused={Category.SENSITIVE: [sam]})
    assert (page["items"][0]["episode_id"], page["unread"]) == (seen.episode_id, 2)
    assert "categories" not in page["items"][0], "what it takes to see it says what it is"


async def test_an_overdue_action_is_told_of_under_its_own_category(inboxes: Inboxes) -> None:
    jo, action = child(), child()
    await inboxes.kit.tell(overdue(action, jo, "gp", Category.HEALTH))
    assert await inboxes.items("gp", PLANNED) == []
    (entry,) = await inboxes.items("gp", CONTACT | {Category.HEALTH})
    assert (entry["type"], entry["action_id"], entry["child_id"]) == ("action-overdue", action, jo)


async def test_what_is_done_reminds_nobody(inboxes: Inboxes) -> None:
    jo, action, other = child(), child(), child()
    await inboxes.kit.tell(
        overdue(action, jo, "gp", Category.PLAN),
        overdue(other, jo, "gp", Category.PLAN),
        changed(action, jo, "gp", Category.PLAN),
    )
    assert [entry["action_id"] for entry in await inboxes.items("gp", PLANNED)] == [other]


async def test_a_new_lead_professional_hears_of_it_and_from_then_on(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(
        lead(jo, "sw", by="sw"),
        lead(jo, "ehw", by="sw", previous="sw"),
        lead(jo, "ehw", by="sw", previous="ehw"),  # assigned again: nothing new to hear
        episode(jo, by="hv"),
    )
    assert [entry["type"] for entry in await inboxes.items("ehw")] == ["new-involvement", "lead-assigned"]
    assert await inboxes.items("sw") == []


async def test_the_lead_professional_hears_that_an_assessment_was_begun(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"))
    assessment = begun(jo, by="teacher")
    await inboxes.kit.tell(assessment)

    (entry,) = await inboxes.items("sw")

    assert (entry["type"], entry["child_id"]) == ("assessment-begun", jo)
    assert entry["assessment_id"] == assessment.assessment_id
    assert "episode_id" not in entry


async def test_who_is_asked_into_a_team_hears_of_no_child_and_the_lead_of_who_joined(inboxes: Inboxes) -> None:
    jo, hidden = child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), lead(hidden, "sw", by="sw"))
    await inboxes.kit.tell(
        PractitionerInvited(invitation_id=child(), practitioner_id="gp", invited_by="sw"),
        PractitionerJoinedTeam(membership_id=child(), child_id=jo, practitioner_id="gp"),
        PractitionerJoinedTeam(membership_id=child(), child_id=hidden, practitioner_id="camhs", sensitive=True),
    )
    (asked,) = await inboxes.items("gp")
    assert (asked["type"], asked["practitioner_id"]) == ("team-invitation", "sw")
    assert "child_id" not in asked
    assert await inboxes.items("sw") == []
    (joined,) = await inboxes.items("sw", PLANNED)
    assert (joined["type"], joined["child_id"]) == ("team-joined", jo)
    _, sensitive = sorted(
        await inboxes.items("sw", PLANNED | {Category.SENSITIVE}), key=lambda entry: str(entry["notification_id"])
    )
    assert sensitive["child_id"] == hidden


async def test_a_clash_is_told_to_both_leads_who_may_know_of_the_other_child(inboxes: Inboxes) -> None:
    jo, sam = child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), lead(sam, "ehw", by="ehw"))
    await inboxes.kit.tell(
        FamilyClashFound(clash_id=child(), child_id=jo, other_child_id=sam, kind=ClashKind.REVIEWS),
        FamilyClashFound(clash_id=child(), child_id=jo, other_child_id=sam, kind=ClashKind.TEAMS),
        FamilyClashFound(clash_id=child(), child_id=sam, other_child_id=jo, kind=ClashKind.TEAMS),
    )
    assert (await inboxes.read("sw", [jo], categories=PLANNED))["unread"] == 0
    assert (await inboxes.read("sw", [jo], related=[sam]))["unread"] == 0
    page = await inboxes.read("sw", [jo], categories=PLANNED, related=[sam])
    assert [each["type"] for each in page["items"]] == [
        "family-has-another-team",
        "family-has-another-review",
    ]
    assert sam not in str(page)
    page = await inboxes.read("ehw", [sam], categories=PLANNED, related=[jo])
    assert [each["child_id"] for each in page["items"]] == [sam]


async def test_before_anybody_leads_nobody_hears(inboxes: Inboxes) -> None:
    """The assessment's topic keeps no order with the index's: an early event is not held back for a lead to come."""
    jo = child()
    await inboxes.kit.tell(begun(jo, by="teacher"))
    await inboxes.kit.tell(episode(jo, by="hv"), lead(jo, "sw", by="sw"))
    assert await inboxes.items("sw") == []


async def test_an_event_that_is_delivered_again_makes_no_second_entry(inboxes: Inboxes) -> None:
    jo = child()
    index = [enveloped(each) for each in (lead(jo, "sw", by="manager"), episode(jo, by="hv"))]
    await inboxes.kit.publish(CHILD_INDEX, [*index, *index])
    assessment = [enveloped(begun(jo, by="teacher"))]
    for _ in range(3):
        await inboxes.kit.publish(CHILD_INDEX, index)
        await inboxes.kit.publish(ASSESSMENT, assessment)
    await inboxes.kit.tell(episode(child(), by="hv"))  # whatever was delivered again is behind this one

    assert sorted(entry["type"] for entry in await inboxes.items("sw")) == [
        "assessment-begun",
        "lead-assigned",
        "new-involvement",
    ]


PEOPLE = st.sampled_from(["ann", "bob", "cat"])
HAPPENINGS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["lead", "episode", "bulk"]), PEOPLE, PEOPLE), max_size=12
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happenings=HAPPENINGS)
async def test_each_hears_of_exactly_what_others_did(
    inboxes: Inboxes, happenings: list[tuple[int, str, str, str]]
) -> None:
    """Against a plain retelling of the rules, for any course of events around three children."""
    children = [child() for _ in range(3)]
    leads: dict[int, str] = {}
    expected: dict[str, list[tuple[str, str]]] = {"ann": [], "bob": [], "cat": []}
    events: list[Any] = []
    for number, what, actor, other in happenings:
        if what == "lead":
            previous = leads.get(number)
            leads[number] = other
            events.append(lead(children[number], other, by=actor, previous=previous))
            if other not in {actor, previous}:
                expected[other].append(("lead-assigned", children[number]))
        else:
            events.append(episode(children[number], by=actor, bulk=what == "bulk"))
            if what == "episode" and leads.get(number, actor) != actor:
                expected[leads[number]].append(("new-involvement", children[number]))
    if events:
        await inboxes.kit.tell(*events)
    for person, entries in expected.items():
        page = await inboxes.read(person, children, limit=200)
        assert sorted((each["type"], each["child_id"]) for each in page["items"]) == sorted(entries)
        assert page["unread"] == len(entries)


async def test_the_lead_and_the_team_hear_of_a_completion_and_who_is_asked_of_that(inboxes: Inboxes) -> None:
    jo, hidden = child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), lead(hidden, "sw", by="sw"))
    about = {"assessment_id": child(), "child_id": jo}
    await inboxes.kit.tell(
        AssessmentCompleted(**about, completed_by="hv", version=1, team=["camhs", "hv", "sw", "teacher"]),
        AssessmentCompleted(assessment_id=child(), child_id=hidden, completed_by="hv", version=1, team=["teacher"]),
        ContributionRequested(request_id=child(), **about, practitioner_id="gp", asked_by="sw"),
        ContributionRequested(request_id=child(), **about, practitioner_id="sw", asked_by="sw"),
    )
    for who in ("camhs", "sw", "teacher"):
        (told,) = (await inboxes.read(who, [jo]))["items"]
        assert (told["type"], told["assessment_id"]) == ("assessment-completed", about["assessment_id"])
    assert await inboxes.items("hv") == []
    assert len(await inboxes.items("teacher")) == 2
    (asked,) = await inboxes.items("gp")
    assert (asked["type"], asked["child_id"]) == ("contribution-requested", jo)
    # Who asks is near the child, and is read where that may be told.
    assert "practitioner_id" not in asked
    # One whom the child's record keeps out finds nothing, and no count of it.
    assert (await inboxes.read("gp", []))["unread"] == 0
