"""How long tests wait for what will come, and the one wait that several suites share."""

import time
from collections.abc import Sequence
from typing import Final

import httpx

from contracts import headers

PATIENCE: Final = 40.0
"""Seconds until a test gives up. A machine that is shared may give a process nothing for ten."""

SETTLE_SECONDS: Final = "30"
"""For servers under test: what a caller has changed is there at their next request, on such a machine too."""


async def taken_in(client: httpx.AsyncClient, internal_key: str, event_ids: Sequence[str]) -> None:
    """Returns when the service has taken the events in; fails when it hasn't within `PATIENCE`."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = await client.get(
            "/internal/effects",
            params={"ids": ",".join(event_ids), "seconds": 10},
            headers={headers.INTERNAL_KEY: internal_key},
        )
        if answer.json() == {"taken": True}:
            return
        assert time.monotonic() < deadline, f"not taken in: {answer.text}"
