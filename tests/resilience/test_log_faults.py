"""No look without a record, in every route: where the log's row cannot be written, 503 and nothing of what was asked.

The faults are real ones, in the database under a running Kith.
"""

import contextlib
import re
import sqlite3
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.ids import new_id
from contracts.mais import QUERY, REASONS
from contracts.routes import ROUTES, Route
from tests.journeys.scene import SOCIAL_WORKER
from tests.support.story import Story

GONE = (["ALTER TABLE access_log RENAME TO access_log_away"], ["ALTER TABLE access_log_away RENAME TO access_log"])
REFUSED_BY_SQLITE = (
    ["CREATE TRIGGER fault BEFORE INSERT ON access_log BEGIN SELECT RAISE(ABORT, 'disk full'); END"],
    ["DROP TRIGGER fault"],
)
DISK_FULL = (
    [
        "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$",
        "CREATE TRIGGER fault BEFORE INSERT ON access_log FOR EACH ROW EXECUTE FUNCTION fault()",
    ],
    ["DROP TRIGGER fault ON access_log", "DROP FUNCTION fault"],
)
KILLED_BEFORE_COMMIT = (
    [
        "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
        # Deferred: it runs when the transaction commits, and the commit never happens.
        "CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON access_log DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION fault()",
    ],
    ["DROP TRIGGER fault ON access_log", "DROP FUNCTION fault"],
)
DATABASE_GONE = (
    [
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    ],
    ["ALTER DATABASE {name} ALLOW_CONNECTIONS true"],
)

FAULTS: dict[str, tuple[str, tuple[list[str], list[str]]]] = {
    "sqlite: the row is refused": ("sqlite", REFUSED_BY_SQLITE),
    "sqlite: the table is gone": ("sqlite", GONE),
    "postgresql: the disk is full": ("postgresql", DISK_FULL),
    "postgresql: killed before the commit": ("postgresql", KILLED_BEFORE_COMMIT),
    "postgresql: the table is gone": ("postgresql", GONE),
    "postgresql: the database is gone": ("postgresql", DATABASE_GONE),
}
UNAVAILABLE = {
    "No decision could be had on this request; nothing was done",
    "Kith cannot answer just now; nothing was done",  # whose child it is could not be asked either
}
QUICK = {"sqlite: the row is refused"}


async def execute(story: Story, statements: list[str]) -> None:
    """Runs statements in the database under the log of the story's Kith."""
    url = story.server.environment.get("KITH_CONSENT_DATABASE_URL")
    if url is None:
        path = story.server.data_dir / "consent.sqlite3"
        with contextlib.closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)
        return
    place = sa.make_url(url)
    elsewhere = any("DATABASE" in statement for statement in statements)
    engine = create_async_engine(place.set(database="postgres") if elsewhere else place, isolation_level="AUTOCOMMIT")
    async with engine.connect() as there:
        for statement in statements:
            await there.execute(sa.text(statement.replace("{name}", str(place.database))))
    await engine.dispose()


def address(route: Route, story: Story) -> str:
    """The route's path with ids of things that there are, so that there would be something to tell."""
    return re.sub(r"\{(\w+)\}", lambda found: story.ids.get(found[1], [new_id()])[0], route.path)


def ask(route: Route, story: Story) -> httpx.Response:
    who = story.young_person if "/me/" in route.path else story["admin" if route.method == "PUT" else SOCIAL_WORKER]
    body: dict[str, Any] | None = None if route.method in {"GET", "DELETE"} else {}
    if route.action == QUERY:  # its reason is the purpose, and is looked at first
        reason, purpose = next(iter(REASONS.items()))
        body = {"resourceType": "Parameters", "parameter": [{"name": "reason", "valueUri": reason}]}
        return who(route.method, address(route, story), body, Kith_Purpose=purpose.value)
    return who(route.method, address(route, story), body)


def is_unavailable(route: Route, answer: httpx.Response) -> bool:
    """503 in the one form that it has, with nothing else in it."""
    if answer.status_code != 503:
        return False
    body = answer.json()
    if route.speaks_scim:
        return set(body) == {"schemas", "status", "detail"} and body["detail"] in UNAVAILABLE
    if route.speaks_fhir:
        (issue,) = body["issue"]
        return issue == {"severity": "error", "code": "transient", "diagnostics": issue["diagnostics"]} and (
            issue["diagnostics"] in UNAVAILABLE
        )
    return body["detail"] in UNAVAILABLE and body == {
        "type": "urn:kith:problem:unavailable",
        "title": "Kith cannot answer just now; nothing was done",
        "status": 503,
        "detail": body["detail"],
        "instance": answer.headers["x-request-id"],
    }


@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.prove) for name in FAULTS]
)
async def test_without_a_record_nothing_leaves(request: pytest.FixtureRequest, fault: str) -> None:
    database, (inject, mend) = FAULTS[fault]
    story: Story = request.getfixturevalue(f"on_{database}")
    record = f"/v1/children/{story.child_id}"
    assert story[SOCIAL_WORKER].get(record).status_code == 200
    await execute(story, inject)
    try:
        answers = {f"{route.method} {route.path}": (route, ask(route, story)) for route in ROUTES}
        texts = "".join(answer.text for _, answer in answers.values())
    finally:
        await execute(story, mend)
    wrong = {
        where: (answer.status_code, answer.text[:300])
        for where, (route, answer) in answers.items()
        if not is_unavailable(route, answer)
    }
    assert wrong == {}
    assert "Fairweather" not in texts
    assert story.child_id not in texts
    # It is the fault that stopped them: without it, the record is there again.
    assert story[SOCIAL_WORKER].get(record).status_code == 200
