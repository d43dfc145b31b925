"""What a provider finds out before it begins: RFC 7644, section 4."""

from typing import Any

from fastapi import APIRouter, Response
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    Context,
    ETag,
    Filter,
    Group,
    Patch,
    ResourceType,
    ServiceProviderConfig,
    Sort,
    User,
)

from chassis.errors import NotFound
from consent.api.scim.groups import KithGroup, TeamExtension
from consent.api.scim.protocol import LARGEST_PAGE, Reaching, ScimResponse, ScimRoute, documented, list_of, listed
from consent.api.scim.users import KithUser, PractitionerExtension
from contracts.routes import SCIM

router = APIRouter(route_class=ScimRoute, default_response_class=ScimResponse)

_CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=LARGEST_PAGE),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=False),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="OAuth bearer token",
            description="An access token of the issuer that this Kith trusts, for the identity that its policy names",
        )
    ],
)


def _shown(resource: Any, place: str) -> dict[str, Any]:
    found: dict[str, Any] = resource.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    kind = type(resource).__name__
    return {**found, "meta": {"resourceType": kind, "location": f"{SCIM}{place}"}}


_TYPES = {
    str(kind.name): _shown(kind, f"ResourceTypes/{kind.name}")
    for kind in (ResourceType.from_resource(KithUser), ResourceType.from_resource(KithGroup))
}
_SCHEMAS = {
    str(schema.id): _shown(schema, f"Schemas/{schema.id}")
    for schema in (model.to_schema() for model in (User, Group, PractitionerExtension, TeamExtension))
}
_ANY = {"type": "object", "required": ["schemas"]}


@router.get(f"{SCIM}ServiceProviderConfig", summary="What is supported (SCIM)", responses=documented(_ANY, errors=()))
async def service_provider_config(_: Reaching) -> Response:
    return ScimResponse(_shown(_CONFIG, "ServiceProviderConfig"))


@router.get(f"{SCIM}ResourceTypes", summary="Kinds of resource (SCIM)", responses=documented(list_of(_ANY), errors=()))
async def resource_types(_: Reaching) -> Response:
    return listed(list(_TYPES.values()), len(_TYPES))


@router.get(
    f"{SCIM}ResourceTypes/{{name}}", summary="A kind of resource (SCIM)", responses=documented(_ANY, errors=(404,))
)
async def resource_type(name: str, _: Reaching) -> Response:
    return ScimResponse(_known(_TYPES, name))


@router.get(f"{SCIM}Schemas", summary="Schemas of the resources (SCIM)", responses=documented(list_of(_ANY), errors=()))
async def schemas(_: Reaching) -> Response:
    return listed(list(_SCHEMAS.values()), len(_SCHEMAS))


@router.get(f"{SCIM}Schemas/{{urn}}", summary="A schema (SCIM)", responses=documented(_ANY, errors=(404,)))
async def schema(urn: str, _: Reaching) -> Response:
    return ScimResponse(_known(_SCHEMAS, urn))


def _known(found: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    try:
        return found[name]
    except KeyError:
        raise NotFound from None
