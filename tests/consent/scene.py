"""A small authority for the tests: a school, a GP practice, social care; one child with people around them."""

from datetime import date

from chassis.ids import new_id, system_clock
from contracts.events.child_index import (
    ChildRegistered,
    LeadProfessionalAssigned,
    MergeUndone,
    RecordsMerged,
    ServiceEpisodeEnded,
    ServiceEpisodeStarted,
)
from tests.consent.kit import Consent

TEACHER, HEALTH_VISITOR, SOCIAL_WORKER, OTHER_TEACHER = "tia-teacher", "hana-hv", "sam-sw", "olu-teacher"
OFFICER, INDEX_OFFICER = "ig-officer", "index-officer"


async def make_directory(consent: Consent) -> None:
    entries: list[tuple[str, dict[str, object]]] = [
        ("/v1/agencies/school", {"name": "Elm School", "sector": "education", "urn": "123456"}),
        ("/v1/agencies/gp", {"name": "Oak Surgery", "sector": "health", "ods_code": "A81001"}),
        ("/v1/agencies/care", {"name": "Children's Services", "sector": "social_care"}),
        ("/v1/teams/year-6", {"name": "Year 6", "agency_id": "school"}),
        ("/v1/teams/duty", {"name": "Duty team", "agency_id": "care"}),
        ("/v1/services/elm", {"name": "Elm School", "agency_id": "school", "team_id": "year-6", "type": "school"}),
        ("/v1/services/visits", {"name": "Health visiting", "agency_id": "gp", "type": "health-visiting"}),
        ("/v1/services/support", {"name": "Family support", "agency_id": "care", "type": "social-work"}),
        (f"/v1/practitioners/{TEACHER}", _person("Tia", "school", "teacher", ["year-6"])),
        (f"/v1/practitioners/{OTHER_TEACHER}", _person("Olu", "school", "teacher", [])),
        (f"/v1/practitioners/{HEALTH_VISITOR}", _person("Hana", "gp", "health_visitor", [])),
        (f"/v1/practitioners/{SOCIAL_WORKER}", _person("Sam", "care", "social_worker", ["duty"])),
        (f"/v1/practitioners/{INDEX_OFFICER}", _person("Ines", "care", "index_officer", [])),
        (f"/v1/practitioners/{OFFICER}", {**_person("Ike", "care", "ig_officer", []), "scope": "partnership"}),
        ("/v1/practitioners/school-officer", _person("Ida", "school", "ig_officer", [])),
    ]
    for path, body in entries:
        answer = await consent.call("admin", "PUT", path, body)
        assert answer.status_code == 201, answer.text


def _person(name: str, agency_id: str, role: str, team_ids: list[str]) -> dict[str, object]:
    return {"name": name, "agency_id": agency_id, "role": role, "team_ids": team_ids}


def episode(
    child_id: str, service_id: str, practitioner_id: str | None = None, *, sensitive: bool = False
) -> ServiceEpisodeStarted:
    return ServiceEpisodeStarted(
        episode_id=new_id(),
        child_id=child_id,
        service_id=service_id,
        agency_id="any",
        team_id=None,
        practitioner_id=practitioner_id,
        sensitive=sensitive,
        started_on=date(2026, 9, 1),
        opened_by="test",
    )


def ended(started: ServiceEpisodeStarted) -> ServiceEpisodeEnded:
    return ServiceEpisodeEnded(
        episode_id=started.episode_id, child_id=started.child_id, ended_on=date(2026, 9, 2), ended_by="test"
    )


async def make_child(consent: Consent) -> str:
    """A child on the roll of the school, with a health visitor, and a social worker who leads."""
    child_id = new_id()
    await consent.tell(
        ChildRegistered(child_id=child_id),
        episode(child_id, "elm"),
        episode(child_id, "visits", HEALTH_VISITOR),
        episode(child_id, "support", SOCIAL_WORKER),
        LeadProfessionalAssigned(
            child_id=child_id, practitioner_id=SOCIAL_WORKER, previous_practitioner_id=None, assigned_by="test"
        ),
    )
    return child_id


async def merge(consent: Consent, child_id: str, into: str) -> RecordsMerged:
    """The child index found that two records are of one child."""
    merged = RecordsMerged(merge_id=new_id(), child_id=into, merged_child_id=child_id, merged_at=system_clock())
    await consent.tell(merged)
    return merged


async def undo(consent: Consent, merged: RecordsMerged) -> None:
    """It was a mistake."""
    ids = {"child_id": merged.child_id, "merged_child_id": merged.merged_child_id}
    await consent.tell(MergeUndone(merge_id=merged.merge_id, **ids, undone_at=system_clock()))


async def make_account(consent: Consent, child_id: str, kind: str) -> str:
    """The account of the young person or of a parent; its id is its identity, under the development issuer."""
    made = await consent.call(SOCIAL_WORKER, "POST", f"/v1/children/{child_id}/accounts", {"kind": kind})
    assert made.status_code == 201, made.text
    return str(made.json()["account_id"])
