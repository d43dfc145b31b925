"""Blocks: a viewer whom the young person, or somebody for them, keeps from the record. Holds from the next request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.errors import FieldError, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from consent.application.ports import Record, UnitOfWork
from consent.application.whole_child import records_meant
from contracts.events.consent import BlockLifted, BlockPlaced
from contracts.vocabulary import Category, PartyType


@dataclass(frozen=True, slots=True)
class PlaceBlock:
    """`categories` None: all. `valid_until` None: for good."""

    viewer_type: PartyType
    viewer_id: str
    categories: Sequence[Category] | None
    valid_until: datetime | None


async def place_block(uow: UnitOfWork, grant: Grant, command: PlaceBlock) -> Record:
    """Raises `Invalid` for a viewer whom the directory does not have, or an end that has passed."""
    if command.valid_until is not None and command.valid_until <= uow.now():
        raise Invalid([FieldError("/valid_until", "has passed")])
    if await uow.directory.get(command.viewer_type.value, command.viewer_id) is None:
        raise Invalid([FieldError("/viewer/id", "is not in the directory")])
    first, *others = await records_meant(uow, grant)
    record: Record = {
        "block_id": new_id(),
        "child_id": first,
        "viewer_type": command.viewer_type.value,
        "viewer_id": command.viewer_id,
        "categories": None if command.categories is None else sorted(set(command.categories)),
        "valid_until": command.valid_until,
        "placed_by": grant.viewer_id,
        "placed_at": uow.now(),
    }
    for placed in (record, *({**record, "block_id": new_id(), "child_id": other} for other in others)):
        await uow.blocks.add(placed)
        await uow.children.bump(placed["child_id"])
        tell_of_block(uow, placed)
    return {**record, "lifted_at": None}


def tell_of_block(uow: UnitOfWork, placed: Record) -> None:
    uow.emit(
        BlockPlaced(
            block_id=placed["block_id"],
            child_id=placed["child_id"],
            viewer_type=placed["viewer_type"],
            viewer_key=uow.likeness.party(placed["viewer_type"], placed["viewer_id"]),
            categories=placed["categories"],
            valid_until=placed["valid_until"],
        )
    )


async def lift_block(uow: UnitOfWork, grant: Grant, block_id: str) -> None:
    """Raises `NotFound` for a block of another child, or one that was lifted before."""
    record = await uow.blocks.get(block_id)
    if record is None or record["child_id"] not in grant.records or record["lifted_at"] is not None:
        raise NotFound
    change = {"lifted_by": grant.viewer_id, "lifted_at": uow.now()}
    if not await uow.blocks.change(block_id, change, while_unset=["lifted_at"]):
        raise NotFound
    await uow.children.bump(record["child_id"])
    uow.emit(BlockLifted(block_id=block_id, child_id=record["child_id"]))
