"""What a second gateway process adds: need-to-know reads on the distributed form, `python -m tests.bench.gateways`.

All parts share the machine's cores, so a second gateway adds no more than what the others leave of them: the figure
beside the ratio says how much of the cores was taken with one gateway alone.
"""

import argparse
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.manager import Manager
from tests.bench.__main__ import Load, median, prepare, request_script, show, wrk
from tests.journeys.scene import GP
from tests.support.stack import private_stack

ROUNDS = 5


@contextmanager
def standing_still(process: int) -> Iterator[None]:
    """It accepts nothing meanwhile: whoever connects is answered by the other."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def cores_taken() -> tuple[float, float]:
    """Seconds that all cores worked, and seconds that they had, since the machine started."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return float(sum(fields) - fields[3] - fields[4]), float(sum(fields))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of each load")
    seconds = parser.parse_args().seconds
    found: dict[str, list[Load]] = {"one gateway": [], "two gateways": []}
    shares: list[float] = []
    with private_stack({"KITH_LOG_LEVEL": "WARNING"}) as stack:
        child_id = prepare(stack)
        token = stack.person(GP).http.headers["Authorization"]
        script = request_script("GET", {"Authorization": token, "Kith-Purpose": "direct-support"})
        manager = Manager(stack.data_dir.resolve())
        first, _ = manager.processes("gateway")
        manager.close()

        def load() -> Load:
            return wrk(f"{stack.url}/v1/children/{child_id}", 16, seconds, script)

        load()
        for _ in range(ROUNDS):
            with standing_still(first):
                time.sleep(0.5)
                before = cores_taken()
                found["one gateway"].append(load())
                after = cores_taken()
            shares.append((after[0] - before[0]) / (after[1] - before[1]))
            time.sleep(0.5)
            found["two gateways"].append(load())
    assert all(each.failed == 0 for loads in found.values() for each in loads), "a read failed under load"
    one, two = (median(loads) for loads in found.values())
    show("read on the distributed form, one gateway", one)
    show("read on the distributed form, two gateways", two, one)
    print(f"  with one gateway {sorted(shares)[ROUNDS // 2]:.0%} of {os.cpu_count()} cores were taken")


if __name__ == "__main__":
    main()
