"""One client process of the races: a block placed and lifted again, while the blocked practitioner reads on and on.

Run as `python -m tests.resilience.racer '<json>'`; prints what it saw as JSON. Times are of the one clock that all
processes of a machine share.
"""

import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import aiohttp

READERS = 2


@dataclass
class Race:
    """What one process is to do. `viewer` and `young_person` are Authorization headers."""

    url: str
    viewer_id: str
    viewer: str
    young_person: str
    child_id: str
    search: dict[str, str]
    races: int
    seed: int


@dataclass
class Seen:
    """Reads by when they started: before the block was acknowledged (either answer is right), or after."""

    races: int = 0
    before_told: int = 0
    before_refused: int = 0
    after_refused: int = 0
    late: int = 0
    errors: int = 0


class Racer:
    def __init__(self, race: Race, http: aiohttp.ClientSession) -> None:
        self._race = race
        self._http = http
        self._random = random.Random(race.seed)
        self.seen = Seen()

    async def _ask(self, who: str, method: str, path: str, body: Any = None) -> tuple[int, str]:
        headers = {"Authorization": who, "Kith-Purpose": "direct-support"}
        async with self._http.request(method, self._race.url + path, json=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def _told(self, number: int) -> bool | None:
        """One read, of the kinds in turn: whether it told of the child. None: no answer that a read may have."""
        race = self._race
        if number % 3 == 2:
            status, text = await self._ask(race.viewer, "POST", "/v1/children/search", race.search)
            return race.child_id in text if status == 200 else None
        path = f"/v1/children/{race.child_id}" + ("/assessments" if number % 3 else "")
        status, _ = await self._ask(race.viewer, "GET", path)
        return {200: True, 404: False}.get(status)

    async def _read_on(self, acknowledged: list[float]) -> None:
        """Reads until one read has started after the acknowledgement and ended."""
        number = self._random.randrange(3)
        while True:
            started = time.monotonic()
            told = await self._told(number)
            number += 1
            after = bool(acknowledged) and started > acknowledged[0]
            if told is None:
                self.seen.errors += 1
            elif not after:
                self.seen.before_told += told
                self.seen.before_refused += not told
            elif told:
                self.seen.late += 1
            else:
                self.seen.after_refused += 1
            if after:
                return

    async def run(self) -> None:
        block = {"viewer": {"type": "practitioner", "id": self._race.viewer_id}, "categories": ["all"]}
        for _ in range(self._race.races):
            acknowledged: list[float] = []
            readers = [asyncio.create_task(self._read_on(acknowledged)) for _ in range(READERS)]
            await asyncio.sleep(self._random.random() * 0.01)
            status, text = await self._ask(self._race.young_person, "POST", "/v1/me/blocks", block)
            acknowledged.append(time.monotonic())
            if status != 201:
                raise AssertionError(f"the block was answered {status}")
            await asyncio.gather(*readers)
            lifted, _ = await self._ask(
                self._race.young_person, "DELETE", f"/v1/me/blocks/{json.loads(text)['block_id']}"
            )
            if lifted != 204:
                raise AssertionError(f"the lifting was answered {lifted}")
            self.seen.races += 1


async def main(race: Race) -> Seen:
    # The server closes a connection that was idle for 5 s: a request on it at that moment would be lost.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(keepalive_timeout=1)) as http:
        racer = Racer(race, http)
        await racer.run()
        return racer.seen


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(main(Race(**json.loads(sys.argv[1])))))))
