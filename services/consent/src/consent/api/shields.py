"""The shield of a child: what is hidden from everybody."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from consent.api.common import EVERYTHING, Note, Reading, RequestModel, Told, Writing
from consent.application.ports import Record
from consent.application.shields import PlaceShield, lift_shield, place_shield, shield_of
from contracts import headers
from contracts.vocabulary import Category

router = APIRouter(prefix="/v1/children/{child_id}/shield", responses=problems(404))


class ShieldBody(RequestModel):
    categories: Annotated[list[Category], Field(min_length=1, max_length=len(Category))]
    reason: Note


class Shield(BaseModel):
    shield_id: Annotated[str, Told]
    categories: Annotated[list[Category], Told]
    reason: Annotated[str, Told]
    placed_by: Annotated[str, Told]
    placed_at: Annotated[datetime, Told]


def _shown(record: Record) -> dict[str, Any]:
    return disclose(Shield.model_validate(record), EVERYTHING)


@router.put(
    "",
    summary="Shield a child's record",
    description="Hides the categories from everybody, from the next request on; an override opens them. It takes the "
    "place of the shield before. With `whereabouts` goes all that tells where the child is: school, local services "
    "and who works there, phone numbers, siblings; and nobody finds the child by a postcode.",
    response_model=Shield,
)
async def put_shield(
    child_id: str, body: ShieldBody, grant: Annotated[Grant, Depends(Granted("shield.place"))], writing: Writing
) -> JSONResponse:
    async with writing() as uow:
        record = await place_shield(uow, grant, PlaceShield(body.categories, body.reason))
        await uow.commit()
    return answer(Answer(200, _shown(record)), uow.effects)


@router.get("", summary="The shield of a child's record", response_model=Shield)
async def get_shield(
    child_id: str, grant: Annotated[Grant, Depends(Granted("shield.read"))], reading: Reading
) -> JSONResponse:
    async with reading() as uow:
        return JSONResponse(_shown(await shield_of(uow, grant)))


@router.delete("", status_code=204, summary="Lift the shield of a child's record", response_class=Response)
async def delete_shield(
    child_id: str, grant: Annotated[Grant, Depends(Granted("shield.lift"))], writing: Writing
) -> Response:
    async with writing() as uow:
        await lift_shield(uow, grant)
        await uow.commit()
    return Response(status_code=204, headers={headers.EFFECTS: ",".join(uow.effects)})
