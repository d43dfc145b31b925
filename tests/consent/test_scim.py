"""SCIM 2.0: an authority's identity provider keeps people and teams, within its reach, from their next request."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from consent.settings import DEFAULT_POLICY
from tests.consent.kit import Consent
from tests.consent.scene import OTHER_TEACHER, TEACHER, make_child
from tests.consent.shared import SharedConsents

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PRACTITIONER = "urn:kith:params:scim:schemas:extension:practitioner:1.0:User"
TEAM = "urn:kith:params:scim:schemas:extension:team:1.0:Group"
PROVIDER, WIDE, UNNAMED = "school-provider", "authority-provider", "school-roll"


def policy_naming(*identities: str) -> str:
    """The default policy, with these identities as providers."""
    text = DEFAULT_POLICY.read_text()
    assert "identities: []" in text
    return text.replace("identities: []", f"identities: [{', '.join(identities)}]")


@pytest.fixture(params=["sqlite", "postgresql"])
async def consent(request: pytest.FixtureRequest, shared_in_module: SharedConsents) -> AsyncIterator[Consent]:
    async with shared_in_module.turn(request.param, policy=policy_naming(PROVIDER, WIDE, TEACHER)) as found:
        for who, agency, scope in (
            (PROVIDER, "school", "agency"),
            (WIDE, "care", "partnership"),
            (UNNAMED, "school", "agency"),
        ):
            entry = {"name": who, "agency_id": agency, "role": "system", "scope": scope}
            assert (await found.call("admin", "PUT", f"/v1/practitioners/{who}", entry)).status_code == 201
        yield found


def user(user_name: str, **more: Any) -> dict[str, Any]:
    return {"schemas": [USER, PRACTITIONER], "userName": user_name, PRACTITIONER: {"role": "teacher"}, **more}


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


async def scim(
    consent: Consent, method: str, path: str, body: Any = None, *, who: str = PROVIDER, **headers: str
) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await consent.call(who, method, f"/scim/v2/{path}", body, purpose="administration", headers=named)


async def made(consent: Consent, path: str, body: dict[str, Any], who: str = PROVIDER) -> dict[str, Any]:
    answer = await scim(consent, "POST", path, body, who=who)
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"] == "application/scim+json"
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == found["meta"]["location"] == f"/scim/v2/{path}/{found['id']}"
    assert answer.headers["etag"] == found["meta"]["version"]
    return found


def is_error(answer: httpx.Response, status: int, scim_type: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/scim+json"
    body = answer.json()
    assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert body["status"] == str(status)
    assert body.get("scimType") == scim_type


async def may_read_directory(consent: Consent, who: str) -> bool:
    return (await consent.call(who, "GET", "/v1/whoami")).status_code == 200


async def test_only_who_the_policy_names_may_provision(consent: Consent) -> None:
    for who in (UNNAMED, TEACHER, "admin", "nobody-known"):
        for path in ("Users", "Groups", "Schemas", "ServiceProviderConfig"):
            assert (await scim(consent, "GET", path, who=who)).status_code == 403, (who, path)


async def test_with_the_policy_as_it_comes_nobody_may(new_consent: Consent) -> None:
    entry = {"name": "P", "agency_id": "a", "role": "system"}
    await new_consent.call("admin", "PUT", "/v1/agencies/a", {"name": "A", "sector": "health"})
    await new_consent.call("admin", "PUT", f"/v1/practitioners/{PROVIDER}", entry)
    assert (await scim(new_consent, "GET", "Users")).status_code == 403


async def test_a_person_is_made_found_and_kept(consent: Consent) -> None:
    sent = user(
        "Noor.Ali@elm.example",
        externalId="oid-77",
        name={"givenName": "Noor", "familyName": "Ali"},
        emails=[{"value": "b@elm.example"}, {"value": "noor@elm.example", "primary": True}],
        title="Year 6 teacher",
    )
    noor = await made(consent, "Users", sent)
    assert (noor["id"], noor["userName"], noor["externalId"]) == ("oid-77", "Noor.Ali@elm.example", "oid-77")
    assert (noor["displayName"], noor["active"]) == ("Noor Ali", True)
    assert noor["emails"] == [{"value": "noor@elm.example", "primary": True}]
    assert noor[PRACTITIONER] == {"role": "teacher", "agencyId": "school"}
    assert (await scim(consent, "GET", "Users/oid-77")).json() == noor
    me = (await consent.call("oid-77", "GET", "/v1/whoami")).json()
    assert (me["role"], me["agency_id"], me["name"]) == ("teacher", "school", "Noor Ali")
    for text in ('userName eq "noor.ali@ELM.example"', 'externalId eq "oid-77"', 'displayName eq "noor ali"'):
        found = (await scim(consent, "GET", f"Users?filter={text}")).json()
        assert (found["totalResults"], [each["id"] for each in found["Resources"]]) == (1, ["oid-77"]), text
    assert (await scim(consent, "GET", 'Users?filter=userName eq "nobody"')).json()["totalResults"] == 0
    is_error(await scim(consent, "POST", "Users", sent), 409, "uniqueness")
    is_error(await scim(consent, "POST", "Users", {**sent, "externalId": "oid-78"}), 409, "uniqueness")

    changed = await scim(consent, "PUT", "Users/oid-77", {**sent, "displayName": "Noor A", "emails": []})
    assert (changed.json()["displayName"], "emails" in changed.json()) == ("Noor A", False)
    stale = await scim(consent, "PUT", "Users/oid-77", sent, If_Match=noor["meta"]["version"])
    is_error(stale, 412)
    again = await scim(consent, "PUT", "Users/oid-77", sent, If_Match=changed.headers["etag"])
    assert again.status_code == 200


async def test_suspended_is_stopped_at_the_next_request_whatever_the_token(consent: Consent) -> None:
    child_id = await make_child(consent)
    read = f"/v1/children/{child_id}/viewers"
    assert (await consent.call(TEACHER, "GET", read)).status_code == 200
    for value in (False, "False"):
        off = await scim(
            consent, "PATCH", f"Users/{TEACHER}", patch({"op": "Replace", "path": "active", "value": value})
        )
        assert (off.status_code, off.json()["active"]) == (200, False)
        assert (await consent.call(TEACHER, "GET", read)).status_code == 404
        assert not await may_read_directory(consent, TEACHER)
        entry = (await consent.call("admin", "GET", f"/v1/practitioners/{TEACHER}")).json()
        assert (entry["status"], entry["team_ids"]) == ("suspended", ["year-6"])
        on = await scim(consent, "PATCH", f"Users/{TEACHER}", patch({"op": "add", "value": {"active": True}}))
        assert on.json()["active"]
        assert (await consent.call(TEACHER, "GET", read)).status_code == 200


async def test_a_team_gives_and_takes_its_relationships(consent: Consent) -> None:
    child_id = await make_child(consent)
    read = f"/v1/children/{child_id}/viewers"
    assert (await consent.call(OTHER_TEACHER, "GET", read)).status_code == 404
    add = patch({"op": "Add", "path": "members", "value": [{"value": OTHER_TEACHER}]})
    after = await scim(consent, "PATCH", "Groups/year-6", add)
    assert [member["value"] for member in after.json()["members"]] == [OTHER_TEACHER, TEACHER]
    assert (await consent.call(OTHER_TEACHER, "GET", read)).status_code == 200
    # A second post in another team: both hold.
    second = await made(
        consent, "Groups", {"schemas": [GROUP], "displayName": "Inclusion", "members": [{"value": OTHER_TEACHER}]}
    )
    groups = (await scim(consent, "GET", f"Users/{OTHER_TEACHER}")).json()["groups"]
    assert {group["value"] for group in groups} == {"year-6", second["id"]}
    assert (await consent.call(OTHER_TEACHER, "GET", read)).status_code == 200
    for remove in (
        {"op": "remove", "path": f'members[value eq "{OTHER_TEACHER}"]'},
        {"op": "Remove", "path": "members", "value": [{"value": TEACHER}]},
    ):
        assert (await scim(consent, "PATCH", "Groups/year-6", patch(remove))).status_code == 200
    for who in (TEACHER, OTHER_TEACHER):
        assert (await consent.call(who, "GET", read)).status_code == 404
    assert "members" not in (await scim(consent, "GET", "Groups/year-6")).json()


async def test_a_mover_leaves_the_teams_of_the_old_agency(consent: Consent) -> None:
    child_id = await make_child(consent)
    move = patch({"op": "replace", "path": f"{PRACTITIONER}:agencyId", "value": "gp"})
    is_error(await scim(consent, "PATCH", f"Users/{TEACHER}", move), 400, "invalidValue")
    moved = await scim(consent, "PATCH", f"Users/{TEACHER}", move, who=WIDE)
    assert moved.json()[PRACTITIONER]["agencyId"] == "gp"
    assert "groups" not in moved.json()
    assert (await consent.call(TEACHER, "GET", f"/v1/children/{child_id}/viewers")).status_code == 404
    is_error(await scim(consent, "GET", f"Users/{TEACHER}"), 404)


async def test_who_left_is_gone_from_the_provider_and_stays_in_the_directory(consent: Consent) -> None:
    gone = await scim(consent, "DELETE", f"Users/{TEACHER}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert not await may_read_directory(consent, TEACHER)
    entry = (await consent.call("admin", "GET", f"/v1/practitioners/{TEACHER}")).json()
    assert (entry["status"], entry["team_ids"], entry["name"]) == ("left", [], "Tia")
    for method, body in (("GET", None), ("PUT", user("x")), ("DELETE", None)):
        is_error(await scim(consent, method, f"Users/{TEACHER}", body), 404)
    assert TEACHER not in (await scim(consent, "GET", "Users")).text
    into = patch({"op": "add", "path": "members", "value": [{"value": TEACHER}]})
    is_error(await scim(consent, "PATCH", "Groups/year-6", into), 400, "invalidValue")
    back = await made(consent, "Users", user(TEACHER, displayName="Tia again"))
    assert (back["id"], back["active"]) == (TEACHER, True)
    assert await may_read_directory(consent, TEACHER)


async def test_a_team_that_is_no_more_is_empty_and_stays_in_the_directory(consent: Consent) -> None:
    child_id = await make_child(consent)
    assert (await scim(consent, "DELETE", "Groups/year-6")).status_code == 204
    is_error(await scim(consent, "GET", "Groups/year-6"), 404)
    assert (await consent.call("admin", "GET", "/v1/teams/year-6")).status_code == 200
    assert (await consent.call(TEACHER, "GET", f"/v1/children/{child_id}/viewers")).status_code == 404
    assert (await scim(consent, "GET", 'Groups?filter=displayName eq "Year 6"')).json()["totalResults"] == 0


async def test_no_provider_makes_or_changes_who_oversees(consent: Consent) -> None:
    for role in ("directory_admin", "ig_officer", "index_officer", "system", "young_person", "king"):
        new = {**user("mallory"), PRACTITIONER: {"role": role}}
        is_error(await scim(consent, "POST", "Users", new), 400, "invalidValue")
        raised = patch({"op": "replace", "path": f"{PRACTITIONER}:role", "value": role})
        is_error(await scim(consent, "PATCH", f"Users/{TEACHER}", raised), 400, "invalidValue")
    for who in ("school-officer", PROVIDER, "admin"):
        is_error(await scim(consent, "GET", f"Users/{who}", who=WIDE), 404)
        is_error(await scim(consent, "DELETE", f"Users/{who}", who=WIDE), 404)


async def test_a_provider_reaches_its_own_agency_only(consent: Consent) -> None:
    seen = (await scim(consent, "GET", "Users")).json()["Resources"]
    assert {each[PRACTITIONER]["agencyId"] for each in seen} == {"school"}
    wide = (await scim(consent, "GET", "Users", who=WIDE)).json()["Resources"]
    assert {each[PRACTITIONER]["agencyId"] for each in wide} == {"school", "gp", "care"}
    is_error(await scim(consent, "GET", "Users/hana-hv"), 404)
    is_error(await scim(consent, "GET", "Groups/duty"), 404)
    is_error(await scim(consent, "PATCH", "Users/hana-hv", patch({"op": "remove", "path": "emails"})), 404)
    elsewhere = {**user("spy"), PRACTITIONER: {"role": "teacher", "agencyId": "gp"}}
    is_error(await scim(consent, "POST", "Users", elsewhere), 400, "invalidValue")
    member = patch({"op": "add", "path": "members", "value": [{"value": "hana-hv"}]})
    for who in (PROVIDER, WIDE):
        is_error(await scim(consent, "PATCH", "Groups/year-6", member, who=who), 400, "invalidValue")
    group = {"schemas": [GROUP, TEAM], "displayName": "T", TEAM: {"agencyId": "gp"}}
    is_error(await scim(consent, "POST", "Groups", group), 400, "invalidValue")
    theirs = await made(consent, "Groups", group, who=WIDE)
    is_error(await scim(consent, "PUT", f"Groups/{theirs['id']}", group), 404)


async def test_a_person_of_several_posts_cannot_be_made_another(consent: Consent) -> None:
    tie = patch({"op": "replace", "path": f"{PRACTITIONER}:personId", "value": "tia"})
    assert (await scim(consent, "PATCH", f"Users/{TEACHER}", tie)).json()[PRACTITIONER]["personId"] == "tia"
    untie = patch({"op": "replace", "path": f"{PRACTITIONER}:personId", "value": "somebody-else"})
    is_error(await scim(consent, "PATCH", f"Users/{TEACHER}", untie), 400, "invalidValue")
    plain = await scim(consent, "PUT", f"Users/{TEACHER}", user(TEACHER))
    assert plain.json()[PRACTITIONER]["personId"] == "tia"


async def test_pages(consent: Consent) -> None:
    for number in range(5):
        await made(consent, "Users", user(f"p{number}"))
    whole = (await scim(consent, "GET", "Users")).json()
    seen: list[str] = []
    while len(seen) < whole["totalResults"]:
        page = (await scim(consent, "GET", f"Users?startIndex={len(seen) + 1}&count=2")).json()
        assert page["startIndex"] == len(seen) + 1
        assert page["itemsPerPage"] == len(page["Resources"]) <= 2
        seen += [each["id"] for each in page["Resources"]]
    assert seen == [each["id"] for each in whole["Resources"]]
    none = (await scim(consent, "GET", "Users?count=-1&startIndex=-5")).json()
    assert (none["totalResults"], none["Resources"], none["startIndex"]) == (whole["totalResults"], [], 1)
    lean = (await scim(consent, "GET", "Groups?excludedAttributes=members,meta&count=1")).json()["Resources"][0]
    assert {"members", "meta"}.isdisjoint(lean)
    assert set((await scim(consent, "GET", f"Users/{TEACHER}?attributes=userName")).json()) == {
        "schemas",
        "id",
        "userName",
    }


async def test_a_filter_that_is_not_kept_is_said_to_be_none(consent: Consent) -> None:
    for text in (
        'emails.value eq "a"', "userName pr", 'userName co "a"', "active eq 1", "((",
        'userName eq "a" or active eq true',
    ):  # fmt: skip
        is_error(await scim(consent, "GET", f"Users?filter={text}"), 400, "invalidFilter")


WRONG: list[tuple[str, str, Any, str]] = [
    ("POST", "Users", [], "invalidSyntax"),
    ("POST", "Users", {"schemas": [USER]}, "invalidValue"),
    ("POST", "Users", {"schemas": [USER], "userName": "no-role"}, "invalidValue"),
    ("POST", "Users", user("a b c"), "invalidValue"),
    ("POST", "Users", user("nul\0"), "invalidValue"),
    ("POST", "Users", user("ok", emails=[{"value": "no mail"}]), "invalidValue"),
    ("POST", "Groups", {"schemas": [GROUP]}, "invalidValue"),
    ("PATCH", f"Users/{TEACHER}", {"schemas": [PATCH], "Operations": []}, "invalidValue"),
    ("PATCH", f"Users/{TEACHER}", patch({"op": "shake", "path": "active"}), "invalidValue"),
    ("PATCH", f"Users/{TEACHER}", patch({"op": "replace", "path": "id", "value": "x"}), "mutability"),
    ("PATCH", f"Users/{TEACHER}", patch({"op": "remove", "path": "userName"}), "mutability"),
]


async def test_what_cannot_be_taken_changes_nothing_and_is_not_repeated(consent: Consent) -> None:
    before = (await scim(consent, "GET", "Users")).json()
    for method, path, body, scim_type in WRONG:
        answer = await scim(consent, method, path, body)
        is_error(answer, 400, scim_type)
        assert "no mail" not in answer.text
        assert "shake" not in answer.text
    assert (await scim(consent, "GET", "Users")).json() == before


async def test_a_provider_finds_out_what_there_is(consent: Consent) -> None:
    config = (await scim(consent, "GET", "ServiceProviderConfig")).json()
    assert [config[name]["supported"] for name in ("patch", "bulk", "filter", "etag")] == [True, False, True, True]
    types = (await scim(consent, "GET", "ResourceTypes")).json()["Resources"]
    assert {(kind["name"], kind["endpoint"]) for kind in types} == {("User", "/Users"), ("Group", "/Groups")}
    listed = {schema["id"] for schema in (await scim(consent, "GET", "Schemas")).json()["Resources"]}
    assert listed == {USER, GROUP, PRACTITIONER, TEAM}
    for urn in listed:
        assert (await scim(consent, "GET", f"Schemas/{urn}")).json()["id"] == urn
    is_error(await scim(consent, "GET", "Schemas/urn:none"), 404)
    assert (await scim(consent, "GET", "ResourceTypes/User")).json()["name"] == "User"


async def test_a_home_address_is_taken_and_never_shown(consent: Consent) -> None:
    home = {"type": "home", "streetAddress": "12 Canal Street", "postalCode": "M1 1AE"}
    work = {"type": "work", "streetAddress": "1 Town Hall Square", "postalCode": "M2 5DB"}

    async def keys(who: str) -> int:
        async with consent.app.state.reading() as uow:
            return sum(key.until is None for key in (await uow.likenesses.homes_of([who])).get(who, []))

    ada = await made(consent, "Users", user("ada", addresses=[work, home]))
    shown = ada["id"]
    assert "addresses" not in ada
    assert await keys(shown) == 1
    same = user("ada", displayName="Ada")
    for body, kept in (
        (same, 1),
        ({**same, "addresses": [work]}, 1),
        ({**same, "addresses": []}, 0),
        ({**same, "addresses": [home]}, 1),
    ):
        answer = await scim(consent, "PUT", f"Users/{shown}", body)
        assert answer.status_code == 200, answer.text
        assert "addresses" not in answer.json()
        assert await keys(shown) == kept
    of_home = 'addresses[type eq "home"]'
    for operations, kept in (
        ([{"op": "replace", "path": "displayName", "value": "Ada B"}], 1),
        ([{"op": "add", "path": "addresses", "value": [work]}], 1),
        ([{"op": "remove", "path": of_home}], 0),
        ([{"op": "add", "path": "addresses", "value": [home]}], 1),
        ([{"op": "remove", "path": "addresses"}], 0),
        (
            [
                {"op": "add", "path": f"{of_home}.streetAddress", "value": "12 Canal Street"},
                {"op": "add", "path": f"{of_home}.postalCode", "value": "M1 1AE"},
            ],
            1,
        ),
        ([{"op": "replace", "value": {"addresses": []}}], 0),
    ):
        answer = await scim(consent, "PATCH", f"Users/{shown}", patch(*operations))
        assert answer.status_code == 200, (operations, answer.text)
        assert "canal" not in answer.text.lower()
        assert await keys(shown) == kept, operations
    half = patch({"op": "add", "path": f"{of_home}.streetAddress", "value": "14 Canal Street"})
    refused = await scim(consent, "PATCH", f"Users/{shown}", half)
    is_error(refused, 400, "invalidValue")
    assert "canal" not in refused.text.lower()
    assert "canal" not in (await scim(consent, "GET", f"Users/{shown}")).text.lower()
