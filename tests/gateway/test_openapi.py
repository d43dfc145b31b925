"""One OpenAPI 3.1 document of all services, and the pages that show it."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from html.parser import HTMLParser
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi import definitions

from contracts.routes import ROUTES, Service, Subject
from gateway.domain.openapi import merge
from gateway.domain.openapi_3_0 import as_3_0
from gateway.domain.openapi_disclosure import not_required
from tests.gateway.conftest import SERVICES, Kith
from tests.gateway.world import crashes

Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    return merge({service: watched.app.openapi() for service, watched in SERVICES.items()}, ROUTES, "1.2.3")


def values(value: object, key: str) -> Iterator[Any]:
    """Every value of `key`, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from values(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from values(inner, key)


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method.upper(), operation


def look_up(document: Document, reference: str) -> Any:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


async def test_the_gateway_serves_it(kith: Kith) -> None:
    answer = await kith.client.get("/openapi.json")
    assert answer.status_code == 200
    assert {call.path for call in kith.world.calls} == {"/internal/openapi.json"}
    assert answer.json()["paths"]
    await kith.client.get("/openapi.json")
    assert len(kith.world.calls) == len(Service), "it is kept"


async def test_it_is_not_served_in_part(kith: Kith) -> None:
    kith.world.faults[Service.ASSESSMENT] = crashes
    assert (await kith.client.get("/openapi.json")).status_code == 503
    kith.world.faults.clear()
    assert (await kith.client.get("/openapi.json")).status_code == 200


def test_it_is_valid(document: Document) -> None:
    errors = Draft202012Validator(definitions.OPENAPI_31).iter_errors(document)
    assert [error.message for error in errors] == []
    for schema in values(document, "schema"):
        Draft202012Validator.check_schema(schema)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(document: Document) -> None:
    references = list(values(document, "$ref"))
    assert references
    for reference in references:
        look_up(document, reference)


def test_every_schema_is_of_use(document: Document) -> None:
    used = set(values(document, "$ref"))
    assert {f"#/components/schemas/{name}" for name in document["components"]["schemas"]} <= used


def test_operation_ids_are_unique_and_speak() -> None:
    """For every route of the table, whatever the services call their functions."""
    methods = ("get", "put", "post", "patch", "delete")
    paths = {route.path: {method: {"operationId": "read"} for method in methods} for route in ROUTES}
    merged = merge({service: {"paths": paths} for service in Service}, ROUTES, "1")
    ids = [operation["operationId"] for _, _, operation in operations(merged)]
    assert len(ids) == len(set(ids)) == len(ROUTES)
    assert {"get_child", "get_agencies", "get_agency", "post_child_consents", "delete_me_block"} <= set(ids)
    assert all(re.fullmatch(r"[a-z]\w*", each) for each in ids)


def test_only_routes_of_the_table_are_in_it(document: Document) -> None:
    assert {(method, path) for path, method, _ in operations(document)} <= {(r.method, r.path) for r in ROUTES}


def test_each_operation_says_what_the_gateway_asks_for(document: Document) -> None:
    routes = {(route.method, route.path): route for route in ROUTES}
    for path, method, operation in operations(document):
        route = routes[method, path]
        parameters = [look_up(document, each["$ref"]) if "$ref" in each else each for each in operation["parameters"]]
        if route.speaks_fhir:
            assert "Kith-Purpose" not in [each["name"] for each in parameters], "the reason is the purpose"
            refused = look_up(document, operation["responses"]["400"]["$ref"])
            assert refused["content"].keys() == {"application/fhir+json"}
            continue
        purpose = next(each for each in parameters if each["name"] == "Kith-Purpose")
        assert purpose["required"] == (route.purpose is None)
        assert [each["name"] for each in parameters].count("X-Request-Id") == 1
        assert operation["security"] == [{"bearer": []}]
        assert len(operation["tags"]) == 1
        expected = {"401", "403", "422", "429", "503"} | ({"404"} if route.subject is not Subject.NONE else set())
        assert expected <= operation["responses"].keys(), (method, path)
        for status in expected:
            problem = look_up(document, operation["responses"][status]["$ref"])
            assert problem["content"].keys() == {"application/problem+json"}


def test_idempotency_key_is_named_where_the_service_takes_it(document: Document) -> None:
    named = {
        (method, path)
        for path, method, operation in operations(document)
        if {"$ref": "#/components/parameters/IdempotencyKey"} in operation["parameters"]
    }
    assert named == {("POST", "/v1/children/{child_id}/episodes")}
    assert "idempotency-key" not in json.dumps(document)


def test_one_name_with_two_meanings_becomes_two_names(document: Document) -> None:
    names = document["components"]["schemas"]
    assert {"ConsentNote", "ChildIndexNote", "Person"} <= names.keys()
    assert "Note" not in names
    body = document["paths"]["/v1/children/{child_id}/episodes"]["post"]["requestBody"]
    assert next(values(body, "$ref")) == "#/components/schemas/ChildIndexNote"


def test_those_that_refer_to_a_renamed_schema_are_kept_apart_too() -> None:
    def described(inner: Document, path: str) -> Document:
        schemas = {"Outer": {"properties": {"inner": {"$ref": "#/components/schemas/Inner"}}}, "Inner": inner}
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Outer"}}}
        return {
            "paths": {path: {"get": {"responses": {"200": {"description": "", "content": content}}}}},
            "components": {"schemas": schemas},
        }

    merged = merge(
        {
            **{service: {} for service in Service},
            Service.CONSENT: described({"type": "string"}, "/v1/whoami"),
            Service.NOTIFICATIONS: described({"type": "integer"}, "/v1/notifications"),
        },
        ROUTES,
        "1",
    )
    schemas = merged["components"]["schemas"]
    for service, kind in (("Consent", "string"), ("Notifications", "integer")):
        outer = schemas[f"{service}Outer"]
        assert look_up(merged, outer["properties"]["inner"]["$ref"]) == {"type": kind}


def test_the_pages_get_it_in_words_that_they_know(document: Document) -> None:
    old = as_3_0(document)
    errors = list(Draft202012Validator({**definitions.OPENAPI_30, "$schema": None}).iter_errors(old))
    assert [error.message for error in errors] == []
    assert old["openapi"] == "3.0.3"
    assert old["paths"].keys() == document["paths"].keys()
    given_name = old["components"]["schemas"]["Person"]["properties"]["given_name"]
    assert given_name["nullable"] is True
    assert "null" not in list(values(old, "type"))
    assert document["openapi"] == "3.1.0", "the document itself stays as it was"


class _Parts(HTMLParser):
    """What a page loads, and whether it has script of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.inline = False
        self._in_script = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.loads += [found[name] or "" for name in ("src", "href") if name in found]
        self._in_script = tag == "script"

    def handle_data(self, data: str) -> None:
        self.inline |= self._in_script and bool(data.strip())

    def handle_endtag(self, _: str) -> None:
        self._in_script = False


async def test_the_pages_need_nothing_from_elsewhere(kith: Kith) -> None:
    page = await kith.client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    parts = _Parts()
    parts.feed(page.text)
    assert not parts.inline
    assert len(parts.loads) >= 3
    for address in parts.loads:
        assert address.startswith("/")
        loaded = await kith.client.get(address)
        assert loaded.status_code == 200, address
        assert loaded.content
    start = await kith.client.get("/docs/start.js")
    (shown,) = re.findall(r'url: "([^"]+)"', start.text)
    assert (await kith.client.get(shown)).json()["openapi"].startswith("3.0")
    assert "http://" not in start.text
    assert "https://" not in start.text


async def test_only_the_pages_own_files_are_served(kith: Kith) -> None:
    for name in ("index.html", "..%2f__init__.py", "%2e%2e", "oauth2-redirect.html", "swagger-ui.js.map"):
        assert (await kith.client.get(f"/docs/{name}")).status_code == 404


def test_an_answer_may_lack_what_its_reader_was_not_granted() -> None:
    def field(**more: Any) -> Document:
        return {"type": "string", **more}

    name = {"x-kith-category": "basics"}
    inner = {"type": "object", "required": ["given_name"], "properties": {"given_name": field(**name)}}
    answer = {
        "type": "object",
        "required": ["child_id", "names", "matches"],
        "properties": {
            "child_id": field(),
            "names": {"$ref": "#/components/schemas/Inner", **name},
            "matches": {"type": "array", "items": {"$ref": "#/components/schemas/Listed"}},
        },
    }
    document: Document = {
        "paths": {"/": {"get": {"responses": {"200": {"content": {"a": {"schema": answer}}}}}}},
        "components": {"schemas": {"Inner": deepcopy(inner), "Listed": deepcopy(inner), "Asked": deepcopy(inner)}},
    }
    not_required(document)
    assert answer["required"] == ["child_id", "matches"]
    schemas = document["components"]["schemas"]
    assert "required" not in schemas["Listed"]
    assert schemas["Inner"]["required"] == ["given_name"], "it comes whole or not at all"
    assert schemas["Asked"]["required"] == ["given_name"], "it is no answer"
