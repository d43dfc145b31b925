"""Errors in the words of SCIM 2.0 (RFC 7644, section 3.12), for the routes that speak it."""

from typing import Any

from fastapi.responses import JSONResponse

from chassis.errors import Invalid, KithError
from chassis.problems import problem_response

MEDIA_TYPE = "application/scim+json"
_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_BAD_REQUEST = 400


def scim_body(status: int, detail: str, scim_type: str | None = None) -> dict[str, Any]:
    body = {"schemas": [_ERROR], "status": str(status), "detail": detail}
    return {**body, "scimType": scim_type} if scim_type else body


def scim_error(error: KithError) -> JSONResponse:
    """The answer for an error: SCIM has no 422, a field that cannot be taken is 400 `invalidValue`."""
    status, scim_type = error.status, None
    if isinstance(error, Invalid):
        status, scim_type = _BAD_REQUEST, "invalidValue"
    elif error.code == "uniqueness":
        scim_type = error.code
    extra = {name: value for name, value in problem_response(error, "").headers.items() if name in _KEPT}
    return JSONResponse(scim_body(status, error.detail, scim_type), status, extra, media_type=MEDIA_TYPE)


_KEPT = frozenset({"retry-after", "www-authenticate"})
