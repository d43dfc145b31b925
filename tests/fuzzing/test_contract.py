"""Generated requests, good and bad, by several people, on every route of the public description.

None may be answered with a 5xx, a status that the description does not have, another media type, or a body or header
of another shape.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from consent.adapters.policy_file import load_policy
from consent.api.scim.users import EXTENSION
from consent.settings import DEFAULT_POLICY, ConsentSettings
from contracts.routes import FHIR, ROUTES
from contracts.vocabulary import Role
from tests.journeys.scene import GP, HEALTH_VISITOR, INDEX_OFFICER, OFFICER, SOCIAL_WORKER, TEACHER
from tests.support.postgres import Postgres
from tests.support.proof import Proof
from tests.support.server import Server
from tests.support.story import Story, tell_story

SEED = 20261122
QUICK, LONG = 4, 100
PARTS = ("CONSENT", "CHILD_INDEX", "ASSESSMENT", "NOTIFICATIONS")
CHECKS: list[Any] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
PROVIDER = "provider"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ROLES = {
    TEACHER: Role.TEACHER,
    SOCIAL_WORKER: Role.SOCIAL_WORKER,
    GP: Role.GP,
    HEALTH_VISITOR: Role.HEALTH_VISITOR,
    INDEX_OFFICER: Role.INDEX_OFFICER,
    OFFICER: Role.IG_OFFICER,
    "admin": Role.DIRECTORY_ADMIN,
    "young person": Role.YOUNG_PERSON,
    PROVIDER: Role.SYSTEM,
}
WHO = (*ROLES, "nobody known")
POLICY = load_policy(ConsentSettings().policy_file)
ACTIONS = {f"{route.method} {route.path}": route.action for route in ROUTES}
PURPOSES = ("direct-support", "audit", "data-quality", "administration")
KEPT = frozenset({"agency_id", "team_id", "service_id", "practitioner_id"})
"""What no generated request may overwrite: who is signed in must stay who they are."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Server(tmp_path_factory.mktemp("kith"), naming_a_provider(tmp_path_factory)) as server:
        server.start()
        yield with_a_provider(tell_story(server))


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Story]:
    environment = {f"KITH_{part}_DATABASE_URL": postgres.new_database(part.lower()) for part in PARTS}
    environment |= naming_a_provider(tmp_path_factory)
    with Server(tmp_path_factory.mktemp("kith"), environment) as server:
        server.start()
        yield with_a_provider(tell_story(server))


def naming_a_provider(folders: pytest.TempPathFactory) -> dict[str, str]:
    """The settings under which `PROVIDER` may keep the directory by SCIM, and a stream ends."""
    path = folders.mktemp("policy") / "policy.yaml"
    path.write_text(DEFAULT_POLICY.read_text().replace("identities: []", f"identities: [{PROVIDER}]"))
    # A stream that did not end would be read for ever.
    return {"KITH_POLICY_FILE": str(path), "KITH_STREAM_SECONDS": "0.1"}


def with_a_provider(story: Story) -> Story:
    entry = {"name": "Provider", "agency_id": "elm-school", "role": "system"}
    story["admin"].ok("PUT", f"/v1/practitioners/{PROVIDER}", entry)
    provider = story.people[PROVIDER] = story.server.person(PROVIDER)
    user = provider.ok("POST", "/scim/v2/Users", {"schemas": [USER], "userName": "pat", EXTENSION: {"role": "teacher"}})
    group = provider.ok("POST", "/scim/v2/Groups", {"schemas": [GROUP], "displayName": "Inclusion"})
    story.ids |= {"user_id": [user["id"]], "group_id": [group["id"]]}
    return story


def place(route: Any) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("where", [place(route) for route in ROUTES])
def test_every_answer_is_one_that_the_description_has(story: Story, where: str) -> None:
    statuses = fuzz(story, where, QUICK)
    assert sum(statuses.values()) >= QUICK


@pytest.mark.prove
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_long(request: pytest.FixtureRequest, database: str, proof: Proof) -> None:
    story = request.getfixturevalue("story" if database == "sqlite" else "on_postgresql")
    total: dict[int, int] = {}
    for route in ROUTES:
        for status, count in fuzz(story, place(route), LONG).items():
            total[status] = total.get(status, 0) + count
    proof.note("routes", len(ROUTES))
    proof.note("requests", sum(total.values()))
    proof.note("requests by status", {str(status): total[status] for status in sorted(total)})
    assert not any(status >= 500 for status in total)


def fuzz(story: Story, where: str, examples: int) -> dict[int, int]:
    """Sends about `examples` good requests to one route and half as many bad; how often each status was answered.

    Raises with the request that shows it when an answer does not fit.
    """
    operation = operation_of(story, where)
    statuses: dict[int, int] = {}
    tokens = {who: story[who].http.headers["Authorization"] for who in story.people}
    tokens["young person"] = story.young_person.http.headers["Authorization"]
    tokens["nobody known"] = story.nobody.http.headers["Authorization"]
    may = [who for who in tokens if POLICY.may(ROLES.get(who), ACTIONS[where])] or list(tokens)
    modes = {GenerationMode.POSITIVE: examples, GenerationMode.NEGATIVE: examples // 2}
    with requests.Session() as session:
        for mode, most in modes.items():

            @seed(SEED)
            @settings(
                max_examples=most,
                database=None,
                deadline=None,
                phases=(Phase.explicit, Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
            def one(case: Case[Any], data: st.DataObject) -> None:
                aimed(case, data, story)
                case.headers["Authorization"] = tokens[
                    data.draw(st.sampled_from(may if data.draw(st.integers(0, 4)) else WHO))
                ]
                answer = case.call(base_url=story.server.url, session=session, timeout=30)
                statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
                case.validate_response(answer, checks=CHECKS)

            one()
    return statuses


def aimed(case: Case[Any], data: st.DataObject, story: Story) -> None:
    """Puts ids of things that there are, and purposes that there are, into most requests: noise alone ends at the
    first step."""
    if isinstance(case.body, dict) and data.draw(st.integers(0, 3)):
        case.body = _with_known_ids(case.body, data, story)
    for name in list(case.path_parameters):
        known = story.ids.get(name)
        overwrites = name in KEPT and case.method != "GET"
        if known and not overwrites and data.draw(st.integers(0, 3)):
            case.path_parameters[name] = data.draw(st.sampled_from(known))
    if not case.path.startswith(FHIR) and data.draw(st.integers(0, 5)):
        case.headers["Kith-Purpose"] = data.draw(st.sampled_from(PURPOSES))


def _with_known_ids(value: Any, data: st.DataObject, story: Story) -> Any:
    if isinstance(value, list):
        return [_with_known_ids(each, data, story) for each in value]
    if not isinstance(value, dict):
        return value
    known = {**story.ids, "id": story.ids["practitioner_id"]}
    return {
        name: data.draw(st.sampled_from(known[name]))
        if name in known and isinstance(inner, str)
        else _with_known_ids(inner, data, story)
        for name, inner in value.items()
    }


_SCHEMAS: dict[str, Any] = {}


def operation_of(story: Story, where: str) -> APIOperation[Any, Any, Any, Any]:
    url = story.server.url
    if url not in _SCHEMAS:
        _SCHEMAS[url] = schemathesis.openapi.from_url(f"{url}/openapi.json")
    method, path = where.split(" ")
    found: APIOperation[Any, Any, Any, Any] = _SCHEMAS[url][path][method]
    return found
