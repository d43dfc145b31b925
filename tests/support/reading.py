"""How much a database reads for a piece of work: statements, and rows (PostgreSQL) or steps (SQLite) that they take."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Database


@dataclass(frozen=True)
class Read:
    """`amount`: rows that scans looked at, whether they passed a filter or not, on PostgreSQL; steps of its virtual
    machine on SQLite, which are in proportion to the rows."""

    statements: int
    amount: int


async def reading(database: Database, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Read:
    """Of the work, which gets a connection to do it on."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, _m: Any) -> None:
        if statement.startswith("SELECT"):  # not BEGIN, which SQLite is told
            sent.append((statement, parameters))

    async with database.read() as connection:
        sa.event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        try:
            steps = await _steps(connection, work) if database.is_sqlite else await _nothing(connection, work)
        finally:
            sa.event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        if database.is_sqlite:
            return Read(len(sent), steps)
        rows = 0
        for statement, parameters in sent:
            plan = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", tuple(parameters))
            rows += _rows(plan.scalar_one()[0]["Plan"])
        return Read(len(sent), rows)


async def _nothing(connection: AsyncConnection, work: Callable[[AsyncConnection], Awaitable[Any]]) -> int:
    await work(connection)
    return 0


async def _steps(connection: AsyncConnection, work: Callable[[AsyncConnection], Awaitable[Any]]) -> int:
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    driver: Any = (await connection.get_raw_connection()).driver_connection
    await driver.set_progress_handler(count, 1)
    try:
        await work(connection)
    finally:
        await driver.set_progress_handler(None, 1)
    return counted


def _rows(plan: dict[str, Any]) -> int:
    inner = sum(_rows(each) for each in plan.get("Plans", []))
    if not plan["Node Type"].endswith("Scan") or plan["Node Type"] == "Subquery Scan":
        return inner
    seen: float = (
        plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
    )
    return inner + round(seen * int(plan["Actual Loops"]))
