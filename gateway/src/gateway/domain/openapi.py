"""One OpenAPI 3.1 document out of those of the services, with what the gateway adds to every operation."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from contracts.headers import IDEMPOTENCY_KEY, PURPOSE, REQUEST_ID
from contracts.routes import Route, Service, Subject
from contracts.vocabulary import Purpose
from gateway.domain.openapi_disclosure import not_required
from gateway.domain.openapi_names import reachable, unite_schemas
from gateway.domain.openapi_problems import (
    BODY_STATUSES,
    FHIR_STATUSES,
    PROBLEM_RESPONSES,
    PROBLEM_SCHEMAS,
    SCIM_STATUSES,
    problems_of,
)

Document = dict[str, Any]

_SET_BY_GATEWAY = {name.lower() for name in (PURPOSE, IDEMPOTENCY_KEY, REQUEST_ID, "Kith-Grant", "Kith-Internal-Key")}

_TAGS = {
    Service.CHILD_INDEX: ("Child index", "Who a child is, who is involved, and who leads."),
    Service.ASSESSMENT: ("Assessment", "Assessing once, together, each in their own section."),
    Service.CONSENT: ("Consent and access", "The directory, consents, blocks, who can see, and the access log."),
    Service.NOTIFICATIONS: ("Notifications", "What a practitioner needs to hear of."),
}

_PARAMETERS: dict[str, Document] = {
    "PurposeNeeded": {
        "name": PURPOSE,
        "in": "header",
        "required": True,
        "description": "Why this request is made. Kept in the access log.",
        "schema": {"$ref": "#/components/schemas/Purpose"},
    },
    "Purpose": {
        "name": PURPOSE,
        "in": "header",
        "required": False,
        "description": "Why this request is made, where it is not the usual reason. Kept in the access log.",
        "schema": {"$ref": "#/components/schemas/Purpose"},
    },
    "IdempotencyKey": {
        "name": IDEMPOTENCY_KEY,
        "in": "header",
        "required": False,
        "description": "Makes a repeat harmless: the same key and body get the first answer.",
        "schema": {"type": "string", "maxLength": 200},
    },
    "RequestId": {
        "name": REQUEST_ID,
        "in": "header",
        "required": False,
        "description": "An id for this request; made when none is sent, returned, and passed on.",
        "schema": {"type": "string", "format": "uuid"},
    },
}


def merge(documents: Mapping[Service, Document], routes: Iterable[Route], version: str) -> Document:
    """The public document: the operations of `routes` that the services describe, and the schemas that these use.

    Schemas of one name and different content are named for their service.
    """
    operations = [
        (route, deepcopy(found))
        for route in routes
        if (found := documents[route.service].get("paths", {}).get(route.path, {}).get(route.method.lower()))
    ]
    for route, operation in operations:
        _complete(route, operation)
    own = {**PROBLEM_SCHEMAS, "Purpose": _purposes()}
    schemas = unite_schemas(
        {
            service: reachable(
                [operation for route, operation in operations if route.service is service],
                documents[service].get("components", {}).get("schemas", {}),
                besides=own.keys(),
            )
            for service in documents
        },
        {service: [o for r, o in operations if r.service is service] for service in documents},
    )
    paths: dict[str, Document] = {}
    for route, operation in operations:
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    document = {
        "openapi": "3.1.0",
        "info": _info(version),
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.values()],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted({**schemas, **own}.items())),
            "parameters": _PARAMETERS,
            "responses": PROBLEM_RESPONSES,
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of the issuer that this Kith trusts. It says who you are.",
                }
            },
        },
    }
    not_required(document)
    return document


def _info(version: str) -> Document:
    return {
        "title": "Kith",
        "version": version,
        "summary": "The agencies around a child share what is needed and no more.",
        "description": (
            "Every request carries a bearer token, and a purpose where it touches a child. Answers hold only what "
            "this caller may see for this purpose; each look is in the access log."
        ),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }


def _purposes() -> Document:
    return {"title": "Purpose", "type": "string", "enum": [purpose.value for purpose in Purpose]}


def _complete(route: Route, operation: Document) -> None:
    """Adds what the gateway does: security, its headers, and its problem answers."""
    declared = operation.pop("parameters", [])
    taken = {str(each.get("name", "")).lower() for each in declared if each.get("in") == "header"}
    kept = [each for each in declared if each.get("in") != "header" or str(each["name"]).lower() not in _SET_BY_GATEWAY]
    names = ["PurposeNeeded" if route.purpose is None else "Purpose", "RequestId"]
    if route.speaks_fhir:
        names.remove(names[0])  # the reason in the body is the purpose
    if IDEMPOTENCY_KEY.lower() in taken:
        names.append("IdempotencyKey")
    operation["parameters"] = [*kept, *({"$ref": f"#/components/parameters/{name}"} for name in names)]
    operation["operationId"] = _operation_id(route)
    operation["tags"] = [_TAGS[route.service][0]]
    operation["security"] = [{"bearer": []}]
    responses = operation.setdefault("responses", {})
    about_child = route.subject is not Subject.NONE
    if route.speaks_scim:
        responses.pop("422", None)
        responses.update({status: {"$ref": "#/components/responses/ScimError"} for status in SCIM_STATUSES})
        return
    if route.speaks_fhir:
        has_body = "requestBody" in operation
        responses.update(
            {
                status: {"$ref": "#/components/responses/OperationOutcome"}
                for status in FHIR_STATUSES
                if has_body or status not in BODY_STATUSES
            }
        )
        return
    for status, name, always in problems_of(route, has_body="requestBody" in operation):
        if always or status not in responses or (status == "404" and about_child):
            responses[status] = {"$ref": f"#/components/responses/{name}"}


def _operation_id(route: Route) -> str:
    """`get_child_consents` for `GET /v1/children/{child_id}/consents`: stable, whatever a service calls its function.

    A word is in the singular where an id follows it, so that a list and one of its things have different names; one
    that has no plural is followed by what the id is of (`get_service_directory_entry`).
    """
    parts = route.path.split("/")[2:]
    words = [route.method.lower()]
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        if not part.startswith("{"):
            one = following.startswith("{")
            words.append(_singular(part) if one else part)
            if one and _singular(part) == part:
                words.append(following.strip("{}").removesuffix("_id"))
    return "_".join(words).replace("-", "_").replace("$", "")


def _singular(word: str) -> str:
    if word == "children":
        return "child"
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")
