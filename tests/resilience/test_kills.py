"""SIGKILL at random moments during an import and the journey's writes: nothing acknowledged is lost or doubled."""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.generator.rolls import make_lists, write_csv
from tests.journeys.conftest import eventually
from tests.journeys.scene import GP, HEALTH_VISITOR, INDEX_OFFICER, OFFICER, SOCIAL_WORKER, make_directory
from tests.resilience.writer import Acknowledged, Writer
from tests.support.proof import Proof
from tests.support.server import Person, Server


def pages(person: Person, path: str) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        joined = "&" if "?" in path else "?"
        page = person.ok("GET", f"{path}{joined}limit=200{cursor}")
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"


def upload(server: Server, who: Person, path: Path, service: str) -> str:
    with path.open("rb") as file:
        answer = who.http.post(
            "/v1/imports", files={"file": (path.name, file, "text/csv")}, data={"service_id": service}
        )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["import_id"])


def finished(who: Person, import_id: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = who.ok("GET", f"/v1/imports/{import_id}")
    except (httpx.TransportError, AssertionError):
        return None
    assert found["state"] != "failed"
    return found if found["state"] == "completed" else None


def check_import(who: Person, import_id: str, rows: int, bad: int) -> dict[str, int]:
    state = who.ok("GET", f"/v1/imports/{import_id}")
    assert (state["total"], state["processed"], state["rejected"]) == (rows, rows, bad)
    assert state["created"] + state["matched"] + state["review"] == rows - bad
    results = [json.loads(line) for line in who.get(f"/v1/imports/{import_id}/results").text.splitlines()]
    assert len({row["row"] for row in results}) == len(results) == rows - bad
    created = [row["child_id"] for row in results if row["outcome"] == "created"]
    assert len(set(created)) == len(created) == state["created"]
    rejections = list(pages(who, f"/v1/imports/{import_id}/rejections"))
    assert len({rejection["row"] for rejection in rejections}) == bad
    return {name: state[name] for name in ("created", "matched", "review", "rejected")}


def check_writes(server: Server, done: Acknowledged) -> None:
    worker, gp, visitor = server.person(SOCIAL_WORKER), server.person(GP), server.person(HEALTH_VISITOR)
    expected = Counter(done.episodes.keys())
    eventually(lambda: told(worker, done).keys() >= expected.keys(), 20)
    assert told(worker, done) == expected, "a notification is missing or doubled"
    assert len(set(done.children)) == len(done.children)
    for child_id in done.children:
        if child_id not in done.blocks.values():
            continue
        record = gp.ok("GET", f"/v1/children/{child_id}")
        opened = [episode["episode_id"] for episode in record["involvement"]["episodes"]]
        wanted = {episode_id for episode_id, of in done.episodes.items() if of == child_id}
        assert wanted <= set(opened)
        assert len(opened) == len(set(opened)) == 3
        assert visitor.get(f"/v1/children/{child_id}").status_code == 404
        blocks = [item["block_id"] for item in pages(worker, f"/v1/children/{child_id}/blocks")]
        assert blocks == [block_id for block_id, of in done.blocks.items() if of == child_id]
        consents = [item["consent_id"] for item in pages(worker, f"/v1/children/{child_id}/consents")]
        assert consents == [consent_id for consent_id, of in done.consents.items() if of == child_id]


def told(worker: Person, done: Acknowledged) -> Counter[str]:
    return Counter(
        item["episode_id"]
        for item in pages(worker, "/v1/notifications")
        if item["type"] == "new-involvement" and item["episode_id"] in done.episodes
    )


def check_log(server: Server, done: Acknowledged, folder: Path) -> int:
    """The exported log holds every look that was answered, verifies, and begins with every head that was held."""
    heads = []
    for number, head in enumerate({head["tree_size"]: head for head in done.heads}.values()):
        path = folder / f"head-{number}.json"
        path.write_text(json.dumps(head))
        heads += ["--head", str(path)]
    export = folder / "log.ndjson"
    time.sleep(1)
    got = server.kith("audit", "export", "--as", OFFICER, "--url", server.url, "--out", str(export))
    assert got.returncode == 0, got.stdout + got.stderr
    verified = server.kith("audit", "verify", str(export), *heads)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    entries = [json.loads(line) for line in export.read_text().splitlines()]
    logged = {entry["entry"]["request_id"] for entry in entries if "entry" in entry}
    assert set(done.looks) <= logged, "a look without a record"
    return len(entries) - 1


@pytest.mark.parametrize(
    ("kills", "rows"), [(2, 1000), pytest.param(10, 5000, marks=pytest.mark.prove)], ids=["2-kills", "10-kills"]
)
def test_nothing_acknowledged_is_lost_or_doubled(kills: int, rows: int, tmp_path: Path, proof: Proof) -> None:
    seed = random.SystemRandom().randrange(2**32)
    proof.note("seed", seed)
    chance = random.Random(seed)
    bad = 8
    lists = make_lists(seed % 1000, rolls=rows, shared=rows, bad_rows=bad)
    write_csv(lists.roll, tmp_path / "roll.csv")
    with Server(tmp_path / "data") as server:
        server.start()
        make_directory(server.person("admin"))
        index_officer = server.person(INDEX_OFFICER)
        people = {who: server.person(who) for who in (GP, HEALTH_VISITOR, SOCIAL_WORKER, OFFICER)}
        import_id = upload(server, index_officer, tmp_path / "roll.csv", "elm-roll")
        writer = Writer(server, seed, people)
        writer.start()
        killed_in_import = 0
        for _ in range(kills):
            time.sleep(chance.uniform(0.1, 2.5))
            if finished(index_officer, import_id) is None:
                killed_in_import += 1
            server.kill()
            server.start()
        eventually(lambda: finished(index_officer, import_id), 300)
        eventually(lambda: len(writer.done.blocks) >= kills or writer.failure, 120)
        writer.stop()
        sums = check_import(index_officer, import_id, rows + bad, bad)
        check_writes(server, writer.done)
        second = upload(server, index_officer, tmp_path / "roll.csv", "elm-roll")
        eventually(lambda: finished(index_officer, second), 300)
        assert index_officer.ok("GET", f"/v1/imports/{second}")["created"] == 0
        logged = check_log(server, writer.done, tmp_path)
        assert server.stop() == 0
    done = writer.done
    proof.note("kills (in the import)", f"{kills} ({killed_in_import})")
    proof.note("import of", {"rows": rows + bad, **sums})
    proof.note(
        "acknowledged and found again",
        {
            "children": len(done.children),
            "episodes": len(done.episodes),
            "blocks": len(done.blocks),
            "consents": len(done.consents),
            "looks": len(done.looks),
        },
    )
    proof.note("requests sent again", done.retries)
    proof.note("lost or doubled", 0)
    proof.note("log entries verified, held heads", [logged, len(done.heads)])
