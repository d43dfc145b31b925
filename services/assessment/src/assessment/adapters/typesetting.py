"""Documents are set by Typst, each in a process of its own: only so many at once, each only so long."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import structlog

from chassis.errors import Unavailable

log = structlog.get_logger("kith.documents")

_PROCESS = "assessment.adapters.typst_process"
_LONGEST_QUEUE = 8
"""Who may wait for each that is being made."""
_WAIT_SECONDS = 5.0
_RETRY_AFTER = 5


class ProcessTypesetter:
    """`at_once`: how many processes there are at the most. `seconds`: after which one is ended."""

    def __init__(self, at_once: int, seconds: float, command: tuple[str, ...] = (sys.executable, "-I", "-m", _PROCESS)):
        self._slots = asyncio.Semaphore(at_once)
        self._most = at_once * (1 + _LONGEST_QUEUE)
        self._asked = 0
        self._seconds = seconds
        self._command = command

    async def pdf(self, sheet: Mapping[str, Any], at: datetime) -> bytes:
        asked = json.dumps({"sheet": sheet, "at": int(at.timestamp())}).encode()
        async with self._slot():
            return await self._made(asked)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        if self._asked >= self._most:
            raise _busy()
        self._asked += 1
        try:
            try:
                async with asyncio.timeout(_WAIT_SECONDS):
                    await self._slots.acquire()
            except TimeoutError:
                raise _busy() from None
            try:
                yield
            finally:
                self._slots.release()
        finally:
            self._asked -= 1

    async def _made(self, asked: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # it may hold what somebody wrote
            env={},  # no secret of ours is its business
        )
        try:
            async with asyncio.timeout(self._seconds):
                found, _ = await process.communicate(asked)
        except TimeoutError:
            log.warning("document.too_slow", seconds=self._seconds)
            raise _busy() from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0 or not found.startswith(b"%PDF-"):
            log.error("document.failed", returncode=process.returncode)
            raise Unavailable("The document could not be made")
        return found


def _busy() -> Unavailable:
    return Unavailable("Too many documents are being made; ask again", retry_after=_RETRY_AFTER)
