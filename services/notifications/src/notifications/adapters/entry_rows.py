"""Rows of entries, and which of them are asked for."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.vocabulary import Category
from notifications.adapters.tables import notifications
from notifications.application.ports import Known, Needed
from notifications.domain.entries import Entry, State, Wanted
from notifications.domain.happenings import Audience, NotificationType
from notifications.domain.hearing import Priority

_c = notifications.c
_NOT_THE_ENTRYS = frozenset({"number", "escalate_at"})


def entry_of(row: sa.Row[Any]) -> Entry:
    values = {name: value for name, value in row._mapping.items() if name not in _NOT_THE_ENTRYS}
    values |= {
        "type": NotificationType(values["type"]),
        "categories": needed_of(values["categories"]),
        "priority": Priority(values["priority"]),
        "audience": None if values["audience"] is None else Audience(values["audience"]),
    }
    return Entry(**values)


def row_of(entry: Entry, escalate_at: datetime | None) -> dict[str, Any]:
    return {**asdict(entry), "categories": ",".join(entry.categories), "escalate_at": escalate_at}


def needed_of(codes: str) -> Needed:
    return tuple(map(Category, codes.split(",")))


def of_inbox(recipient_id: str, known: Known) -> sa.ColumnElement[bool]:
    """The recipient's entries of which they may know."""
    return sa.and_(
        _c.recipient_id == recipient_id,
        sa.or_(
            _c.child_id.is_(None),
            *(
                sa.and_(_c.categories == ",".join(needed), _c.child_id.in_(children))
                for needed, children in known.children.items()
            ),
        ),
        sa.or_(_c.other_child_id.is_(None), _c.other_child_id.in_(known.related)),
    )


def which(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.state is State.ACKNOWLEDGED:
        yield _c.acknowledged_at.is_not(None)
    elif wanted.state is not None:
        put_off = sa.and_(_c.snoozed_until.is_not(None), _c.snoozed_until > wanted.now)
        yield _c.acknowledged_at.is_(None)
        yield put_off if wanted.state is State.SNOOZED else sa.not_(put_off)
    if wanted.type is not None:
        yield _c.type == wanted.type
    if wanted.children is not None:
        yield _c.child_id.in_(wanted.children)
    if wanted.priority is not None:
        yield _c.priority == wanted.priority
    if wanted.up_to is not None:
        # What has no number is from before there were any.
        yield sa.func.coalesce(_c.number, 0) <= wanted.up_to


def upsert(connection: AsyncConnection, table: sa.Table) -> Any:
    """INSERT ... ON CONFLICT, which both databases have, each by its own construct."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
