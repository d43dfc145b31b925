"""The realm that Compose's Keycloak is given, as a file. What Keycloak makes of it: `make prove`, test_keycloak.py."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from chassis.issuer import DEFAULT_AUDIENCE
from chassis.tokens import ALGORITHMS
from kith.demo_authority import PRACTITIONERS
from tests.architecture.conftest import ROOT
from tests.deployment.composed import services

FILE = ROOT / "deploy" / "keycloak" / "kith-realm.json"
REALM: dict[str, Any] = json.loads(FILE.read_text())
ACTS_FOR_PEOPLE = "hillside-records"
CLIENTS = {client["clientId"]: client for client in REALM["clients"]}


def test_its_address_is_the_one_that_tokens_are_verified_by() -> None:
    keycloak, parts = services()["keycloak"], (services()["gateway"], services()["consent-api"])
    issuer = f"{keycloak['environment']['KC_HOSTNAME']}/realms/{REALM['realm']}"
    _, published, inner = keycloak["ports"][0].split(":")
    assert urlsplit(issuer).port == int(published)
    for part in parts:
        assert part["environment"]["KITH_OIDC_ISSUER"] == issuer
        keys = f"http://keycloak:{inner}/realms/{REALM['realm']}/protocol/openid-connect/certs"
        assert part["environment"]["KITH_OIDC_JWKS_URL"] == keys
    assert REALM["defaultSignatureAlgorithm"] in ALGORITHMS


def test_every_client_asks_for_the_audience_and_hands_on_no_personal_data() -> None:
    for client in CLIENTS.values():
        mapper, *others = client["protocolMappers"]
        assert mapper["config"]["included.custom.audience"] == DEFAULT_AUDIENCE
        assert client["defaultClientScopes"] == ["basic"], "`sub` and no more"
        assert client["fullScopeAllowed"] is False
        assert client["directAccessGrantsEnabled"] is client["implicitFlowEnabled"] is False
        acts = [
            json.loads(other["config"]["claim.value"]) for other in others if other["config"]["claim.name"] == "act"
        ]
        assert acts == ([{"sub": client["clientId"]}] if client["clientId"] == ACTS_FOR_PEOPLE else [])
        assert len(others) == len(acts)


def test_the_portal_has_no_secret_and_a_machine_no_sign_in() -> None:
    portal, acting = CLIENTS["kith-portal"], CLIENTS[ACTS_FOR_PEOPLE]
    assert portal["publicClient"] is portal["standardFlowEnabled"] is True
    assert "secret" not in portal
    assert acting["publicClient"] is acting["serviceAccountsEnabled"] is False
    for signs_in in (portal, acting):
        assert signs_in["attributes"]["pkce.code.challenge.method"] == "S256"
    for name in CLIENTS.keys() - {"kith-portal", ACTS_FOR_PEOPLE}:
        assert CLIENTS[name]["publicClient"] is CLIENTS[name]["standardFlowEnabled"] is False
        assert CLIENTS[name]["serviceAccountsEnabled"] is True


def test_no_secret_lies_in_the_file_and_each_is_given_to_keycloak() -> None:
    credentials = [each["value"] for account in REALM["users"] for each in account.get("credentials", [])]
    secrets = [client["secret"] for client in CLIENTS.values() if "secret" in client]
    for value in (*credentials, *secrets):
        assert re.fullmatch(r"\$\{REALM_\w+\}", value)
    named = {value[2:-1] for value in (*credentials, *secrets)}
    (script,) = services()["keycloak"]["command"]
    given = dict(re.findall(r'export (\w+)="\$\$\(</run/secrets/(\w+)\)"', script))
    assert named == {name for name in given if name.startswith("REALM_")}
    assert set(given.values()) == set(services()["keycloak"]["secrets"])


def test_whoever_the_demo_names_can_sign_in_as_themselves() -> None:
    """`sub` is the account's id, and the directory's: so Keycloak's accounts have the practitioners' ids."""
    accounts = {account["id"]: account for account in REALM["users"]}
    machines = {"admin": "kith-directory", "hillside-roll": "hillside-roll"}
    people = {person_id for person_id, _, _, role, _ in PRACTITIONERS if role != "system"}
    assert set(accounts) == people | set(machines)
    for account_id, client in machines.items():
        assert accounts[account_id]["serviceAccountClientId"] == client
    for person in people:
        assert accounts[person]["username"] == person
        assert accounts[person]["email"].endswith("@example.org")
