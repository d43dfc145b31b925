"""The sequencer: gives each new log entry its place in the Merkle tree and signs the tree's head."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from consent.application.ports import UnitOfWork, UnitOfWorkFactory
from consent.domain.log_heads import LogSigner, TreeHead
from consent.domain.merkle import Frontier, Node, root_nodes
from contracts.events.consent import TreeHeadSigned

log = structlog.get_logger("kith.log")

BATCH = 2000
INTERVAL_SECONDS = 0.25
"""Well inside the second in which every look must stand under a signed head."""
PUBLISH_EVERY = timedelta(seconds=1)
"""Heads are signed more often than other agencies need to hold one."""


@dataclass
class Sequencer:
    """Entries become leaves in the order of their ids; each batch, its tree nodes and its head commit together."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    signer: LogSigner
    interval: float = INTERVAL_SECONDS
    _key_kept: bool = field(default=False, init=False)

    async def run(self) -> None:
        """Sequences for ever. A fault is logged and tried again; nothing is passed over."""
        while True:
            try:
                while await self._is_needed() and await self.sequence_once() == BATCH:
                    pass
                await asyncio.sleep(self.interval)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("log.sequencing_failed", error_type=type(error).__qualname__)
                await asyncio.sleep(self.interval * 4)

    async def _is_needed(self) -> bool:
        """Whether there is anything to number or to hand out: asked without the writer's turn, four times a second."""
        if not self._key_kept:
            return True
        async with self.reading() as uow:
            if await uow.log.waits():
                return True
            head, last = await uow.log.latest_head(), await uow.log.last_publication()
        return head is None or last is None or last[0] != head.tree_size

    async def sequence_once(self) -> int:
        """Sequences up to one batch; returns how many entries it took."""
        async with self.unit_of_work() as uow:
            await uow.log.lock_sequence()
            head = await uow.log.latest_head()
            waiting = await uow.log.take_waiting(BATCH)
            if not self._key_kept:
                await uow.log.keep_key(self.signer.key_id, self.signer.public_jwk, uow.now())
            if waiting or head is None:
                head = await self._grow(uow, head, waiting)
            await self._publish(uow, head)
            await uow.commit()
            self._key_kept = True
        return len(waiting)

    async def _grow(self, uow: UnitOfWork, head: TreeHead | None, waiting: list[tuple[str, str]]) -> TreeHead:
        """Gives the waiting entries their places, and signs the head over all."""
        size = head.tree_size if head is not None else 0
        frontier = Frontier.load(size, await uow.log.nodes(root_nodes(size)))
        nodes: list[Node] = []
        for _, leaf in waiting:
            nodes.extend(frontier.append(bytes.fromhex(leaf)))
        if waiting:
            await uow.log.sequence([entry_id for entry_id, _ in waiting], size, nodes)
        timestamp = uow.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        grown = self.signer.sign(frontier.size, frontier.root().hex(), timestamp)
        await uow.log.add_head(grown)
        return grown

    async def _publish(self, uow: UnitOfWork, head: TreeHead) -> None:
        """Hands the head to other agencies, unless it was already or another was within the second.

        A head that is passed over is no loss: the next one that is published speaks for its entries too, and the
        last of a busy time follows when its second is over.
        """
        last = await uow.log.last_publication()
        # The difference either way: a clock that was set back must not silence the log.
        if last is not None and (last[0] == head.tree_size or abs(uow.now() - last[1]) < PUBLISH_EVERY):
            return
        uow.emit(TreeHeadSigned(**head.as_dict()))
        await uow.log.mark_published(head, uow.now())
