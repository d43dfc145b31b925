"""The directory: what the administrator keeps, what holds from the next request, and what is refused."""

import pytest

from tests.consent.kit import Consent
from tests.consent.scene import SOCIAL_WORKER, TEACHER


async def test_a_new_directory_has_the_administrator_alone(new_consent: Consent) -> None:
    found = await new_consent.call("admin", "GET", "/v1/practitioners")
    assert [person["practitioner_id"] for person in found.json()["items"]] == ["admin"]
    assert (await new_consent.call("admin", "GET", "/v1/whoami")).json()["role"] == "directory_admin"


async def test_what_is_put_is_found_again(consent: Consent) -> None:
    teacher = (await consent.call(TEACHER, "GET", f"/v1/practitioners/{TEACHER}")).json()
    assert teacher["team_ids"] == ["year-6"]
    assert teacher["status"] == "active"
    again = await consent.call("admin", "PUT", "/v1/teams/year-6", {"name": "Year 6 and 7", "agency_id": "school"})
    assert again.status_code == 200
    assert (await consent.call(TEACHER, "GET", "/v1/teams/year-6")).json()["name"] == "Year 6 and 7"


async def test_a_team_keeps_its_leader_until_told_otherwise(consent: Consent) -> None:
    async def leader(**more: object) -> object:
        body = {"name": "Year 6", "agency_id": "school", **more}
        answer = await consent.call("admin", "PUT", "/v1/teams/year-6", body)
        assert answer.json() == (await consent.call(TEACHER, "GET", "/v1/teams/year-6")).json()
        return answer.json().get("leader_id")

    assert await leader() is None
    assert await leader(leader_id=TEACHER) == TEACHER
    assert await leader() == TEACHER
    assert await leader(leader_id=None) is None


async def test_lists_are_read_page_by_page(consent: Consent) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await consent.call("admin", "GET", f"/v1/practitioners?limit=2{cursor}")).json()
        seen += [person["practitioner_id"] for person in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) >= 6


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/v1/agencies/a", {"name": "", "sector": "health"}, "/name"),
        ("/v1/agencies/a", {"name": "A", "sector": "space"}, "/sector"),
        ("/v1/agencies/a", {"name": "A\x00", "sector": "health"}, "/name"),
        ("/v1/agencies/a", {"name": "A", "sector": "health", "urn": "12"}, "/urn"),
        ("/v1/agencies/a", {"name": "A", "sector": "health", "colour": "red"}, "/colour"),
        ("/v1/teams/t", {"name": "T", "agency_id": "nowhere"}, "/agency_id"),
        ("/v1/teams/t", {"name": "T", "agency_id": "school", "leader_id": SOCIAL_WORKER}, "/leader_id"),
        ("/v1/teams/t", {"name": "T", "agency_id": "school", "leader_id": "nobody"}, "/leader_id"),
        ("/v1/practitioners/p", {"name": "P", "agency_id": "school", "role": "wizard"}, "/role"),
        ("/v1/practitioners/p", {"name": "P", "agency_id": "school", "role": "young_person"}, "/role"),
        (
            "/v1/practitioners/p",
            {"name": "P", "agency_id": "school", "role": "teacher", "team_ids": ["duty"]},
            "/team_ids/0",
        ),
        ("/v1/services/s", {"name": "S", "agency_id": "school", "team_id": "duty", "type": "school"}, "/team_id"),
    ],
)
async def test_bad_input_names_the_field_and_changes_nothing(
    consent: Consent, path: str, body: dict[str, object], pointer: str
) -> None:
    answer = await consent.call("admin", "PUT", path, body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert (await consent.call("admin", "GET", path)).status_code == 404


async def test_only_the_administrator_writes(consent: Consent) -> None:
    answer = await consent.call(TEACHER, "PUT", "/v1/agencies/mine", {"name": "Mine", "sector": "health"})
    assert answer.status_code == 403


async def test_suspension_holds_from_the_next_request(consent: Consent) -> None:
    teacher = {"name": "T", "agency_id": "school", "role": "teacher", "team_ids": ["year-6"]}
    assert (await consent.call(TEACHER, "GET", "/v1/whoami")).status_code == 200
    for status in ("suspended", "left"):
        await consent.call("admin", "PUT", f"/v1/practitioners/{TEACHER}", {**teacher, "status": status})
        assert (await consent.call(TEACHER, "GET", "/v1/whoami")).status_code == 403
    await consent.call("admin", "PUT", f"/v1/practitioners/{TEACHER}", teacher)
    assert (await consent.call(TEACHER, "GET", "/v1/whoami")).status_code == 200


async def test_the_last_administrator_cannot_be_removed(consent: Consent) -> None:
    demoted = {"name": "Admin", "agency_id": "school", "role": "teacher"}
    answer = await consent.call("admin", "PUT", "/v1/practitioners/admin", demoted)
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:kith:problem:last-admin"
    second = {"name": "Second", "agency_id": "school", "role": "directory_admin"}
    await consent.call("admin", "PUT", "/v1/practitioners/second", second)
    assert (await consent.call("admin", "PUT", "/v1/practitioners/admin", demoted)).status_code == 200


async def test_nobody_is_answered_without_a_grant(consent: Consent) -> None:
    for path in ("/v1/agencies", "/v1/whoami", "/v1/access-log", "/v1/me/viewers"):
        answer = await consent.http.get(path)
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:kith:problem:grant-required"
    assert (await consent.http.post("/internal/decisions", json={})).status_code == 404
