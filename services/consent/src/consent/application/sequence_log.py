"""The sequencer: gives each new log entry its place in the Merkle tree and signs the tree's head."""

import asyncio
from dataclasses import dataclass

import structlog

from consent.application.ports import UnitOfWorkFactory
from consent.domain.log_heads import LogSigner
from consent.domain.merkle import Frontier, Node, root_nodes

log = structlog.get_logger("kith.log")

BATCH = 2000
INTERVAL_SECONDS = 0.25
"""Well inside the second in which every look must stand under a signed head."""


@dataclass
class Sequencer:
    """Entries become leaves in the order of their ids; each batch, its tree nodes and its head commit together."""

    unit_of_work: UnitOfWorkFactory
    signer: LogSigner
    interval: float = INTERVAL_SECONDS

    async def run(self) -> None:
        """Sequences for ever. A fault is logged and tried again; nothing is passed over."""
        while True:
            try:
                while await self.sequence_once() == BATCH:
                    pass
                await asyncio.sleep(self.interval)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("log.sequencing_failed", error_type=type(error).__qualname__)
                await asyncio.sleep(self.interval * 4)

    async def sequence_once(self) -> int:
        """Sequences up to one batch; returns how many entries it took."""
        async with self.unit_of_work() as uow:
            await uow.log.lock_sequence()
            head = await uow.log.latest_head()
            waiting = await uow.log.unsequenced(BATCH)
            if not waiting and head is not None:
                return 0
            size = head.tree_size if head is not None else 0
            frontier = Frontier.load(size, await uow.log.nodes(root_nodes(size)))
            nodes: list[Node] = []
            for _, leaf in waiting:
                nodes.extend(frontier.append(bytes.fromhex(leaf)))
            if waiting:
                await uow.log.sequence([entry_id for entry_id, _ in waiting], size, nodes)
            timestamp = uow.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
            await uow.log.add_head(self.signer.sign(frontier.size, frontier.root().hex(), timestamp))
            await uow.commit()
        return len(waiting)
