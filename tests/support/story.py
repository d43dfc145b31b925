"""A small authority and one child's story in a running Kith, all made through the public API."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from chassis.ids import new_id
from tests.journeys.scene import (
    GP,
    HEALTH_VISITOR,
    INDEX_OFFICER,
    OFFICER,
    SOCIAL_WORKER,
    TEACHER,
    make_directory,
)
from tests.support.server import Person, Server

TODAY = date.today().isoformat()


@dataclass
class Story:
    """Everybody signed in, the child, and by the name of its path parameter an id of each thing there is."""

    server: Server
    people: dict[str, Person]
    child_id: str
    young_person: Person
    ids: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def nobody(self) -> Person:
        """Somebody signed in of whom the directory does not know."""
        return self.server.person("nobody-known")

    def __getitem__(self, who: str) -> Person:
        return self.people[who]


def tell_story(server: Server) -> Story:
    """A child with a teacher, a GP, a health visitor and a social worker who leads; another child whom only the GP
    knows; a consent, a block of somebody else, an assessment with a contribution, a life event, a notification, a
    roll."""
    admin = server.person("admin")
    make_directory(admin)
    others = (TEACHER, GP, HEALTH_VISITOR, SOCIAL_WORKER, OFFICER, INDEX_OFFICER)
    people = {"admin": admin, **{who: server.person(who) for who in others}}
    teacher, gp, social_worker = people[TEACHER], people[GP], people[SOCIAL_WORKER]

    child_id = _child(teacher, "Wilhelmina", "Fairweather", "2015-04-03")
    path = f"/v1/children/{child_id}"
    episodes = [
        who.ok("POST", f"{path}/episodes", {"service_id": service, "started_on": TODAY})["episode_id"]
        for who, service in (
            (teacher, "elm-roll"),
            (gp, "oak-list"),
            (people[HEALTH_VISITOR], "visits"),
            (social_worker, "support"),
        )
    ]
    social_worker.ok("PUT", f"{path}/lead-professional", {"practitioner_id": SOCIAL_WORKER})
    related = social_worker.ok(
        "POST",
        f"{path}/relationships",
        {"person": {"given_name": "Maria", "family_name": "Fairweather"}, "relationship": "parent"},
    )
    consent = social_worker.ok(
        "POST",
        f"{path}/consents",
        {
            "given_by": "parent",
            "basis": "parental_responsibility",
            "categories": ["education", "health"],
            "recipients": [{"type": "all"}],
        },
    )
    account = social_worker.ok("POST", f"{path}/accounts", {"kind": "young_person"})["account_id"]
    young_person = server.person(account)
    block = young_person.ok(
        "POST", "/v1/me/blocks", {"viewer": {"type": "practitioner", "id": OFFICER}, "categories": ["health"]}
    )
    assessment = teacher.ok(
        "POST", f"{path}/assessments", {"template_id": "common-assessment", "reason": "Tired in the mornings"}
    )["assessment_id"]
    teacher.ok(
        "PUT",
        f"/v1/assessments/{assessment}/sections/learning/contribution",
        {"content": {"participation_and_attendance": "Reads well"}},
    )
    admin.ok("PUT", "/v1/service-directory/visits", {"name": "Visits at home", "kith_service_id": "elm-roll"})
    agreed = {"given_by": "parent", "how": "spoken", "given_on": TODAY}
    referral = social_worker.ok(
        "POST", f"{path}/referrals", {"service_id": "visits", "reason": "Tired in the mornings", "consent": agreed}
    )
    happened = teacher.ok(
        "POST",
        f"{path}/life-events",
        {"code": "school-suspension", "occurred_on": TODAY, "category": "education", "words": "Fought in the yard"},
    )["life_event_id"]
    elsewhere = _child(gp, "Persephone", "Okonkwo-Hartley", "2013-09-21")
    gp.ok("POST", f"/v1/children/{elsewhere}/episodes", {"service_id": "oak-list", "started_on": TODAY})
    notifications = social_worker.ok("GET", "/v1/notifications")["items"]
    ids = {
        "child_id": [child_id, elsewhere],
        "episode_id": episodes,
        "relationship_id": [related["relationship_id"]],
        "consent_id": [consent["consent_id"]],
        "block_id": [block["block_id"]],
        "assessment_id": [assessment],
        "life_event_id": [happened],
        "template_id": ["common-assessment"],
        "key": ["learning", "development"],
        "notification_id": [item["notification_id"] for item in notifications],
        "agency_id": ["elm-school", "council"],
        "team_id": ["elm-staff", "duty"],
        "service_id": ["elm-roll", "visits"],
        "practitioner_id": [TEACHER, SOCIAL_WORKER],
        "account_id": [account],
        "entry_id": ["visits"],
        "referral_id": [referral["referral_id"]],
    }
    return Story(server, people, child_id, young_person, {name: found for name, found in ids.items() if found})


def _child(who: Person, given_name: str, family_name: str, born: str) -> str:
    person: dict[str, Any] = {
        "given_name": given_name,
        "family_name": family_name,
        "date_of_birth": born,
        "sex": "2",
        "postcode": "JX1 1AA",
    }
    return str(who.ok("POST", "/v1/children", person, Idempotency_Key=new_id())["child_id"])
