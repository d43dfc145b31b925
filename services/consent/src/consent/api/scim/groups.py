"""`/scim/v2/Groups`: teams."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, StringConstraints, ValidationError
from scim2_models import URN, Context, Extension, Group, GroupMember, Meta, Reference

from chassis.scim import MEDIA_TYPE
from consent.api.common import DirectoryId, Line, Reading, Writing
from consent.api.scim.protocol import (
    DEFAULT_PAGE,
    PATCH,
    Attributes,
    Count,
    Excluded,
    Filter,
    IfMatch,
    Reaching,
    ScimResponse,
    ScimRoute,
    StartIndex,
    body_of,
    documented,
    in_words,
    list_of,
    narrowable,
    version,
)
from consent.api.scim.resources import Resources
from consent.application import provisioning
from consent.application.ports import Record
from consent.application.provisioning import TEAM
from contracts.routes import SCIM

router = APIRouter(route_class=ScimRoute, default_response_class=ScimResponse)

EXTENSION = "urn:kith:params:scim:schemas:extension:team:1.0:Group"
MOST_MEMBERS = 2000


class TeamExtension(Extension):
    """What Kith needs to know of a team beyond RFC 7643."""

    __schema__ = URN(EXTENSION)

    agency_id: str | None = None
    """The agency whose team it is. May be left out by a provider that speaks for one agency; never changes."""


KithGroup = Group[TeamExtension]  # type: ignore[type-arg]


class _Kept(BaseModel):
    name: Line
    external_id: Annotated[Line, StringConstraints(max_length=255)] | None
    agency_id: DirectoryId | None
    members: Annotated[list[DirectoryId], Field(max_length=MOST_MEMBERS)]


def shown(record: Record) -> dict[str, Any]:
    """A team as SCIM has it."""
    group = KithGroup(
        id=record["team_id"],
        external_id=record["external_id"],
        display_name=record["name"],
        members=[
            GroupMember(
                value=member["practitioner_id"],
                display=member["name"],
                type="User",
                ref=Reference(f"{SCIM}Users/{member['practitioner_id']}"),
            )
            for member in record["members"]
        ],
        meta=Meta(
            resource_type="Group", location=f"{SCIM}Groups/{record['team_id']}", version=version(record["version"])
        ),
    )
    group[TeamExtension] = TeamExtension(agency_id=record["agency_id"])
    return group.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


def said(group: Any, _: Record | None) -> provisioning.Group:
    """What a resource says of a team. Raises `Invalid`."""
    extension = group[TeamExtension] or TeamExtension()
    try:
        kept = _Kept(
            name=group.display_name,
            external_id=group.external_id,
            agency_id=extension.agency_id,
            members=[member.value for member in group.members or ()],
        )
    except ValidationError as error:
        raise in_words(error) from error
    return provisioning.Group(kept.name, kept.external_id, kept.agency_id, tuple(kept.members))


_TEXT = {"type": "string"}
_SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["schemas", "displayName"],
    "properties": {
        "schemas": {
            "type": "array",
            "items": {"enum": ["urn:ietf:params:scim:schemas:core:2.0:Group", EXTENSION]},
            "minItems": 1,
        },
        "displayName": {"type": "string", "minLength": 1},
        "externalId": _TEXT,
        "members": {
            "type": "array",
            "items": {"type": "object", "required": ["value"], "properties": {"value": _TEXT}},
        },
        EXTENSION: {"type": "object", "properties": {"agencyId": _TEXT}},
    },
}
_NARROWED = narrowable(_SHAPE)


_TEAMS = Resources(
    TEAM,
    KithGroup,
    shown,
    shown,
    said,
    provisioning.create_team,
    provisioning.change_team,
    provisioning.remove_team,
)


@router.get(f"{SCIM}Groups", summary="Teams (SCIM)", responses=documented(list_of(_SHAPE), errors=(400,)))
async def list_groups(
    reach: Reaching,
    reading: Reading,
    filter: Filter = None,  # noqa: A002 - RFC 7644's word
    start_index: StartIndex = 1,
    count: Count = DEFAULT_PAGE,
    attributes: Attributes = None,
    excluded: Excluded = None,
) -> Response:
    return await _TEAMS.list(reach, reading, filter, start_index, count, attributes, excluded)


@router.post(
    f"{SCIM}Groups",
    summary="Make a team (SCIM)",
    status_code=201,
    responses=documented(_SHAPE, status=201, errors=(400, 409)),
    openapi_extra=body_of(_SHAPE),
)
async def create_group(reach: Reaching, writing: Writing, request: Request) -> Response:
    return await _TEAMS.create(reach, writing, request)


@router.get(
    f"{SCIM}Groups/{{group_id}}", summary="A team (SCIM)", responses=documented(narrowable(_SHAPE), errors=(404,))
)
async def get_group(
    group_id: str, reach: Reaching, reading: Reading, attributes: Attributes = None, excluded: Excluded = None
) -> Response:
    return await _TEAMS.get(group_id, reach, reading, attributes, excluded)


@router.put(
    f"{SCIM}Groups/{{group_id}}",
    summary="Keep a team (SCIM)",
    responses=documented(_SHAPE, errors=(400, 404, 409, 412)),
    openapi_extra=body_of(_SHAPE),
)
async def put_group(
    group_id: str, reach: Reaching, writing: Writing, request: Request, if_match: IfMatch = None
) -> Response:
    return await _TEAMS.replace(group_id, reach, writing, request, if_match)


@router.patch(
    f"{SCIM}Groups/{{group_id}}",
    summary="Change a team (SCIM)",
    description="Members who are put in or taken out have the team's relationships, or no longer, from their next "
    "request.",
    responses=documented(_SHAPE, errors=(400, 404, 409, 412)),
    openapi_extra=body_of(PATCH),
)
async def patch_group(
    group_id: str, reach: Reaching, writing: Writing, request: Request, if_match: IfMatch = None
) -> Response:
    return await _TEAMS.patch(group_id, reach, writing, request, if_match)


@router.delete(
    f"{SCIM}Groups/{{group_id}}",
    summary="A team is no more (SCIM)",
    description="Nobody is in it from the next request on; its entry stays, since services and blocks name it.",
    status_code=204,
    responses={404: {"content": {MEDIA_TYPE: {}}}, 412: {"content": {MEDIA_TYPE: {}}}},
)
async def delete_group(group_id: str, reach: Reaching, writing: Writing, if_match: IfMatch = None) -> Response:
    return await _TEAMS.remove(group_id, reach, writing, if_match)
