"""Blocks of a child: routes for practitioners, and how a block is shown."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from consent.api.common import EVERYTHING, DirectoryId, Reading, RequestModel, Told, Writing
from consent.application.blocks import PlaceBlock, lift_block, place_block
from consent.application.ports import Record, UnitOfWork
from contracts import headers
from contracts.vocabulary import Category, PartyType

router = APIRouter(responses=problems(404))


class PartyBody(RequestModel):
    type: PartyType
    id: DirectoryId


class BlockBody(RequestModel):
    viewer: PartyBody
    categories: Annotated[list[Category | Literal["all"]], Field(min_length=1)]
    valid_until: AwareDatetime | None = None

    def command(self) -> PlaceBlock:
        every = "all" in self.categories
        return PlaceBlock(
            viewer_type=self.viewer.type,
            viewer_id=self.viewer.id,
            categories=None if every else [Category(category) for category in self.categories],
            valid_until=self.valid_until,
        )


class Block(BaseModel):
    block_id: Annotated[str, Told]
    viewer: Annotated[dict[str, str], Told]
    categories: Annotated[list[str], Told]
    valid_until: Annotated[datetime | None, Told] = None
    placed_by: Annotated[str, Told]
    placed_at: Annotated[datetime, Told]
    lifted_at: Annotated[datetime | None, Told] = None


class Blocks(BaseModel):
    items: Annotated[list[Block], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


def shown_block(record: Record) -> dict[str, Any]:
    viewer = {"type": record["viewer_type"], "id": record["viewer_id"]}
    categories = record["categories"] if record["categories"] is not None else ["all"]
    return disclose(Block.model_validate({**record, "viewer": viewer, "categories": categories}), EVERYTHING)


async def blocks_page(reading: Callable[[], UnitOfWork], grant: Grant, limit: int, cursor: str | None) -> JSONResponse:
    after = decode_cursor(cursor)
    async with reading() as uow:
        found = await uow.blocks.of_child(grant.records, after[0] if after else None, limit + 1)
    return JSONResponse(page(found, limit, shown_block, lambda record: encode_cursor(record["block_id"])))


async def placed_block(writing: Callable[[], UnitOfWork], grant: Grant, idem: Any, body: BlockBody) -> JSONResponse:
    async with writing() as uow:

        async def work() -> Answer:
            return Answer(201, shown_block(await place_block(uow, grant, body.command())))

        return answer(await once(uow, idem(grant), work), uow.effects)  # type: ignore[arg-type]


async def lifted_block(writing: Callable[[], UnitOfWork], grant: Grant, block_id: str) -> Response:
    async with writing() as uow:
        await lift_block(uow, grant, block_id)
        await uow.commit()
        return Response(status_code=204, headers={headers.EFFECTS: ",".join(uow.effects)})


@router.post(
    "/v1/children/{child_id}/blocks",
    status_code=201,
    summary="Place a block for a young person",
    description="The blocked are never told. Lead professional or social worker.",
    response_model=Block,
)
async def post_block(
    child_id: str,
    body: BlockBody,
    grant: Annotated[Grant, Depends(Granted("block.place"))],
    idem: IdempotencyOf,
    writing: Writing,
) -> JSONResponse:
    return await placed_block(writing, grant, idem, body)


@router.get("/v1/children/{child_id}/blocks", summary="Blocks of a child, oldest first", response_model=Blocks)
async def list_blocks(
    child_id: str,
    grant: Annotated[Grant, Depends(Granted("block.read"))],
    reading: Reading,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> JSONResponse:
    return await blocks_page(reading, grant, limit, cursor)


@router.delete("/v1/blocks/{block_id}", status_code=204, summary="Lift a block", response_class=Response)
async def delete_block(
    block_id: str, grant: Annotated[Grant, Depends(Granted("block.lift"))], writing: Writing
) -> Response:
    return await lifted_block(writing, grant, block_id)
