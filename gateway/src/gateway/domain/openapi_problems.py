"""The problem answers (RFC 9457) that operations have, as OpenAPI describes them."""

from collections.abc import Iterator
from typing import Any

from contracts.routes import Route, Subject
from gateway.domain.silence import NoSuchChild

_MEDIA_TYPE = "application/problem+json"
_TEXT = {"type": "string"}

PROBLEM_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "title": "Problem",
        "description": "Problem details (RFC 9457). Nothing that the caller sent is repeated in it.",
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string", "format": "uri", "examples": ["urn:kith:problem:not-found"]},
            "title": _TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _TEXT,
            "instance": {"type": "string", "format": "uuid", "description": "The id of the request."},
            "errors": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/ProblemField"},
                "description": "With status 422: the fields that cannot be taken.",
            },
        },
    },
    "ScimError": {
        "title": "ScimError",
        "description": "RFC 7644, section 3.12.",
        "type": "object",
        "required": ["schemas", "status"],
        "properties": {
            "schemas": {"type": "array", "items": {"const": "urn:ietf:params:scim:api:messages:2.0:Error"}},
            "status": {"type": "string", "pattern": "^[45][0-9][0-9]$"},
            "scimType": _TEXT,
            "detail": _TEXT,
        },
    },
    "OperationOutcome": {
        "title": "OperationOutcome",
        "type": "object",
        "required": ["resourceType", "issue"],
        "properties": {
            "resourceType": {"const": "OperationOutcome"},
            "issue": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["severity", "code", "diagnostics"],
                    "properties": {
                        "severity": {"const": "error"},
                        "code": _TEXT,
                        "diagnostics": _TEXT,
                        "expression": {"type": "array", "items": _TEXT},
                    },
                },
            },
        },
    },
    "ProblemField": {
        "title": "ProblemField",
        "type": "object",
        "required": ["pointer", "detail"],
        "properties": {
            "pointer": {"type": "string", "description": "JSON pointer into the request.", "examples": ["/sex"]},
            "detail": _TEXT,
        },
    },
}


def _response(description: str, *headers: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "description": description,
        "content": {_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if headers:
        made["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    return made


PROBLEM_RESPONSES: dict[str, Any] = {
    "BadRequest": _response("A header or the request as a whole cannot be taken, the purpose for example."),
    "Unauthenticated": _response("No access token came, or one that is not good.", "WWW-Authenticate"),
    "NotAllowed": _response("The caller's role may never do this."),
    "NoSuchChild": _response(
        f"{NoSuchChild().detail} The answer is the same whether there is no such child, the caller has no "
        "relationship, or is blocked."
    ),
    "NotFound": _response("There is no such thing."),
    "TooLarge": _response("The body is too large."),
    "Invalid": _response("Some fields cannot be taken; `errors` says which."),
    "TooMany": _response("The caller has made too many requests.", "Retry-After"),
    "NoAnswer": _response("A part of Kith did not answer as it should; what it did is not known."),
    "Unavailable": _response("A part of Kith that must answer did not; nothing was done."),
    "OperationOutcome": {
        "description": "Why it was not done, as FHIR R4 has it. Nothing that the caller sent is repeated in it.",
        "content": {"application/fhir+json": {"schema": {"$ref": "#/components/schemas/OperationOutcome"}}},
    },
    "ScimError": {
        "description": "As RFC 7644, section 3.12, has it.",
        "content": {"application/scim+json": {"schema": {"$ref": "#/components/schemas/ScimError"}}},
    },
}

FHIR_STATUSES = ("400", "401", "403", "413", "415", "422", "429", "502", "503")
"""How an operation of FHIR may end beside success."""

BODY_STATUSES = frozenset({"413", "415", "422"})
"""Those that speak of a body."""

SCIM_STATUSES = ("400", "401", "403", "404", "409", "412", "413", "429", "502", "503")
"""How an operation of SCIM may end beside success."""


def problems_of(route: Route, *, has_body: bool) -> Iterator[tuple[str, str, bool]]:
    """Status, name of the response, and whether it replaces what the service says of this status."""
    yield "400", "BadRequest", False
    yield "401", "Unauthenticated", True
    yield "403", "NotAllowed", False
    if route.subject is not Subject.NONE:
        yield "404", "NoSuchChild", True
    elif "{" in route.path:
        yield "404", "NotFound", False
    if has_body:
        yield "413", "TooLarge", True
    # A service's own 422 is FastAPI's default, whose shape Kith never answers with.
    yield "422", "Invalid", True
    yield "429", "TooMany", True
    yield "502", "NoAnswer", True
    yield "503", "Unavailable", True
