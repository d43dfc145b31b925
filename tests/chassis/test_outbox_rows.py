"""What goes to the outbox is an envelope, to the letter."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.messaging import MessagingTables
from chassis.telemetry import current_traceparent
from chassis.unit_of_work import UnitOfWork
from contracts.events.base import Envelope
from contracts.events.child_index import ServiceEpisodeStarted


@pytest.mark.asyncio
async def test_an_event_is_written_as_its_envelope_writes_itself(tmp_path: Path) -> None:
    metadata = sa.MetaData()
    messaging = MessagingTables(metadata)
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'outbox'}")
    event = ServiceEpisodeStarted(
        episode_id="e", child_id="c", service_id="Zoë\u2028", agency_id='"', team_id=None, practitioner_id=None,
        sensitive=True, started_on=date(2020, 1, 2), opened_by="p", further=[None, 1.5],
    )  # fmt: skip
    moments = iter([datetime(2026, 11, 22, 9, 0, tzinfo=UTC), datetime(2026, 11, 22, 9, 0, 0, 120, tzinfo=UTC)])
    async with UnitOfWork(database, messaging, lambda: next(moments), "urn:kith:tests") as uow:
        await uow.connection.run_sync(metadata.create_all)
        ids = [uow.emit(event)]
        token = current_traceparent.set("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        ids.append(uow.emit(event))
        current_traceparent.reset(token)
        await uow.commit()
        written = list((await uow.connection.execute(sa.select(messaging.outbox.c.envelope))).scalars())
    await database.close()
    read = [Envelope.model_validate_json(text) for text in written]
    assert [each.model_dump_json(exclude_none=True) for each in read] == written
    assert [each.id for each in read] == ids == uow.effects
    assert [each.data for each in read] == [event.model_dump(mode="json")] * 2
    assert [each.traceparent for each in read] == [None, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]
