"""Who looked: a young person's view of the access log."""

from datetime import datetime
from typing import Any

from chassis.grants import Grant
from consent.application.access_log import entry_of
from consent.application.ports import Record, UnitOfWork
from consent.application.whole_child import child_of, places_in_log
from consent.domain.policy import Policy
from consent.domain.telling import Reader, may_know_of
from contracts.vocabulary import AREA_WIDE_ROLES, Outcome, Role

LOOKS = (
    "child.search",
    "child.read",
    "child.correct",
    "child.history",
    "lead.read",
    "person.query",
    "assessment.list",
    "assessment.read",
    "assessment.prefill",
    "assessment.document",
    "team.read",
    "action.read",
    "stage.read",
    "referral.read",
    "review-meeting.read",
    "chronology.read",
    "life-event.read",
    "plan.document",
    "viewers.read",
    "consent.read",
    "request.read",
    "agreement.read",
    "block.read",
    "shield.read",
)
"""The actions that showed somebody something of the record."""


_NOT_FOR_PARENTS = frozenset({"block.read", "shield.read"})


async def looks_at(uow: UnitOfWork, grant: Grant, after: tuple[datetime, str] | None, limit: int) -> list[Record]:
    """Log rows of the looks at the account's own child, newest first, one more than `limit` where there are more.

    A look by an override is among them from when an officer says that it is safe, and one that an officer keeps back
    from when the delay ends. A parent is told of the looks of those whom they may know to be involved.
    """
    child = await child_of(uow, grant)
    filters: dict[str, Any] = {
        "child_id": child.child_id,
        "outcome": Outcome.PERMITTED.value,
        "actions": LOOKS,
        "disclosed": True,
        "kept_back": [delay for delay in child.delays if delay.current(uow.now())],
    }
    if grant.role is Role.PARENT:
        involved = await uow.facts.viewers_of(child.records, [])
        filters["actions"] = [action for action in LOOKS if action not in _NOT_FOR_PARENTS]
        filters["by_override"] = False
        filters["viewers"] = [each.viewer_id for each in involved if may_know_of(Reader.PARENT, child, each)]
    return await uow.log.search(await places_in_log(uow, filters), after, limit + 1)


async def describe(uow: UnitOfWork, policy: Policy, grant: Grant, rows: list[Record]) -> list[dict[str, Any]]:
    """Each look in the terms of the policy: with names, or with role and agency only. To a parent, without the
    categories that rest on what is not theirs to know; to one who may not learn where the child is, without who works
    near the child."""
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
        role = person["role"] if person is not None else None
        nameless = bool(grant.veiled) and role not in AREA_WIDE_ROLES
        named = person if policy.history_shows_names and not nameless else None
        found.append(
            {
                "entry_id": row["entry_id"],
                "at": entry["at"],
                "viewer_name": named["name"] if named is not None else None,
                "role": role,
                "agency_name": agency["name"] if agency is not None and not nameless else None,
                "action": row["action"],
                "purpose": entry["purpose"],
                "categories": await _categories(uow, grant, entry),
                "by_override": row["override_id"] is not None,
            }
        )
    return found


async def _categories(uow: UnitOfWork, grant: Grant, entry: dict[str, Any]) -> list[str]:
    """What was seen; of a parent's own view, what needed no consent, or a parent's."""
    if grant.role is not Role.PARENT:
        return list(entry["permitted"])
    hidden = set()
    for finding in entry["rules"]:
        if finding["rule"] == "consented":
            consent = await uow.consents.get(finding["reference"])
            if consent is None or consent["given_by"] != Role.PARENT:
                hidden.add(finding["category"])
        elif finding["rule"] in {"legal-basis", "override"}:
            hidden.add(finding["category"])
    return [category for category in entry["permitted"] if category not in hidden]
