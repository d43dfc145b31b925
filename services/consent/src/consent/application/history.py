"""Who looked: a young person's view of the access log."""

from datetime import datetime
from typing import Any

from chassis.grants import Grant
from consent.application.access_log import entry_of
from consent.application.ports import Record, UnitOfWork
from consent.domain.policy import Policy
from contracts.vocabulary import Outcome

LOOKS = (
    "child.search",
    "child.read",
    "assessment.list",
    "assessment.read",
    "viewers.read",
    "consent.read",
    "request.read",
    "agreement.read",
    "block.read",
)
"""The actions that showed somebody something of the record."""


async def looks_at(uow: UnitOfWork, grant: Grant, after: tuple[datetime, str] | None, limit: int) -> list[Record]:
    """Log rows of the looks at the account's own child, newest first, one more than `limit` where there are more.

    A look by an override is among them from when an officer says that it is safe.
    """
    filters = {"child_id": grant.child_id, "outcome": Outcome.PERMITTED.value, "actions": LOOKS, "disclosed": True}
    return await uow.log.search(filters, after, limit + 1)


async def describe(uow: UnitOfWork, policy: Policy, rows: list[Record]) -> list[dict[str, Any]]:
    """Each look in the terms of the policy: with names, or with role and agency only."""
    people: dict[str, Record | None] = {}
    agencies: dict[str, Record | None] = {}
    found = []
    for row in rows:
        viewer_id = row["viewer_id"]
        if viewer_id not in people:
            people[viewer_id] = await uow.directory.get("practitioner", viewer_id)
        person = people[viewer_id]
        agency_id = row["agency_id"]
        if agency_id is not None and agency_id not in agencies:
            agencies[agency_id] = await uow.directory.get("agency", agency_id)
        agency = agencies.get(agency_id or "")
        entry = entry_of(row)
        found.append(
            {
                "entry_id": row["entry_id"],
                "at": entry["at"],
                "viewer_name": person["name"] if person is not None and policy.history_shows_names else None,
                "role": person["role"] if person is not None else None,
                "agency_name": agency["name"] if agency is not None else None,
                "action": row["action"],
                "purpose": entry["purpose"],
                "categories": entry["permitted"],
                "by_override": row["override_id"] is not None,
            }
        )
    return found
