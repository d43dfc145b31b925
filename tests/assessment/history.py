"""Years of a child's life, written straight into the tables: for tests and benchmarks of size."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from assessment.adapters.life_event_tables import life_event_versions, life_events
from assessment.adapters.tables import actions, assessments, reviews, stages, team_invitations, team_memberships
from chassis.bulk import insert_rows
from chassis.database import Database
from contracts.vocabulary import Category
from tests.notifications.kit import child

SOURCES = 7
Rows = dict[sa.Table, list[dict[str, Any]]]
_WHO = "social-worker"


def lived(child_id: str, entries: int, years: int, draw: Random, category: Category = Category.PLAN) -> Rows:
    """As many entries, spread over the years before today and over all sources alike. What has a category of its own is
    of `category`."""
    made: Rows = {
        table: []
        for table in (
            assessments, team_invitations, team_memberships, reviews, stages, actions, life_events, life_event_versions,
        )
    }  # fmt: skip
    now = datetime.now(UTC)
    for number in range(entries):
        at = now - timedelta(days=draw.random() * 365 * years)
        _write(made, number % SOURCES, child_id, at, category)
    return made


def _write(made: Rows, source: int, child_id: str, at: datetime, category: Category) -> None:
    key, day = child(), at.date()
    own = {"child_id": child_id, "version": 1, "category": category.value}
    if source == 0:
        made[assessments].append(
            {
                "assessment_id": key, "child_id": child_id, "template_id": "common-assessment", "template_version": 1,
                "reason": "r", "status": "begun", "begun_by": _WHO, "begun_at": at, "version": 1,
                "also_open_reason": None,
            }
        )  # fmt: skip
    elif source in {1, 2}:
        left = source == 2
        asked = {
            "invitation_id": child(), "practitioner_id": "gp", "part": "support", "sensitive": False,
            "invited_by": _WHO, "invited_at": at, "answered_at": at, "accepted": True,
        }  # fmt: skip
        made[team_invitations].append(asked)
        # Of somebody who has left, that alone: an entry each.
        made[team_memberships].append(
            {
                "membership_id": key, "invitation_id": asked["invitation_id"], "child_id": child_id,
                "joined_at": datetime(1850, 1, 1, tzinfo=UTC) if left else at, "ended_at": at if left else None,
                "ended_by": "gp" if left else None,
            }
        )  # fmt: skip
    elif source == 3:
        made[reviews].append(
            {
                "review_id": key, "child_id": child_id, "held_on": day, "attendees": [], "next_on": None,
                "recorded_by": _WHO, "recorded_at": at,
            }
        )  # fmt: skip
    elif source == 4:
        made[stages].append(
            {
                "stage_id": key, "child_id": child_id, "stage": 2, "reason": "r", "criteria": [], "agreed_by": [],
                "policy_version": "1", "set_by": _WHO, "set_at": at, "ended_at": at, "closed_at": None,
                "school_id": None, "duplicate": False,
            }
        )  # fmt: skip
    elif source == 5:
        made[actions].append(
            {
                **own, "action_id": key, "title": "Reading twice a week", "owner_id": _WHO, "due_on": day,
                "outcome": None, "status": "done", "reason": None, "added_by": _WHO, "added_at": at,
                "changed_by": _WHO, "changed_at": at, "owner_reminded_at": None, "lead_reminded_at": None,
                "done_at": at, "done_by": _WHO,
            }
        )  # fmt: skip
    else:
        _write_event(made, {**own, "life_event_id": key, "changed_at": at}, day)


def _write_event(made: Rows, row: dict[str, Any], day: date) -> None:
    said = {
        "code": "other", "occurred_on": day, "accuracy": "AAA", "words": "As the school told it",
        "status": "recorded", "reason": None,
    }  # fmt: skip
    made[life_events].append(
        {**row, **said, "recorded_by": _WHO, "agency_id": "council", "recorded_at": row["changed_at"]}
    )
    kept = {name: row[name] for name in ("life_event_id", "version", "changed_at")}
    made[life_event_versions].append({**kept, **said})


async def fill(database: Database, *histories: Rows) -> None:
    async with database.write() as connection:
        for made in histories:
            for table, rows in made.items():
                if rows:
                    await insert_rows(connection, table, rows)
        await connection.commit()
    if not database.is_sqlite:
        async with database.write() as connection:
            await connection.execute(sa.text("ANALYZE"))
            await connection.commit()
