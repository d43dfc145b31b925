"""Problem details (RFC 9457): the one place where errors become HTTP answers.

No answer repeats a value that the caller sent: validation messages that would quote the input are replaced.
"""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.errors import Conflict, FieldError, Invalid, KithError, NotYet, TooMany, Unauthenticated, Unavailable
from chassis.telemetry import request_id_of

log = structlog.get_logger("kith.problem")

MEDIA_TYPE = "application/problem+json"

# Pydantic's own words for these quote a part of the input.
_QUOTING = {
    "uuid_parsing": "is not a UUID",
    "json_invalid": "is not valid JSON",
    "date_from_datetime_parsing": "is not a date (YYYY-MM-DD)",
    "date_parsing": "is not a date (YYYY-MM-DD)",
    "datetime_parsing": "is not a time (RFC 3339)",
    "datetime_from_date_parsing": "is not a time (RFC 3339)",
    "int_parsing": "is not a whole number",
    "bool_parsing": "is not true or false",
    "extra_forbidden": "is not a field of this request",
    "missing": "is needed",
}

_STATUS_CODES = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
}


def problem_body(error: KithError, instance: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:kith:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": instance,
    }
    if isinstance(error, Invalid):
        body["errors"] = [{"pointer": e.pointer, "detail": e.detail} for e in error.errors]
    if isinstance(error, Conflict):
        body |= error.members
    return body


def problem_response(error: KithError, instance: str) -> JSONResponse:
    headers: dict[str, str] = {}
    if isinstance(error, TooMany | NotYet | Unavailable) and error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="kith"'
    return JSONResponse(problem_body(error, instance), error.status, headers, media_type=MEDIA_TYPE)


def _pointer(location: tuple[Any, ...]) -> str:
    parts = [str(part) for part in location]
    if parts and parts[0] in {"body", "query", "path", "header"}:
        parts = parts[1:]
    return "/" + "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)


def field_errors(error: RequestValidationError) -> list[FieldError]:
    found = []
    for item in error.errors():
        detail = _QUOTING.get(item["type"], item["msg"].removeprefix("Value error, "))
        location = tuple(item["loc"])
        if item["type"] == "json_invalid":
            location = ()
        found.append(FieldError(_pointer(location), detail))
    return found


def install_problem_handlers(app: FastAPI) -> None:
    """Every error leaves as `application/problem+json`, the unforeseen ones without their text."""

    @app.exception_handler(KithError)
    async def on_kith_error(request: Request, error: KithError) -> JSONResponse:
        return problem_response(error, request_id_of(request))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(Invalid(field_errors(error)), request_id_of(request))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:
        plain = KithError(code=_STATUS_CODES.get(error.status_code, "http"))
        plain.status = error.status_code
        plain.title = plain.detail = _TITLES.get(error.status_code, "The request cannot be taken")
        response = problem_response(plain, request_id_of(request))
        if error.headers and "allow" in {name.lower() for name in error.headers}:
            response.headers["Allow"] = next(v for k, v in error.headers.items() if k.lower() == "allow")
        return response

    app.add_middleware(UnforeseenAsProblem)


class UnforeseenAsProblem:
    """The last net: an error that nobody foresaw is answered and logged without its text, which may hold what the
    caller sent. Once an answer has begun it can only be broken off."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise
            request = Request(scope)
            log.error("request.failed", error_type=type(error).__qualname__, request_id=request_id_of(request))  # noqa: TRY400
            if begun:
                raise
            await problem_response(KithError(), request_id_of(request))(scope, receive, send)


_TITLES = {404: "Not found", 405: "This route does not take that method", 415: "That media type is not taken"}
