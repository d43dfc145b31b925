"""The quick way into an index without children: of each list that comes first, what it brought stays in memory.

Nothing can be near its rows but the rows before them, so the index is not asked: each batch goes on with the register
of the one before. Somebody else may come between: everybody who changes what is matched by holds the index and is
counted (`ChildRepository.hold`), so the next batch knows, forgets what is in memory, and the list goes on as every
other does. So it does after a kill, and from a number of rows on, since memory is finite.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from chassis.ids import new_id
from child_index.application.import_batches import Batch
from child_index.application.import_ports import Import
from child_index.application.ports import IndexUnitOfWork
from child_index.domain.days import uk_date
from child_index.domain.placement import Knowledge, Placement, Submission, Surroundings
from child_index.domain.register import Register

_CHUNKS = 4
"""So many are taken at once: a transaction of two seconds or three, as an ordinary batch against a large index."""


@dataclass
class Held:
    """A register of all children there are. `turn`: when it was last written; `rows`: how many it took."""

    register: Register
    turn: int
    rows: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    """Of the children whom the last batch brought."""

    async def place(self, submissions: Sequence[Submission]) -> tuple[Register, list[Placement]]:
        return self.register, await asyncio.to_thread(lambda: [self.register.place(each) for each in submissions])


class FirstLists:
    def __init__(self, most_rows: int) -> None:
        """`most_rows`: of one list; 0 where the database does not count who holds the index."""
        self._most_rows = most_rows
        self._held: dict[str, Held] = {}
        self._not_first: set[str] = set()
        """Imports that were begun like any other, or are gone on with so."""

    def chunks(self, job: Import, knowledge: Knowledge) -> int:
        """How many chunks of the import to take in one transaction."""
        if job.import_id in self._held:
            return _CHUNKS
        may_be_first = self._most_rows and not (knowledge.population or job.check or job.import_id in self._not_first)
        return _CHUNKS if may_be_first else 1

    async def held(self, uow: IndexUnitOfWork, job: Import, batch: Batch, knowledge: Knowledge) -> Held | None:
        """Holds the index for this batch of a first list; None where it is none, or no more.

        Until `keep` is told that the batch is written, what is in memory is forgotten."""
        held = self._held.pop(job.import_id, None)
        if job.check or not self._most_rows or (held is None and job.import_id in self._not_first):
            return None
        self._not_first.add(job.import_id)
        if held is None and knowledge.population:
            return None
        turn = await uow.children.hold()
        rows = len(batch.submissions) + (held.rows if held else 0)
        # Whom a block or a shield is for is matched with less (`Register`): there are none in an index being filled.
        if turn is None or rows > self._most_rows or await uow.shields.any() or await uow.blocks.any():
            return None
        today = uk_date(uow.now())
        if held is not None:
            if turn != held.turn + 1:
                return None
            held.register.go_on(knowledge, held.numbers, today)
            return Held(held.register, turn, rows)
        if await uow.children.population():
            return None
        nobody = Surroundings((), {}, {}, frozenset(), {}, frozenset())
        return Held(Register(knowledge, nobody, today=today, make_id=new_id), turn, rows)

    def keep(self, job: Import, held: Held) -> None:
        """The batch is written."""
        self._held[job.import_id] = held

    def drop(self, *, but: Collection[str]) -> None:
        """Forgets all imports but these."""
        self._held = {import_id: held for import_id, held in self._held.items() if import_id in but}
        self._not_first.intersection_update(but)
