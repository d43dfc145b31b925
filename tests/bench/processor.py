"""What a database's processes took of the processor, as Linux counts it."""

import os
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _OF_ENDED_CHILDREN = 1, 11, 15  # places behind the name in /proc/<pid>/stat, proc(5)


def server_of(backend: int) -> int:
    """The process that began this one: of a connection's (`pg_backend_pid()`) the server."""
    return int(_fields(backend)[_PARENT])


def seconds_of(server: int) -> float:
    """Of the server and of all that it began, ended ones too."""
    ticks = sum(map(int, _fields(server)[_USER:_OF_ENDED_CHILDREN]))
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                fields = _fields(int(each.name))
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
            if int(fields[_PARENT]) == server:
                ticks += int(fields[_USER]) + int(fields[_USER + 1])
    return ticks / _TICKS


def _fields(process: int) -> list[str]:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
