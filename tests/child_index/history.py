"""Years of episodes and lead professionals, written straight into the tables: for tests and benchmarks of size."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from chassis.bulk import insert_rows
from chassis.database import Database
from chassis.ids import new_id
from child_index.adapters.tables import children, episodes, lead_professionals

Rows = dict[sa.Table, list[dict[str, Any]]]


async def number_of(database: Database, child_id: str) -> int:
    async with database.read() as connection:
        query = sa.select(children.c.child_no).where(children.c.child_id == child_id)
        return int((await connection.execute(query)).scalar_one())


def worked_with(child_no: int, count: int, years: int, draw: Random, service_id: str, agency_id: str, who: str) -> Rows:
    """As many episodes that began and ended, and as many lead professionals, over the years before today."""
    now = datetime.now(UTC)
    made: Rows = {episodes: [], lead_professionals: []}
    for _ in range(count):
        at = now - timedelta(days=1 + draw.random() * 365 * years)
        made[episodes].append(
            {
                "episode_id": new_id(), "child_no": child_no, "service_id": service_id, "agency_id": agency_id,
                "practitioner_id": who, "sensitive": False, "contact": None, "started_on": at.date(),
                "ended_on": at.date(), "end_reason": None, "opened_by": who, "created_at": at, "import_id": None,
            }
        )  # fmt: skip
        made[lead_professionals].append(
            {
                "lead_id": new_id(), "child_no": child_no, "practitioner_id": who, "reason": None,
                "handover_note": None, "assigned_by": who, "assigned_at": at, "ended_at": at,
            }
        )  # fmt: skip
    return made


async def fill(database: Database, *histories: Rows) -> None:
    async with database.write() as connection:
        for made in histories:
            for table, rows in made.items():
                await insert_rows(connection, table, rows)
        await connection.commit()
    if not database.is_sqlite:
        async with database.write() as connection:
            await connection.execute(sa.text("ANALYZE"))
            await connection.commit()
