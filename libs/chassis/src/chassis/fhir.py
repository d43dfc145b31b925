"""Errors as FHIR R4 has them (OperationOutcome), for the routes that speak it. No value that was sent is repeated."""

from typing import Any

from fastapi.responses import JSONResponse

from chassis.errors import FieldError, Invalid, KithError
from chassis.problems import problem_response
from contracts.mais import MEDIA_TYPE

_ISSUE = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    413: "too-long",
    415: "not-supported",
    422: "invalid",
    429: "throttled",
    502: "transient",
    503: "transient",
}
"""Codes of FHIR's value set `issue-type`, by HTTP status."""
_KEPT = frozenset({"retry-after", "www-authenticate"})


class FhirResponse(JSONResponse):
    media_type = MEDIA_TYPE


def outcome_body(status: int, detail: str, errors: tuple[FieldError, ...] = ()) -> dict[str, Any]:
    """An OperationOutcome: one issue, or one for each field that cannot be taken, by its path."""
    code = _ISSUE.get(status, "processing")
    said = [(error.detail, error.pointer) for error in errors] or [(detail, "")]
    issues: list[dict[str, Any]] = []
    for text, place in said:
        issue: dict[str, Any] = {"severity": "error", "code": code, "diagnostics": text}
        issues.append({**issue, "expression": [place]} if place else issue)
    return {"resourceType": "OperationOutcome", "issue": issues}


def fhir_error(error: KithError) -> JSONResponse:
    errors = error.errors if isinstance(error, Invalid) and any(each.pointer for each in error.errors) else ()
    extra = {name: value for name, value in problem_response(error, "").headers.items() if name in _KEPT}
    return FhirResponse(outcome_body(error.status, error.detail, errors), error.status, extra)
