"""What a referral opens to the team that it was sent to, and for how long."""

from typing import Any

import pytest

from chassis.ids import new_id, system_clock
from contracts.events.assessment import ReferralClosed, ReferralSent
from contracts.vocabulary import Category
from tests.consent.kit import Consent
from tests.consent.scene import OTHER_TEACHER, SOCIAL_WORKER, make_child
from tests.consent.test_need_to_know import block, jwt_claims

B, I, S, E = Category.BASICS, Category.INVOLVEMENT, Category.SENSITIVE, Category.EDUCATION  # noqa: E741
NURSE, CLINICIAN = "nils-nurse", "clio-clinician"


@pytest.fixture
async def child_id(consent: Consent) -> str:
    for path, body in (
        ("/v1/teams/therapists", {"name": "Therapists", "agency_id": "gp"}),
        ("/v1/services/speech", {"name": "Speech", "agency_id": "gp", "team_id": "therapists", "type": "therapy"}),
        (
            "/v1/services/clinic",
            {"name": "Clinic", "agency_id": "gp", "team_id": "therapists", "type": "camhs", "sensitive": True},
        ),
        (f"/v1/practitioners/{NURSE}", person("Nils", "school_nurse", ["therapists"])),
        (f"/v1/practitioners/{CLINICIAN}", person("Clio", "camhs", ["therapists"])),
    ):
        made = await consent.call("admin", "PUT", path, body)
        assert made.status_code == 201, made.text
    return await make_child(consent)


def person(name: str, role: str, team_ids: list[str], status: str = "active") -> dict[str, object]:
    return {"name": name, "agency_id": "gp", "role": role, "team_ids": team_ids, "status": status}


def referral(child_id: str, service_id: str | None = "speech", **more: Any) -> ReferralSent:
    told: dict[str, Any] = {"sensitive": False, "shared": [], "team_id": "therapists", **more}
    return ReferralSent(referral_id=new_id(), child_id=child_id, service_id=service_id, referred_by="x", **told)


def closed(sent: ReferralSent) -> ReferralClosed:
    return ReferralClosed(
        referral_id=sent.referral_id, child_id=sent.child_id, service_id=sent.service_id,
        closed_on=system_clock().date(),
    )  # fmt: skip


async def opened(consent: Consent, who: str, action: str, child_id: str) -> set[str]:
    asked = {"action": action, "subject": "child", "purpose": "referral", "categories": list(Category)}
    answer = (await consent.decide(who, **asked, child_id=child_id)).json()
    return set() if answer["grant"] is None else set(jwt_claims(answer["grant"])["cat"])


async def test_a_referral_opens_who_it_is_and_itself_and_nothing_else_until_it_is_closed(
    consent: Consent, child_id: str
) -> None:
    sent = referral(child_id)
    assert await opened(consent, NURSE, "child.read", child_id) == set()
    await consent.tell(sent)
    for action, categories in (
        ("child.read", {B}), ("referral.read", {I}), ("referral.step", {I}), ("notification.read", {B, I}),
        ("notification.acknowledge", {B, I}), ("assessment.list", set()), ("assessment.read", set()),
        ("child.history", set()), ("team.read", set()), ("team.invite", set()), ("viewers.read", set()),
        ("consent.record", set()), ("assessment.contribute", set()), ("lead.assign", set()), ("action.add", set()),
        ("referral.send", set()), ("family.write", set()),
    ):  # fmt: skip
        assert await opened(consent, NURSE, action, child_id) == categories, action
    assert await opened(consent, OTHER_TEACHER, "child.read", child_id) == set()
    await consent.tell(closed(sent), sent)  # told again, late
    assert await opened(consent, NURSE, "child.read", child_id) == set()
    assert await opened(consent, NURSE, "referral.read", child_id) == set()


async def test_what_is_shared_needs_what_it_needs_of_anybody(consent: Consent, child_id: str) -> None:
    await consent.tell(referral(child_id, shared=[I, Category.HEALTH, E]))
    assert await opened(consent, NURSE, "child.read", child_id) == {B, I}
    given = {
        "given_by": "parent", "basis": "parental_responsibility", "categories": ["health", "education", "plan"],
        "recipients": [{"type": "team", "id": "therapists"}],
    }  # fmt: skip
    made = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/consents", given)
    assert made.status_code == 201, made.text
    # Education no school nurse is entitled to, and the plan is not shared.
    assert await opened(consent, NURSE, "child.read", child_id) == {B, I, Category.HEALTH}
    assert await opened(consent, NURSE, "assessment.read", child_id) == {I, Category.HEALTH}


async def test_it_goes_with_the_team_and_a_block_a_suspension_and_a_left_team_end_it(
    consent: Consent, child_id: str
) -> None:
    sent = referral(child_id)
    await consent.tell(sent, referral(child_id, None))
    assert await opened(consent, NURSE, "referral.read", child_id) == {I}
    for change, back in (
        (person("Nils", "school_nurse", ["therapists"], "suspended"), person("Nils", "school_nurse", ["therapists"])),
        (person("Nils", "school_nurse", []), person("Nils", "school_nurse", ["therapists"])),
    ):
        for body, there in ((change, set()), (back, {I})):
            assert (await consent.call("admin", "PUT", f"/v1/practitioners/{NURSE}", body)).status_code == 200
            assert await opened(consent, NURSE, "referral.read", child_id) == there
    await block(consent, child_id, "team", "therapists", "involvement")
    assert await opened(consent, NURSE, "referral.read", child_id) == set()
    assert await opened(consent, NURSE, "child.read", child_id) == {B}
    await block(consent, child_id, "practitioner", NURSE)
    for action in ("child.read", "referral.read", "notification.read"):
        assert await opened(consent, NURSE, action, child_id) == set()


async def test_a_sensitive_one_is_no_relationship_at_all_without_a_consent_that_names_it(
    consent: Consent, child_id: str
) -> None:
    """Not even who the child is: that would tell that there is one."""
    by_service, by_referral = referral(child_id, "clinic"), referral(child_id, sensitive=True)
    actions = ("child.read", "referral.read", "notification.read")
    for sent in (by_service, by_referral):
        await consent.tell(sent)
        for who in (CLINICIAN, NURSE):
            for action in actions:
                assert await opened(consent, who, action, child_id) == set()
    given = {
        "given_by": "young_person", "basis": "competent", "categories": ["sensitive"],
        "recipients": [{"type": "team", "id": "therapists"}],
    }  # fmt: skip
    made = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/consents", given)
    assert made.status_code == 201, made.text
    found = [await opened(consent, CLINICIAN, action, child_id) for action in actions]
    assert found == [{B}, {I, S}, {B, I, S}]
    # The role of the other is not entitled to what is sensitive.
    assert [await opened(consent, NURSE, action, child_id) for action in actions] == [set()] * 3
    await consent.tell(closed(by_service))
    assert await opened(consent, CLINICIAN, "child.read", child_id) == {B}
    await block(consent, child_id, "practitioner", CLINICIAN, "sensitive")
    assert [await opened(consent, CLINICIAN, action, child_id) for action in actions] == [set()] * 3
