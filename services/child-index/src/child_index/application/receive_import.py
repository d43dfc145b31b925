"""Receiving a list of children: it is kept whole before it is acknowledged, so no later crash can lose it."""

import asyncio
import hashlib
from collections.abc import Callable
from itertools import islice
from typing import BinaryIO

from chassis.errors import FieldError, Invalid
from chassis.grants import Grant
from chassis.idempotency import Answer, Idempotency, once
from chassis.ids import new_id
from child_index.application.import_ports import ImportOrder
from child_index.application.ports import IndexUnitOfWork, Units
from child_index.domain.roll_files import Roll, UnreadableFile, read_roll
from child_index.domain.roll_forms import Mapping
from child_index.domain.roll_rows import packed
from contracts.vocabulary import Role

_PACKS_A_TRANSACTION = 8


async def receive_import(
    units: Units,
    file: BinaryIO,
    order: ImportOrder,
    grant: Grant,
    most_rows: int,
    idempotency: Callable[[str], Idempotency],
) -> Answer:
    """Keeps the rows of the file in packs of at most `most_rows`, for a worker to take.

    `idempotency` makes the key's record from the file's hash. Raises Invalid (422) for a service that the caller may
    not import for, and for a file that cannot be read.
    """
    async with units() as uow:
        if not await may_import_for(uow, order.service_id, grant):
            raise Invalid.field("/service_id", "is not a service that you may import for")
        mapping = await uow.mappings.get(order.service_id) or Mapping()
    import_id = new_id()
    digest = await asyncio.to_thread(_digest, file)
    try:
        roll = await asyncio.to_thread(read_roll, file, mapping)
        total = await _keep(units, import_id, order, roll, mapping.date_order, most_rows, grant)
        async with units() as uow:

            async def queue() -> Answer:
                await uow.imports.queue(import_id, total)
                return Answer(202, {"import_id": import_id})

            answer = await once(uow, idempotency(digest), queue)
    except UnreadableFile as error:
        await _discard(units, import_id)
        raise Invalid([FieldError("/file", reason) for reason in error.reasons]) from error
    except Invalid:
        await _discard(units, import_id)
        raise
    if answer.body["import_id"] != import_id:
        await _discard(units, import_id)
    return answer


async def may_import_for(uow: IndexUnitOfWork, service_id: str, grant: Grant) -> bool:
    """A system imports for its own agency; an index officer for any."""
    service = await uow.directory.service(service_id)
    return service is not None and (grant.role is not Role.SYSTEM or service.agency_id == grant.agency_id)


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(1 << 20):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


async def _keep(
    units: Units, import_id: str, order: ImportOrder, roll: Roll, date_order: str, most_rows: int, grant: Grant
) -> int:
    """Writes the rows in packs, a few in each transaction so that a large file holds nobody up. Returns the number of
    rows."""
    packs = packed(roll.rows, most_rows)
    total = number = 0
    while True:
        # Reading is work for the processor, and must not hold up other requests.
        some = await asyncio.to_thread(lambda: list(islice(packs, _PACKS_A_TRANSACTION)))
        if not some:
            return total
        async with units() as uow:
            if number == 0:
                await uow.imports.begin(import_id, order, roll.headings, date_order, grant.agency_id, grant.viewer_id)
            for rows, count in some:
                await uow.imports.add_chunk(import_id, number, rows)
                number += 1
                total += count
            await uow.commit()


async def _discard(units: Units, import_id: str) -> None:
    async with units() as uow:
        await uow.imports.discard(import_id)
        await uow.commit()
