"""SIGKILL of any process of the distributed form under load: APIs, workers, gateway, Kafka, PostgreSQL."""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from stack.manager import Manager
from stack.programs import ProgramFailed
from tests.generator.rolls import make_lists, write_csv
from tests.journeys.conftest import eventually
from tests.journeys.scene import GP, HEALTH_VISITOR, INDEX_OFFICER, OFFICER, SOCIAL_WORKER, make_directory
from tests.resilience.test_kills import check_import, check_log, check_writes, finished, upload
from tests.resilience.writer import Writer
from tests.support.proof import Proof
from tests.support.stack import private_stack

SERVICES = ("consent", "child-index", "assessment", "notifications")
PARTS = ("gateway", *SERVICES, *(f"{service}-worker" for service in SERVICES))
SLOW = ("kafka", "postgres")
"""Killed less often, since all others wait for them: one kill in six."""


def one_process(manager: Manager, part: str) -> int | None:
    """One of the part's processes; None where it is being started anew."""
    try:
        return next(iter(manager.processes(part)), None)
    except ProgramFailed:
        return None


@pytest.mark.prove
def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(tmp_path: Path, proof: Proof) -> None:
    kills, rows, bad = int(os.environ.get("KITH_PROOF_KILLS", "200")), 2000, 8
    seed = random.SystemRandom().randrange(2**32)
    proof.note("seed", seed)
    chance = random.Random(seed)
    lists = make_lists(seed % 1000, rolls=rows, shared=rows, bad_rows=bad)
    write_csv(lists.roll, tmp_path / "roll.csv")
    killed: Counter[str] = Counter()
    with private_stack() as stack:
        make_directory(stack.person("admin"))
        index_officer = stack.person(INDEX_OFFICER)
        people = {who: stack.person(who) for who in (GP, HEALTH_VISITOR, SOCIAL_WORKER, OFFICER)}
        manager = Manager(stack.data_dir.resolve())
        import_id = upload(stack, index_officer, tmp_path / "roll.csv", "elm-roll")
        # Kafka hands a killed consumer's partitions to another after 10 seconds, and it may be killed by then too.
        writer = Writer(stack, seed, people, catching_up_seconds=120)
        writer.start()
        while killed.total() < kills and writer.failure is None:
            time.sleep(chance.uniform(0.2, 5.0))
            part = chance.choice(SLOW) if chance.random() < 1 / 6 else chance.choice(PARTS)
            process = one_process(manager, part)
            if process is not None:
                os.kill(process, signal.SIGKILL)
                killed[part] += 1
        manager.close()
        made_by_then = len(writer.done.blocks)
        eventually(lambda: finished(index_officer, import_id), 300)
        eventually(lambda: len(writer.done.blocks) > made_by_then + 3 or writer.failure, 120)
        writer.stop()
        sums = check_import(index_officer, import_id, rows + bad, bad)
        check_writes(stack, writer.done)
        logged = check_log(stack, writer.done, tmp_path)
    done = writer.done
    proof.note("kills", {"all": killed.total(), **dict(killed.most_common())})
    proof.note("import of", {"rows": rows + bad, **sums})
    kept = {name: len(getattr(done, name)) for name in ("children", "episodes", "blocks", "consents", "looks")}
    proof.note("acknowledged and found again", kept)
    proof.note("requests sent again", done.retries)
    proof.note("lost or doubled", 0)
    proof.note("log entries verified, held heads", [logged, len(done.heads)])
