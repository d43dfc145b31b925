"""What somebody wants to hear of, and who covers for whom while they are away."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from notifications.application.cover import NameColleague, covers_of, end_cover, name_colleague
from notifications.application.inbox_ports import Cover
from notifications.application.ports import UnitOfWorkFactory
from notifications.application.preferences import Preference, choose, preferences_of
from notifications.domain.happenings import Audience, NotificationType
from notifications.domain.plain_words import COVER, MY_PREFERENCES, PREFERENCES

_Covering = Annotated[Grant, Depends(Granted("notification.cover"))]


class AtFirst(BaseModel):
    """`hears`: as what you are told. `inbox`: whether you are while you have chosen nothing."""

    hears: Annotated[Audience, STRUCTURE]
    inbox: Annotated[bool, STRUCTURE]
    why: Annotated[str, STRUCTURE]


class TypePreference(BaseModel):
    type: Annotated[NotificationType, STRUCTURE]
    stoppable: Annotated[bool, STRUCTURE, Field(description="Whether you may choose at all.")]
    inbox: Annotated[bool | None, STRUCTURE, Field(description="What you chose; not there where you have not.")] = None
    at_first: Annotated[list[AtFirst], STRUCTURE]

    @classmethod
    def of(cls, found: Preference) -> "TypePreference":
        return cls(
            type=found.type,
            stoppable=found.stoppable,
            inbox=found.inbox if found.stoppable else None,
            at_first=[AtFirst(hears=rule.hears, inbox=rule.at_first, why=rule.why) for rule in found.rules],
        )


class Preferences(BaseModel):
    types: Annotated[list[TypePreference], STRUCTURE]


class Choice(BaseModel):
    model_config = ConfigDict(extra="forbid")
    inbox: Annotated[bool, Field(strict=True)]


class Choices(BaseModel):
    """In place of all that you chose before. A type that is not named is as it is at first."""

    model_config = ConfigDict(extra="forbid")
    types: dict[NotificationType, Choice] = {}


class CoverBody(BaseModel):
    """`starts_at` is now where it is left out. It ends by itself."""

    model_config = ConfigDict(extra="forbid")
    colleague_id: Annotated[str, Field(min_length=1, max_length=64)]
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime


class CoverShown(BaseModel):
    """From `starts_at` until `ends_at` the colleague finds in their own inbox what comes to the practitioner."""

    cover_id: Annotated[str, STRUCTURE]
    practitioner_id: Annotated[str, STRUCTURE]
    colleague_id: Annotated[str, STRUCTURE]
    starts_at: Annotated[AwareDatetime, STRUCTURE]
    ends_at: Annotated[AwareDatetime, STRUCTURE]


class Covers(BaseModel):
    items: Annotated[list[CoverShown], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE] = None


def preference_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(tags=["notifications"])
    for path, action, whose in (
        (PREFERENCES, "notification.prefer", "my notifications"),
        (MY_PREFERENCES, "me.notification-prefer", "what I hear of my own record"),
    ):
        _add(router, reading, writing, path, action, whose)
    return router


def _add(
    router: APIRouter, reading: UnitOfWorkFactory, writing: UnitOfWorkFactory, path: str, action: str, whose: str
) -> None:
    @router.get(path, summary=f"What I chose about {whose}.", response_model=Preferences, responses=problems())
    async def read(grant: Annotated[Grant, Depends(Granted(action))]) -> JSONResponse:
        async with reading() as uow:
            return answer(Answer(200, _shown(await preferences_of(uow, grant))))

    @router.put(
        path,
        summary=f"Choose about {whose}, by type.",
        description="What goes with a responsibility cannot be turned off.",
        response_model=Preferences,
        responses=problems(),
    )
    async def write(grant: Annotated[Grant, Depends(Granted(action))], body: Choices) -> JSONResponse:
        async with writing() as uow:
            chosen = {type_: choice.inbox for type_, choice in body.types.items()}
            found = await choose(uow, grant, chosen)
            await uow.commit()
        return answer(Answer(200, _shown(found)))


def cover_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory) -> APIRouter:
    router = APIRouter(tags=["notifications"])

    @router.get(COVER, summary="Who covers for me, and for whom I cover.", response_model=Covers, responses=problems())
    async def read(grant: _Covering) -> JSONResponse:
        async with reading() as uow:
            items = [_cover(each) for each in await covers_of(uow, grant)]
        return answer(Answer(200, {"items": items, "next_cursor": None}))

    @router.post(
        COVER,
        status_code=201,
        summary="Name a colleague who covers for me while I am away.",
        description="A colleague of one of your teams or your agency. They find in their own inbox what comes to you "
        "meanwhile, as far as they may know of it themselves.",
        response_model=CoverShown,
        responses=problems(409),
    )
    async def name(grant: _Covering, body: CoverBody, idem: IdempotencyOf) -> JSONResponse:
        async with writing() as uow:

            async def work() -> Answer:
                command = NameColleague(body.colleague_id, body.starts_at, body.ends_at)
                return Answer(201, _cover(await name_colleague(uow, grant, command)))

            return answer(await once(uow, idem(grant), work))

    @router.delete(
        f"{COVER}/{{cover_id}}",
        status_code=204,
        summary="End a cover, on either side.",
        response_class=Response,
        responses=problems(404),
    )
    async def end(grant: _Covering, cover_id: str) -> Response:
        async with writing() as uow:
            await end_cover(uow, grant, cover_id)
            await uow.commit()
        return Response(status_code=204)

    return router


def _shown(found: list[Preference]) -> dict[str, Any]:
    return disclose(Preferences(types=[TypePreference.of(each) for each in found]), ())


def _cover(cover: Cover) -> dict[str, Any]:
    return disclose(
        CoverShown(
            cover_id=cover.cover_id,
            practitioner_id=cover.practitioner_id,
            colleague_id=cover.colleague_id,
            starts_at=cover.starts_at,
            ends_at=cover.ends_at,
        ),
        (),
    )
