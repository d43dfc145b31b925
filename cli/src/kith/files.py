"""Files that commands write: whole or not at all."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written_whole(path: Path | None) -> Iterator[BinaryIO]:
    """A file to write that becomes `path` only when all went well; without a path it is forgotten.

    Only its owner may read it: what commands fetch is about children.
    """
    if path is None:
        yield io.BytesIO()
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
