"""A route for each entry of the table of routes; nothing else is forwarded."""

import asyncio
from collections.abc import Sequence
from itertools import groupby

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.errors import KithError
from chassis.fhir import fhir_error
from chassis.problems import problem_response
from chassis.scim import scim_error
from chassis.serving import DRAINING
from chassis.telemetry import request_id_of
from contracts import headers
from contracts.routes import ROUTES
from contracts.routes import Route as Entry
from gateway.api.answers import passed_on
from gateway.api.bodies import Incoming, check_declared
from gateway.application.pipeline import Pipeline
from gateway.application.ports import Asked, Body

log = structlog.get_logger("kith.gateway")


def forwarded_routes(pipeline: Pipeline, body_limit: int, upload_limit: int) -> list[Route]:
    """One route for each path, which takes exactly the methods that the table has for it."""
    ordered = sorted(ROUTES, key=_fixed_before_open)
    return [
        _Path(path, list(entries), pipeline, body_limit, upload_limit)
        for path, entries in groupby(ordered, key=lambda entry: entry.path)
    ]


def _fixed_before_open(entry: Entry) -> tuple[list[tuple[bool, str]], str]:
    """Sorts `/v1/children/search` before `/v1/children/{child_id}`, which would match it too."""
    return [(part.startswith("{"), part) for part in entry.path.split("/")], entry.path


class _Path(Route):
    def __init__(
        self, path: str, entries: Sequence[Entry], pipeline: Pipeline, body_limit: int, upload_limit: int
    ) -> None:
        self._entries = {entry.method: entry for entry in entries}
        self._pipeline = pipeline
        self._body_limit = body_limit
        self._upload_limit = upload_limit
        super().__init__(path, self._answer, methods=sorted(self._entries), include_in_schema=False)
        self.methods = set(self._entries)  # Starlette adds HEAD of its own accord

    async def _answer(self, request: Request) -> Response:
        request.scope["route"] = self  # for the log line, which has the template and never the path
        entry = self._entries[request.method]
        try:
            return await self._forward(entry, request)
        except KithError as error:
            if entry.speaks_scim:
                return scim_error(error)
            if entry.speaks_fhir:
                return fhir_error(error)
            raise
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except Exception as error:
            # Here and not further out, so that the answer has its request id and the server no text to log.
            log.error("gateway.failed", error_type=type(error).__qualname__)  # noqa: TRY400  never its text
            if entry.speaks_fhir:
                return fhir_error(KithError())
            return problem_response(KithError(), request_id_of(request))

    async def _forward(self, entry: Entry, request: Request) -> Response:
        limit = self._upload_limit if entry.upload else self._body_limit
        check_declared(request, limit)
        incoming = Incoming(request, limit)

        async def body() -> Body:
            return incoming if entry.upload else await incoming.whole()

        asked = Asked(
            parts=request.path_params,
            query=request.scope["query_string"],
            headers=request.scope["headers"],
            authorization=request.headers.getlist("authorization"),
            purposes=request.headers.getlist(headers.PURPOSE),
            body=body,
            draining=request.scope.get(DRAINING) or asyncio.Event(),
        )
        try:
            return await passed_on(await self._pipeline.answer(entry, asked))
        except KithError:
            if incoming.failure is not None:
                raise incoming.failure from None
            raise
