"""`/scim/v2/Groups`: teams."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, StringConstraints, ValidationError
from scim2_models import URN, Context, Extension, Group, GroupMember, Meta, PatchOp, Reference

from chassis.scim import MEDIA_TYPE
from consent.api.common import DirectoryId, Line, Reading, Writing
from consent.api.scim.protocol import (
    DEFAULT_PAGE,
    PATCH,
    POLICY,
    Attributes,
    Count,
    Excluded,
    Filter,
    IfMatch,
    Reaching,
    ScimResponse,
    ScimRoute,
    StartIndex,
    answered,
    body_of,
    check_version,
    documented,
    entry_id,
    in_words,
    list_of,
    listed,
    narrowed,
    sought,
    version,
    window,
    with_effects,
)
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


def said(group: Any) -> provisioning.Group:
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
    wanted = sought(KithGroup, filter)
    offset, limit = window(start_index, count)
    async with reading() as uow:
        found, total = await provisioning.find(uow, TEAM, reach, wanted, offset, limit)
    return listed([narrowed(shown(record), attributes, excluded) for record in found], total, offset)


@router.post(
    f"{SCIM}Groups",
    summary="Make a team (SCIM)",
    status_code=201,
    responses=documented(_SHAPE, status=201, errors=(400, 409)),
    openapi_extra=body_of(_SHAPE),
)
async def create_group(reach: Reaching, writing: Writing, request: Request) -> Response:
    group = KithGroup.model_validate_json(
        await request.body(), scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_policy=POLICY
    )
    async with writing() as uow:
        record = await provisioning.create_team(uow, reach, said(group))
        await uow.commit()
        return answered(shown(record), 201, uow.effects)


@router.get(f"{SCIM}Groups/{{group_id}}", summary="A team (SCIM)", responses=documented(_SHAPE, errors=(404,)))
async def get_group(
    group_id: str, reach: Reaching, reading: Reading, attributes: Attributes = None, excluded: Excluded = None
) -> Response:
    async with reading() as uow:
        found = shown(await provisioning.get(uow, TEAM, entry_id(group_id), reach))
    return ScimResponse(narrowed(found, attributes, excluded), headers={"ETag": found["meta"]["version"]})


@router.put(
    f"{SCIM}Groups/{{group_id}}",
    summary="Keep a team (SCIM)",
    responses=documented(_SHAPE, errors=(400, 404, 409, 412)),
    openapi_extra=body_of(_SHAPE),
)
async def put_group(
    group_id: str, reach: Reaching, writing: Writing, request: Request, if_match: IfMatch = None
) -> Response:
    group = KithGroup.model_validate_json(
        await request.body(), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_policy=POLICY
    )
    async with writing() as uow:
        before = await provisioning.get(uow, TEAM, entry_id(group_id), reach)
        check_version(if_match, before["version"])
        record = await provisioning.change_team(uow, reach, before, said(group))
        await uow.commit()
        return answered(shown(record), effects=uow.effects)


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
    patch = PatchOp[KithGroup].model_validate_json(
        await request.body(), scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=POLICY
    )
    async with writing() as uow:
        before = await provisioning.get(uow, TEAM, entry_id(group_id), reach)
        check_version(if_match, before["version"])
        group = KithGroup.model_validate(shown(before))
        patch.patch(group, scim_policy=POLICY)
        record = await provisioning.change_team(uow, reach, before, said(group))
        await uow.commit()
        return answered(shown(record), effects=uow.effects)


@router.delete(
    f"{SCIM}Groups/{{group_id}}",
    summary="A team is no more (SCIM)",
    description="Nobody is in it from the next request on; its entry stays, since services and blocks name it.",
    status_code=204,
    responses={404: {"content": {MEDIA_TYPE: {}}}, 412: {"content": {MEDIA_TYPE: {}}}},
)
async def delete_group(group_id: str, reach: Reaching, writing: Writing, if_match: IfMatch = None) -> Response:
    async with writing() as uow:
        if if_match is not None:
            check_version(if_match, (await provisioning.get(uow, TEAM, entry_id(group_id), reach))["version"])
        await provisioning.remove_team(uow, entry_id(group_id), reach)
        await uow.commit()
        return with_effects(Response(status_code=204), uow.effects)
