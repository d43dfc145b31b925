"""The authority of the journey: a school, a GP practice, a council's social care, and who works there."""

from tests.support.server import Person

TEACHER = "teacher"
HEALTH_VISITOR = "health-visitor"
GP = "gp"
SOCIAL_WORKER = "social-worker"
OFFICER = "ig-officer"
INDEX_OFFICER = "index-officer"
GP_HOME = {"address_line": "Rosemary Lodge, 4 Quince Row", "postcode": "YO62 5AJ"}

DIRECTORY: list[tuple[str, dict[str, object]]] = [
    ("/v1/agencies/elm-school", {"name": "Elm Road School", "sector": "education", "urn": "123456"}),
    ("/v1/agencies/oak-surgery", {"name": "Oak Lane Surgery", "sector": "health", "ods_code": "A81001"}),
    ("/v1/agencies/council", {"name": "Council children's services", "sector": "social_care", "contact": "0300 000"}),
    ("/v1/teams/elm-staff", {"name": "Elm Road staff", "agency_id": "elm-school"}),
    ("/v1/teams/oak-staff", {"name": "Oak Lane staff", "agency_id": "oak-surgery"}),
    ("/v1/teams/duty", {"name": "Duty team", "agency_id": "council"}),
    (
        "/v1/services/elm-roll",
        {"name": "Elm Road School", "agency_id": "elm-school", "team_id": "elm-staff", "type": "school"},
    ),
    (
        "/v1/services/oak-list",
        {"name": "Oak Lane Surgery", "agency_id": "oak-surgery", "team_id": "oak-staff", "type": "gp-practice"},
    ),
    ("/v1/services/visits", {"name": "Health visiting", "agency_id": "oak-surgery", "type": "health-visiting"}),
    ("/v1/services/support", {"name": "Family support", "agency_id": "council", "type": "social-work"}),
    (
        f"/v1/practitioners/{TEACHER}",
        {"name": "Tia Teacher", "agency_id": "elm-school", "role": "teacher", "team_ids": ["elm-staff"]},
    ),
    (
        f"/v1/practitioners/{GP}",
        {
            "name": "Greta Gp",
            "agency_id": "oak-surgery",
            "role": "gp",
            "team_ids": ["oak-staff"],
            "home_address": GP_HOME,
        },
    ),
    (
        f"/v1/practitioners/{HEALTH_VISITOR}",
        {"name": "Hana Visitor", "agency_id": "oak-surgery", "role": "health_visitor", "phone": "0300 123 456"},
    ),
    (
        f"/v1/practitioners/{SOCIAL_WORKER}",
        {"name": "Sam Worker", "agency_id": "council", "role": "social_worker", "team_ids": ["duty"]},
    ),
    (f"/v1/practitioners/{INDEX_OFFICER}", {"name": "Ines Index", "agency_id": "council", "role": "index_officer"}),
    (
        f"/v1/practitioners/{OFFICER}",
        {"name": "Ike Governance", "agency_id": "council", "role": "ig_officer", "scope": "partnership"},
    ),
]


def make_directory(admin: Person) -> None:
    for path, body in DIRECTORY:
        answer = admin("PUT", path, body)
        assert answer.status_code in {200, 201}, f"{path}: {answer.status_code} {answer.text}"
