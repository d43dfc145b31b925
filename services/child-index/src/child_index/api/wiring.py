"""What the routes work with, made in `main.py`."""

from collections.abc import Callable
from dataclasses import dataclass

from child_index.application.knowledge import KnowledgeSource
from child_index.application.ports import Units


@dataclass(frozen=True, slots=True)
class Parts:
    """`units` may write, `reading` may not; `import_received` wakes the worker of this process."""

    units: Units
    reading: Units
    knowledge: KnowledgeSource
    import_received: Callable[[], None]
    import_batch_rows: int
