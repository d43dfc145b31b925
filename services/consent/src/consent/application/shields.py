"""Shields: categories that are hidden from everybody, for a child in hiding or an adopted one.

A shield holds from the next request. A child has one shield at a time: another takes its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from consent.application.ports import Record, UnitOfWork
from consent.application.whole_child import records_meant
from contracts.events.consent import ShieldLifted, ShieldPlaced
from contracts.vocabulary import Category

_MOST = 1000
"""Shields of one child, lifted ones too; nobody has so many."""


@dataclass(frozen=True, slots=True)
class PlaceShield:
    categories: Sequence[Category]
    reason: str


async def place_shield(uow: UnitOfWork, grant: Grant, command: PlaceShield) -> Record:
    records = await records_meant(uow, grant)
    before = await _in_force(uow, grant)
    record: Record = {
        "child_id": records[0],
        "categories": [category.value for category in Category if category in command.categories],
        "reason": command.reason,
        "placed_by": grant.viewer_id,
        "placed_at": uow.now(),
    }
    placed = [{**record, "shield_id": new_id(), "child_id": child_id} for child_id in records]
    for each in placed:
        await uow.shields.add(each)
        await uow.children.bump(each["child_id"])
        uow.emit(ShieldPlaced(shield_id=each["shield_id"], child_id=each["child_id"]))
    # After the new one: whoever hears of both, one after the other, never finds the child without.
    await _lift(uow, grant, before)
    return placed[0]


async def shield_of(uow: UnitOfWork, grant: Grant) -> Record:
    """The child's shield; of records that were shielded before they were merged, the latest. Raises `NotFound`."""
    found = await _in_force(uow, grant)
    if not found:
        raise NotFound
    every = {category for each in found for category in each["categories"]}
    return {**found[-1], "categories": [category.value for category in Category if category in every]}


async def lift_shield(uow: UnitOfWork, grant: Grant) -> None:
    """Raises `NotFound` where there is none."""
    await records_meant(uow, grant)
    if not await _lift(uow, grant, await _in_force(uow, grant)):
        raise NotFound


async def _in_force(uow: UnitOfWork, grant: Grant) -> list[Record]:
    return [each for each in await uow.shields.of_child(grant.records, None, _MOST) if each["lifted_at"] is None]


async def _lift(uow: UnitOfWork, grant: Grant, shields: Sequence[Record]) -> bool:
    """Whether any of them was in force."""
    lifted = False
    for each in shields:
        change = {"lifted_by": grant.viewer_id, "lifted_at": uow.now()}
        if await uow.shields.change(each["shield_id"], change, while_unset=["lifted_at"]):
            lifted = True
            await uow.children.bump(each["child_id"])
            uow.emit(ShieldLifted(shield_id=each["shield_id"], child_id=each["child_id"]))
    return lifted
