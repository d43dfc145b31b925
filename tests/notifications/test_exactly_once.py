"""A law of the stream: over any order of commits, reconnects and two replicas each visible entry is pushed once, in the
order of the commits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.ids import new_id, system_clock
from notifications.adapters.arrivals import Arrivals
from notifications.adapters.delivery_decisions import ConsentDecisions, consent_client
from notifications.adapters.rules_file import load_rules
from notifications.adapters.tables import messaging
from notifications.adapters.unit_of_work import SqlUnitOfWork
from notifications.application.stream import Shown, Streams
from notifications.domain.entries import Entry
from notifications.domain.happenings import NotificationType
from notifications.settings import BUILT_IN_RULES
from tests.notifications.consent import CONSENT
from tests.notifications.inbox import Inboxes
from tests.notifications.kit import INTERNAL_KEY, Turns
from tests.support.patience import PATIENCE

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.booleans()),  # a transaction writes an entry, visible or not
        st.tuples(st.just("end"), st.integers(0, 3)),  # one of those that are open commits, or not
        st.tuples(st.just("undo"), st.integers(0, 3)),
        st.tuples(st.just("reconnect"), st.booleans()),  # to one replica or the other
    ),
    max_size=20,
)


def entry_about(child_id: str, recipient: str) -> Entry:
    return Entry(new_id(), recipient, NotificationType.NEW_INVOLVEMENT, child_id, None, None, system_clock())


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
async def test_each_visible_entry_is_pushed_once(
    inboxes: Inboxes,
    turns: Turns,
    steps: list[tuple[str, object]],
) -> None:
    recipient, seen, hidden = new_id(), new_id(), new_id()
    CONSENT.hidden.add((recipient, hidden))
    rules = load_rules(BUILT_IN_RULES)
    many_at_once = not turns.database.is_sqlite

    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(consent_client("", CONSENT.transport()))
        replicas = []
        for _ in range(2):
            arrivals = Arrivals(turns.database, poll_seconds=0.05)
            await stack.enter_async_context(arrivals.running())

            def unit_of_work(arrivals: Arrivals = arrivals) -> SqlUnitOfWork:
                return SqlUnitOfWork(
                    rules=rules,
                    escalate_after=timedelta(days=1),
                    on_told=arrivals.told,
                    database=turns.database,
                    messaging=messaging,
                    clock=system_clock,
                    source="urn:kith:notifications",
                )

            decisions = ConsentDecisions(client, INTERNAL_KEY)
            replicas.append((unit_of_work, Streams(unit_of_work, decisions, arrivals, rules, 5, 30.0, 3600.0)))

        pushed: list[str] = []
        draining = asyncio.Event()
        following: asyncio.Task[None] | None = None

        async def follow(events: AsyncIterator[Shown | None]) -> None:
            async for shown in events:
                assert shown is not None
                pushed.append(shown.entry.notification_id)

        async def connect(number: int) -> None:
            nonlocal following, draining
            if following is not None:
                draining.set()
                await following
            draining = asyncio.Event()
            streams = replicas[number][1]
            place = await streams.beginning(recipient, pushed[-1]) if pushed else 0
            following = asyncio.create_task(follow(streams.pushed(recipient, place, draining)))

        await connect(0)
        open_: list[tuple[SqlUnitOfWork, Entry]] = []
        committed: list[str] = []

        async def end(number: int, *, commit: bool) -> None:
            uow, entry = open_.pop(number % len(open_))
            if commit:
                await uow.commit()
                if entry.child_id == seen:
                    committed.append(entry.notification_id)
            await uow.__aexit__(None, None, None)

        for index, (what, how) in enumerate(steps):
            if what == "open" and len(open_) < (4 if many_at_once else 1):
                uow = replicas[index % 2][0]()
                await uow.__aenter__()
                entry = entry_about(seen if how else hidden, recipient)
                await uow.entries.add([entry])
                open_.append((uow, entry))
            elif what in {"end", "undo"} and open_:
                await end(int(str(how)), commit=what == "end")
            elif what == "reconnect":
                await connect(int(bool(how)))
        while open_:
            await end(0, commit=True)
        uow = replicas[0][0]()
        async with uow:
            last = entry_about(seen, recipient)
            await uow.entries.add([last])
            await uow.commit()
        async with asyncio.timeout(PATIENCE):
            while last.notification_id not in pushed:
                await asyncio.sleep(0.01)
        draining.set()
        assert following is not None
        await following
        assert pushed == [*committed, last.notification_id]
