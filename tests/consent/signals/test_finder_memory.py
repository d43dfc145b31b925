"""What the finder holds of the log while it examines: one viewer's looks, not everybody's."""

import tracemalloc
from datetime import UTC, datetime, timedelta

from chassis.bulk import insert_rows
from chassis.ids import new_id
from consent.adapters.tables import access_log, log_leaves
from consent.application.find_signals import SignalFinder
from tests.consent.kit import Consent

WORKING = datetime(2027, 10, 6, 11, tzinfo=UTC)
VIEWERS, LOOKS = 16, 200
FAR = 1_000_000
"""Leaves that the service has not come to."""
OF_A_ROW = 800
"""Bytes that a row of a look takes as a dictionary, at the least."""


async def test_the_last_hour_of_all_viewers_is_not_held_at_once(consent: Consent) -> None:
    state = consent.app.state
    looks = [
        {
            # Many, of which no signal is made: in working hours, and at one child.
            **{"entry_id": new_id(), "at": WORKING + timedelta(seconds=number), "viewer_id": f"teacher-{viewer}"},
            **{"agency_id": "school", "child_id": "one child", "action": "child.read", "outcome": "permitted"},
            **{"body": "{}", "leaf_hash": "00"},
        }
        for number in range(LOOKS)
        for viewer in range(VIEWERS)
    ]
    last = [{"leaf_index": FAR + n, "entry_id": look["entry_id"]} for n, look in enumerate(looks[-VIEWERS:])]
    async with state.unit_of_work() as uow:
        await insert_rows(uow.connection, access_log, looks)
        await insert_rows(uow.connection, log_leaves, last)
        await uow.commit()
    finder = SignalFinder(state.unit_of_work, state.reading, state.policy, 1.0)

    async def examined() -> int:
        async with state.unit_of_work() as uow:
            await uow.signals.set_progress("leaves", FAR)
            await uow.commit()
        return await finder.find_bursts()

    await examined()  # what statements and connections take is taken then
    tracemalloc.start()
    try:
        while await examined() != VIEWERS:  # the service's own finder was there first
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < OF_A_ROW * len(looks) / 2
