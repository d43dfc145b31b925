"""When to look for garbage: objects that hold one another, which Python finds only by going through all there are."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_for_later() -> Iterator[None]:
    """Looks for none meanwhile: for work of a second that makes very many objects, of which hardly any holds another
    that holds it. To look through them again and again would be a twentieth of an import."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
