"""What the SCIM routes share: their media type, their errors, and who may ask and how far that reaches."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import ValidationError
from scim2_models import Error, InvalidFilterException, Resource, SCIMException, ScimFilter, ScimPolicy
from scim2_models.path.expressions import Comparison

from chassis.errors import Invalid, KithError, NotAllowed, NotFound, Stale
from chassis.grants import Grant
from chassis.scim import MEDIA_TYPE, scim_body, scim_error
from chassis.service import Granted
from consent.domain.provisioning import Reach, Sought
from contracts import headers
from contracts.vocabulary import Scope

LARGEST_PAGE = 200
DEFAULT_PAGE = 100
_FURTHEST = 10**9
_MESSAGES = "urn:ietf:params:scim:api:messages:2.0:"
_LIST = f"{_MESSAGES}ListResponse"

POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""Providers send more than is kept here, and one large one has ways of its own to remove a member."""

_WORDS = {
    "invalidFilter": "Only `eq` on id, userName, externalId, displayName and active can be filtered by",
    "invalidSyntax": "The body is not a message of this kind",
    "invalidPath": "A path of the patch is none of this resource",
    "noTarget": "A path of the patch leads to nothing",
    "mutability": "Something that cannot be changed would be",
}
_SOUGHT = {"id": "id", "username": "user_name", "externalid": "external_id", "displayname": "name", "active": "active"}


R = TypeVar("R", bound=Response)


class ScimResponse(JSONResponse):
    media_type = MEDIA_TYPE


class ScimRoute(APIRoute):
    """Answers every error as RFC 7644, section 3.12 has it. Nothing that was sent is repeated."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except KithError as error:
                return scim_error(error)
            except RequestValidationError:
                return _refused(400, "invalidValue")
            except ValidationError as error:
                first = Error.from_validation_errors(error)[0]
                return _refused(first.status or 400, first.scim_type)
            except SCIMException as error:
                return _refused(error.status, error.scim_type)

        return guarded


def _refused(status: int, scim_type: str | None) -> Response:
    detail = _WORDS.get(scim_type or "", "A value is missing or cannot be taken")
    return ScimResponse(scim_body(status, detail, scim_type), status)


async def _reach(grant: Annotated[Grant, Depends(Granted("scim.provision"))]) -> Reach:
    """Raises `NotAllowed` for a provider whose directory entry has neither an agency nor the partnership's scope."""
    found = Reach.of(grant.agency_id, Scope(grant.scope))
    if found is None:
        raise NotAllowed
    return found


Reaching = Annotated[Reach, Depends(_reach)]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="The version that is changed.")]
Filter = Annotated[str | None, Query(max_length=1000, description="`userName eq`, `externalId eq`, `displayName eq` …")]
StartIndex = Annotated[int, Query(alias="startIndex", description="The first is 1.")]
Count = Annotated[int, Query(description=f"At most {LARGEST_PAGE}.")]
Attributes = Annotated[str | None, Query(max_length=1000, description="Names of attributes, with commas between.")]
Excluded = Annotated[
    str | None, Query(alias="excludedAttributes", max_length=1000, description="Names of attributes to leave out.")
]


def sought(model: type[Resource[Any]], text: str | None) -> Sought:
    """What a filter looks for. Raises `InvalidFilterException` for what cannot be looked for."""
    if text is None:
        return Sought()
    try:
        tree = ScimFilter.__class_getitem__(model)(text).ast
    except RecursionError:
        raise InvalidFilterException from None
    if not isinstance(tree, Comparison) or tree.op.value != "eq" or tree.attr_path.sub_attr is not None:
        raise InvalidFilterException
    attribute = _SOUGHT.get(tree.attr_path.attr.lower())
    fits = isinstance(tree.value, bool if attribute == "active" else str)
    if attribute is None or not fits:
        raise InvalidFilterException
    return Sought(attribute, tree.value)


def window(start_index: int, count: int) -> tuple[int, int]:
    """Offset and limit; numbers out of range are taken as the nearest (RFC 7644, section 3.4.2.4)."""
    return min(max(start_index, 1), _FURTHEST) - 1, min(max(count, 0), LARGEST_PAGE)


def listed(resources: Sequence[dict[str, Any]], total: int, offset: int = 0) -> ScimResponse:
    return ScimResponse(
        {
            "schemas": [_LIST],
            "totalResults": total,
            "startIndex": offset + 1,
            "itemsPerPage": len(resources),
            "Resources": list(resources),
        }
    )


def narrowed(resource: dict[str, Any], attributes: str | None, excluded: str | None) -> dict[str, Any]:
    """The attributes asked for; `schemas` and `id` always (RFC 7644, section 3.9)."""

    def names(text: str) -> set[str]:
        return {name.strip().split(".")[0].lower() for name in text.split(",")}

    always = {"schemas", "id"}
    if attributes is not None:
        wanted = names(attributes) | always
        return {name: value for name, value in resource.items() if name.lower() in wanted}
    if excluded is not None:
        unwanted = names(excluded) - always
        return {name: value for name, value in resource.items() if name.lower() not in unwanted}
    return resource


def answered(resource: dict[str, Any], status: int = 200, effects: Sequence[str] = ()) -> ScimResponse:
    response = ScimResponse(resource, status)
    response.headers["ETag"] = resource["meta"]["version"]
    if status == 201:
        response.headers["Location"] = resource["meta"]["location"]
    return with_effects(response, effects)


def with_effects(response: R, effects: Sequence[str]) -> R:
    """Names the events for the gateway, which waits until they have been taken in."""
    if effects:
        response.headers[headers.EFFECTS] = ",".join(effects)
    return response


def version(number: int) -> str:
    return f'W/"{number}"'


def check_version(if_match: str | None, number: int) -> None:
    """Raises `Stale` when what is to be changed has changed since it was read."""
    if if_match is None:
        return
    given = {tag.strip().removeprefix("W/") for tag in if_match.split(",")}
    if "*" not in given and version(number).removeprefix("W/") not in given:
        raise Stale


def entry_id(given: str) -> str:
    """Raises `NotFound` for what can be the id of nothing."""
    if not given.isascii() or not given.replace("-", "").replace("_", "").replace(".", "").isalnum() or len(given) > 64:
        raise NotFound
    return given


def in_words(error: ValidationError) -> Invalid:
    """What the directory cannot keep, by field."""
    return Invalid.field(f"/{error.errors()[0]['loc'][0]}", "cannot be kept")


def documented(schema: dict[str, Any], *, status: int = 200, errors: Sequence[int] = (400, 404)) -> dict[Any, Any]:
    """The `responses` of a route."""
    refused = {"type": "object", "required": ["schemas", "status"], "properties": {"status": {"type": "string"}}}
    found: dict[Any, Any] = {status: {"content": {MEDIA_TYPE: {"schema": schema}}}}
    for code in errors:
        found[code] = {"description": "As RFC 7644, section 3.12.", "content": {MEDIA_TYPE: {"schema": refused}}}
    return found


def body_of(schema: dict[str, Any]) -> dict[str, Any]:
    """The `openapi_extra` of a route whose body is read here."""
    return {"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": schema}}}}


_STRINGS = {"type": "array", "items": {"type": "string"}}
PATCH = {
    "type": "object",
    "required": ["schemas", "Operations"],
    "properties": {
        "schemas": {
            "type": "array",
            "items": {"const": "urn:ietf:params:scim:api:messages:2.0:PatchOp"},
            "minItems": 1,
        },
        "Operations": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["op"],
                "properties": {"op": {"enum": ["add", "replace", "remove"]}, "path": {"type": "string"}, "value": {}},
            },
        },
    },
}


def narrowable(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer that `attributes` or `excludedAttributes` may have left things out of."""
    return {**schema, "required": ["schemas"]}


def list_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["schemas", "totalResults", "Resources"],
        "properties": {
            "schemas": _STRINGS,
            "totalResults": {"type": "integer"},
            "startIndex": {"type": "integer"},
            "itemsPerPage": {"type": "integer"},
            "Resources": {"type": "array", "items": narrowable(schema)},
        },
    }
