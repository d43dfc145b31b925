"""The FHIR R4 routes: the person query of the Multi-Agency Information Sharing drafts, and what this server can do."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from chassis.disclosure import disclose
from chassis.errors import BadRequest, FieldError, Invalid, KithError
from chassis.fhir import FhirResponse, fhir_error
from chassis.grants import Grant
from chassis.service import Granted
from child_index.api.fhir_messages import PersonAnswer, PersonQuery, answer_parameters
from child_index.api.wiring import Parts
from child_index.application import search_children
from child_index.application.query_person import query_person
from contracts.decisions import Candidates
from contracts.mais import MEDIA_TYPE, QUERY

_PATH = "/fhir/R4/Patient/$person-info-query"
_Sent = Annotated[PersonQuery, Body(media_type=MEDIA_TYPE)]
_May = Annotated[Grant, Depends(Granted(QUERY))]
DRAFT = "https://github.com/SocialCareData/data-exchange-standard"

CAPABILITIES: dict[str, Any] = {
    "resourceType": "CapabilityStatement",
    "status": "active",
    "date": "2026-11-22",
    "kind": "instance",
    "implementation": {"description": "Kith: who is known, and who works with them, for a reason in law"},
    "fhirVersion": "4.0.1",
    "format": [MEDIA_TYPE],
    "rest": [
        {
            "mode": "server",
            "security": {"description": "A bearer token (OpenID Connect). Each query is decided on and logged."},
            "resource": [
                {
                    "type": "Patient",
                    "operation": [
                        {
                            "name": "person-info-query",
                            "definition": DRAFT,
                            "documentation": "Draft 0.3 of the Multi-Agency Information Sharing data-exchange standard",
                        }
                    ],
                }
            ],
        }
    ],
}


class FhirRoute(APIRoute):
    """Answers every error as an OperationOutcome. Nothing that was sent is repeated."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except KithError as error:
                return fhir_error(error)
            except RequestValidationError as error:
                if any(each["type"] == "json_invalid" for each in error.errors()):
                    return fhir_error(BadRequest("The body is not JSON"))
                places = {_place(tuple(each["loc"])): None for each in error.errors()}
                return fhir_error(Invalid([FieldError(place, "cannot be taken, or is missing") for place in places]))

        return guarded


def _place(location: tuple[int | str, ...]) -> str:
    """The FHIR path of a fault, as far as the names are FHIR's own: never one that the caller made up."""
    known = {"parameter", "resource", "valueUri", "name", "identifier", "birthDate", "gender", "address", "family"}
    return ".".join(["Parameters", *(str(part) for part in location[1:] if part in known)])


def fhir_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Standards"], route_class=FhirRoute, default_response_class=FhirResponse)

    @router.post(f"/internal/candidates{_PATH}", include_in_schema=False)
    async def query_candidates(sent: _Sent, _: _May) -> Candidates:
        details = sent.details()
        knowledge = await parts.knowledge.current()
        async with parts.reading() as uow:
            return Candidates(children=await search_children.candidates(uow, knowledge, details))

    @router.post(_PATH, summary="Ask whether a child is known, and whom to call", response_model=PersonAnswer)
    async def query(sent: _Sent, grant: _May) -> Response:
        """The person query of the Multi-Agency Information Sharing drafts, with a reason in law.

        `match` with the agencies to call and the services involved (`PERMIT`); not `match` where somebody is like the
        child and a human must look (`REVIEW`), or where there is nobody of whom you may be told (`DENY`). Sensitive
        services are never told of.
        """
        details = sent.details()
        knowledge = await parts.knowledge.current()
        async with parts.reading() as uow:
            result = await query_person(uow, knowledge, details, grant)
        shown = [disclose(each, grant.categories) for each in answer_parameters(result)]
        return FhirResponse({"resourceType": "Parameters", "parameter": shown})

    @router.get("/fhir/R4/metadata", summary="What this FHIR server can do", response_model=dict[str, Any])
    async def metadata(_: Annotated[Grant, Depends(Granted("fhir.metadata"))]) -> Response:
        """A FHIR CapabilityStatement."""
        return FhirResponse(CAPABILITIES)

    return router
