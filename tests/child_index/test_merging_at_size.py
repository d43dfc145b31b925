"""A merge and its undoing take as long among a million children as among a thousand."""

import os
import statistics
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.database import Database
from tests.child_index.kit import DIRECTORY, Index, running
from tests.support.postgres import Postgres
from tests.support.proof import Proof

pytestmark = [pytest.mark.prove, pytest.mark.asyncio(loop_scope="session")]

SIZE = int(os.environ.get("KITH_PROVE_CHILDREN", "1000000"))
SMALL = 1_000
KEYS_EACH = 13
PAIRS, LARGEST_SET = 60, 20
MOST_TIMES_SLOWER = 5.0

WORDS: dict[str, dict[str, str]] = {
    "sqlite": {
        "numbers": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {size})",
        "id": "printf('01900000-0000-7000-8000-%012x', n)",
        "day": "'2024-05-01'",
        "now": "'2024-05-01 00:00:00.000000'",
        "person": ":person",
    },
    "postgresql": {
        "numbers": "WITH s AS (SELECT CAST(n AS bigint) AS n FROM generate_series(1, {size}) AS n)",
        "id": "'01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0')",
        "day": "CAST('2024-05-01' AS date)",
        "now": "CAST('2024-05-01' AS timestamptz)",
        "person": "CAST(:person AS json)",
    },
}
PERSON = (
    '{"given_name": "Ann", "family_name": "Lee", "date_of_birth": "2024-05-01", "sex": null, "address_line": null, '
    '"postcode": null, "nhs_number": null, "upn": null}'
)
ROWS = {
    "children (child_no, child_id, given_name, family_name, date_of_birth, created_at)": (
        "n, {id}, 'Given' || (n % 4001), 'Family' || (n % 9001), {day}, {now}"
    ),
    "addresses (address_id, child_no, address_line, postcode, since)": (
        "{id}, n, (n % 97) || ' Elm Grove', 'M1 1AE', {day}"
    ),
    "episodes (episode_id, child_no, service_id, agency_id, sensitive, started_on, opened_by, created_at)": (
        "{id}, n, 'roll', 'school', false, {day}, 'mis', {now}"
    ),
    "statements (child_no, kind, source, source_key, person, said_on)": (
        "n, 'registered', 'service:roll', 'id:' || n, {person}, {day}"
    ),
}


def child(number: int) -> str:
    return f"01900000-0000-7000-8000-{number:012x}"


async def filled(url: str, size: int) -> None:
    """The index's own tables, filled where they lie: the same size, the same rows, keys spread as by a hash."""
    words = WORDS["sqlite" if url.startswith("sqlite") else "postgresql"]
    numbers = words["numbers"].format(size=size)
    rows = {into: what.format(**words) for into, what in ROWS.items()}
    spread = "(n * {each} + {key}) * 2654435761 % 4294967291, n"
    tables = [*rows.items()]
    tables += [("blocking_keys (h, child_no)", spread.format(each=KEYS_EACH, key=key)) for key in range(KEYS_EACH)]
    inserts = [" ".join(("INSERT INTO", into, numbers, "SELECT", what, "FROM s")) for into, what in tables]
    database = Database(url)
    try:
        for text in (*inserts, "ANALYZE"):
            async with database.write() as connection:
                await connection.execute(sa.text(text), {"person": PERSON} if ":person" in text else {})
                await connection.commit()
    finally:
        await database.close()


async def timed(
    index: Index, path: str, action: str, children: list[str], **request: Any
) -> tuple[float, dict[str, Any]]:
    began = time.perf_counter()
    answer = await index.officer.call("POST", path, action, children=children, **request)
    took = time.perf_counter() - began
    assert answer.status_code == 200, answer.text
    return took, answer.json()


async def rounds(index: Index, size: int, turn: int) -> dict[str, float]:
    """Two records become one and two again; then one joins and leaves a large set. In seconds."""
    first = 1 + turn * 7_919 % (size - LARGEST_SET - 2)
    one, other = child(first), child(first + 1)
    merge, made = await timed(index, f"/v1/children/{one}/merge", "child.merge", [one, other], json={"into": other})
    index.merged[one] = other
    shown = await index.teacher.record(one)
    assert shown["child_id"] == other
    assert len(shown["involvement"]["episodes"]) == 2
    undo, _ = await timed(index, f"/v1/merges/{made['merge_id']}/undo", "merge.undo", [one])
    index.merged.clear()
    assert (await index.teacher.record(one))["child_id"] == one
    return {"merge": merge, "undo": undo}


async def in_a_set(index: Index, size: int) -> dict[str, float]:
    """The same with a record that joins many."""
    *many, last = [child(size - number) for number in range(LARGEST_SET)]
    for each in many[1:]:
        await index.officer.merged(each, many[0])
    merge, made = await timed(
        index, f"/v1/children/{last}/merge", "child.merge", [last, many[0]], json={"into": many[0]}
    )
    index.merged[last] = many[0]
    undo, _ = await timed(index, f"/v1/merges/{made['merge_id']}/undo", "merge.undo", [last])
    return {f"merge into {LARGEST_SET - 1} records": merge, f"undo in {LARGEST_SET} records": undo}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_merge_takes_no_longer_among_many(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, proof: Proof
) -> None:
    server: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    seen: dict[int, dict[str, list[float]]] = {}
    for size in (SMALL, SIZE):
        folder = tmp_path / str(size)
        folder.mkdir()
        url = server.new_database(f"merging_{size}") if server else f"sqlite+aiosqlite:///{folder / 'index.sqlite'}"
        async with running(url, folder) as index:
            await index.tell(*DIRECTORY)
            began = time.monotonic()
            await filled(url, size)
            proof.note(f"seconds to fill {size:,}", round(time.monotonic() - began))
            found = seen[size] = {"merge": [], "undo": []}
            for turn in range(PAIRS):
                for name, once in (await rounds(index, size, turn)).items():
                    found[name].append(once)
            found |= {name: [once] for name, once in (await in_a_set(index, size)).items()}
    for name, took in seen[SIZE].items():
        median, before = statistics.median(took), statistics.median(seen[SMALL][name])
        proof.note(
            f"{name}, ms among {SIZE:,}: median, slowest (median among {SMALL:,})",
            f"{median * 1000:.1f}, {max(took) * 1000:.1f} ({before * 1000:.1f})",
        )
        if len(took) > 1:
            assert median <= MOST_TIMES_SLOWER * before, name
