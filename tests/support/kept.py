"""What tests take turns with, one for each kind of database: starting a service takes longer than most tests do."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Kept(Generic[_T]):
    """Each is started when it is first asked for, and runs until the end."""

    def __init__(self, start: Callable[[str], AbstractAsyncContextManager[_T]], stack: AsyncExitStack) -> None:
        self._start = start
        self._stack = stack
        self._running: dict[str, _T] = {}

    async def of(self, kind: str) -> _T:
        if kind not in self._running:
            self._running[kind] = await self._stack.enter_async_context(self._start(kind))
        return self._running[kind]


@asynccontextmanager
async def kept(start: Callable[[str], AbstractAsyncContextManager[_T]]) -> AsyncIterator[Kept[_T]]:
    async with AsyncExitStack() as stack:
        yield Kept(start, stack)
