"""Half an hour of mixed load on the distributed form: no request fails, and no process takes more and more memory."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pytest

from stack.manager import Manager
from tests.journeys.scene import GP, HEALTH_VISITOR, OFFICER, SOCIAL_WORKER, make_directory
from tests.resilience.writer import Writer
from tests.support.proof import Proof
from tests.support.stack import private_stack

MINUTES = float(os.environ.get("KITH_PROOF_SOAK_MINUTES", "30"))
WARM_UP = MINUTES / 6
"""After so long the first of the two windows begins that are held against each other, each as long."""
GROWTH = 1.05
OF_OTHERS = {"postgres", "kafka"}


def resident_megabytes(process: int) -> float:
    """Of one process and those that it started."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


class Reader(threading.Thread):
    """Asks the same things again and again, with a short rest, and counts the answers by their status."""

    def __init__(self, ask: Callable[[], int], seed: int) -> None:
        super().__init__(daemon=True)
        self.statuses: Counter[int] = Counter()
        self.stopping = threading.Event()
        self._ask = ask
        self._random = random.Random(seed)

    def run(self) -> None:
        while not self.stopping.wait(self._random.uniform(0.02, 0.1)):
            self.statuses[self._ask()] += 1


@pytest.mark.prove
def test_memory_stays_flat_under_half_an_hour_of_mixed_load(proof: Proof) -> None:
    with private_stack() as stack:
        make_directory(stack.person("admin"))
        people = {who: stack.person(who) for who in (GP, HEALTH_VISITOR, SOCIAL_WORKER, OFFICER)}
        child_id = people[GP].ok(
            "POST", "/v1/children", {"given_name": "Ada", "family_name": "Quill", "date_of_birth": "2014-01-02"}
        )["child_id"]
        today = {"started_on": time.strftime("%Y-%m-%d", time.gmtime())}
        people[GP].ok("POST", f"/v1/children/{child_id}/episodes", {"service_id": "oak-list", **today})
        sought = {"given_name": "Ada", "family_name": "Quil", "date_of_birth": "2014-01-02"}
        other = [stack.person(GP), stack.person(GP), stack.person(OFFICER)]
        readers = [
            Reader(lambda: other[0].get(f"/v1/children/{child_id}").status_code, 1),
            Reader(lambda: other[1]("POST", "/v1/children/search", sought).status_code, 2),
            Reader(lambda: other[2].get("/v1/access-log?limit=20").status_code, 3),
        ]
        writer = Writer(stack, 4, people)
        manager = Manager(stack.data_dir.resolve())
        processes = {part: manager.processes(part) for part in manager.states()}
        series: dict[str, list[tuple[float, float]]] = {part: [] for part in processes}
        for thread in (*readers, writer):
            thread.start()
        began = time.monotonic()
        while (minutes := (time.monotonic() - began) / 60) < MINUTES and writer.failure is None:
            for part, pids in processes.items():
                series[part].append((minutes, sum(map(resident_megabytes, pids))))
            time.sleep(5)
        for reader in readers:
            reader.stopping.set()
            reader.join(60)
        writer.stop()
        same = {part: manager.processes(part) for part in processes}
        manager.close()
    assert same == processes, "a process ended by itself"
    first = {part: mean(size for at, size in each if WARM_UP <= at < 2 * WARM_UP) for part, each in series.items()}
    last = {part: mean(size for at, size in each if at >= MINUTES - WARM_UP) for part, each in series.items()}
    proof.note("minutes", MINUTES)
    proof.note("requests of the readers, by status", dict(sum((r.statuses for r in readers), Counter[int]())))
    proof.note("children written, requests sent again", [len(writer.done.children), writer.done.retries])
    proof.note("megabytes in the second and in the last sixth", {p: [round(first[p]), round(last[p])] for p in first})
    assert all(set(reader.statuses) == {200} for reader in readers)
    assert writer.done.retries == 0
    grown = {part: round(last[part] / first[part], 3) for part in first if last[part] > first[part] * GROWTH}
    assert not grown.keys() - OF_OTHERS, f"memory grew: {grown}"
