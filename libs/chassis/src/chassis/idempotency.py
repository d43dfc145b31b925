"""`Idempotency-Key`: the same key and body get the first answer, and the work is done once.

The answer is kept in the transaction of the work itself, so a crash keeps both or neither.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import Conflict, FieldError, Invalid
from chassis.messaging import MessagingTables
from chassis.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Who asks, for what, with which key (None: none was sent), and the hash of path and body."""

    caller: str
    action: str
    key: str | None
    fingerprint: str

    @classmethod
    def of(cls, caller: str, action: str, key: str | None, path: str, body: bytes) -> "Idempotency":
        return cls(caller, action, key, hashlib.sha256(path.encode() + b"\0" + body).hexdigest())


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: dict[str, Any]
    etag: str | None = None


KEPT = timedelta(days=30)
"""For how long an answer is kept at least; nobody asks again later."""


async def forget_answers(connection: AsyncConnection, messaging: MessagingTables, at: datetime) -> None:
    """Drops the answers of long ago when a child is purged: nothing has been written about the child since."""
    table = messaging.idempotency
    await connection.execute(sa.delete(table).where(table.c.created_at < at - KEPT))


async def once(uow: UnitOfWork, idempotency: Idempotency, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Runs `work` and commits, or gives the answer that the same key got before.

    Raises `Invalid` (422) when the key was used with another request, `Conflict` when the same request is just
    being worked on by another process.
    """
    if idempotency.key is None:
        answer = await work()
        await uow.commit()
        return answer
    table = uow.messaging.idempotency
    mine = sa.and_(
        table.c.caller == idempotency.caller,
        table.c.action == idempotency.action,
        table.c.key == idempotency.key,
    )
    row = (await uow.connection.execute(sa.select(table).where(mine))).one_or_none()
    if row is not None:
        if row.fingerprint != idempotency.fingerprint:
            raise Invalid(
                [FieldError("/Idempotency-Key", "was used before with another request")],
                code="idempotency-key-reused",
            )
        return Answer(row.status, row.body)
    answer = await work()
    try:
        await uow.connection.execute(
            sa.insert(table).values(
                caller=idempotency.caller,
                action=idempotency.action,
                key=idempotency.key,
                fingerprint=idempotency.fingerprint,
                status=answer.status,
                body=answer.body,
                created_at=uow.now(),
            )
        )
    except IntegrityError as error:
        raise Conflict("The same request is being worked on; ask again", code="in-progress") from error
    await uow.commit()
    return answer
