"""The inbox as it happens: each entry is decided on when it is pushed, and comes once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from chassis.broker import EmbeddedBroker
from chassis.ids import new_id
from chassis.keys import write_jwks
from contracts.events.consent import ConsentWithdrawn
from contracts.vocabulary import Category, PractitionerStatus
from notifications.main import create_app
from notifications.settings import NotificationsSettings
from tests.notifications.consent import CONSENT
from tests.notifications.inbox import Inboxes, begun, episode, expiring, lead, practitioner
from tests.notifications.kit import INTERNAL_KEY, KEY, Kit, Turns, child
from tests.notifications.live import reading
from tests.support.patience import PATIENCE


@asynccontextmanager
async def replica(turns: Turns, folder: Path, **settings: Any) -> AsyncIterator[FastAPI]:
    """Another process of the service on the same database, as far as it knows: it answers, and consumes nothing."""
    write_jwks(folder / "grant.jwks.json", [KEY.public_jwk])
    app = create_app(
        NotificationsSettings(
            data_dir=folder,
            database_url=turns.database.url.render_as_string(hide_password=False),
            internal_key=INTERNAL_KEY,
            grant_jwks_file=folder / "grant.jwks.json",
            run_worker=False,
            migrate_at_start=False,
            **settings,
        ),
        EmbeddedBroker(None),
        CONSENT.transport(),
    )
    async with app.router.lifespan_context(app):
        yield app


def ids(entries: list[dict[str, object]]) -> list[object]:
    return [entry["episode_id"] for entry in entries]


async def leading(kit: Kit, *practitioners: str) -> str:
    """A child for whom they lead, the last of them now; nobody has heard of it."""
    jo = child()
    for each in practitioners:
        await kit.tell(lead(jo, each, by=each))
    return jo


async def test_an_entry_is_pushed_as_the_list_has_it(inboxes: Inboxes) -> None:
    jo = await leading(inboxes.kit, "sw")
    async with reading(inboxes.kit.app, "sw") as reader, reading(inboxes.kit.app, "another") as another:
        assert (reader.status, reader.content_type) == (200, "text/event-stream; charset=utf-8")
        await inboxes.kit.tell(episode(jo, by="hv"))
        await inboxes.kit.tell(begun(jo, by="teacher"))
        pushed = await reader.until(2)
        assert list(reversed(pushed)) == await inboxes.items("sw")
        assert another.raw == b"retry: 2000\n\n"
        assert [question.recipient_id for question in CONSENT.asked] == ["sw", "sw"]


async def test_what_is_hidden_shows_nothing_at_all(inboxes: Inboxes) -> None:
    """Byte by byte what is read is what it would be, had the hidden entries never been."""
    seen, hidden = await leading(inboxes.kit, "sw"), await leading(inboxes.kit, "sw")
    CONSENT.hidden.add(("sw", hidden))
    CONSENT.closed.add(Category.SENSITIVE)
    async with reading(inboxes.kit.app, "sw") as reader:
        for number in range(3):
            await inboxes.kit.tell(episode(hidden, by="hv"), episode(seen, by="camhs", sensitive=True))
            await inboxes.kit.tell(shown := episode(seen, by="hv"))
            await inboxes.kit.tell(episode(hidden, by="hv"))
            assert ids(await reader.until(number + 1))[-1] == shown.episode_id
        alone = b"retry: 2000\n\n" + b"".join(
            b"id: %b\nevent: notification\ndata: %b\n\n"
            % (entry["notification_id"].encode(), json.dumps(entry, separators=(",", ":")).encode())
            for entry in reader.entries
        )
        assert reader.raw == alone


async def test_a_block_between_queueing_and_pushing_stops_it(inboxes: Inboxes) -> None:
    """The entry is written while the stream waits for a decision on one before it; the block comes meanwhile."""
    jo, sam = await leading(inboxes.kit, "sw"), await leading(inboxes.kit, "sw")
    async with reading(inboxes.kit.app, "sw") as reader:
        CONSENT.held = asyncio.Event()
        await inboxes.kit.tell(first := episode(sam, by="hv"))
        async with asyncio.timeout(PATIENCE):
            while not CONSENT.asked:
                await asyncio.sleep(0.01)
        await inboxes.kit.tell(episode(jo, by="hv"))
        CONSENT.hidden.add(("sw", jo))
        CONSENT.held.set()
        await inboxes.kit.tell(last := episode(sam, by="hv"))
        assert ids(await reader.until(2)) == [first.episode_id, last.episode_id]


async def test_who_comes_back_goes_on_after_the_last(inboxes: Inboxes, turns: Turns, tmp_path: Path) -> None:
    jo = await leading(inboxes.kit, "sw")
    async with reading(inboxes.kit.app, "sw") as reader:
        await inboxes.kit.tell(episode(jo, by="hv"))
        await reader.until(1)
    missed = [episode(jo, by="hv") for _ in range(3)]
    await inboxes.kit.tell(*missed)
    async with replica(turns, tmp_path) as other, reading(other, "sw", reader.last) as again:
        assert ids(await again.until(3)) == [each.episode_id for each in missed]
        await inboxes.kit.tell(later := episode(jo, by="hv"))
        assert ids(await again.until(4))[-1] == later.episode_id
    for unknown in (new_id(), "none", "%00", "x" * 200):
        async with reading(inboxes.kit.app, "sw", unknown) as fresh:
            assert fresh.status == 200
            await inboxes.kit.tell(episode(jo, by="hv"))
            await fresh.until(1)
    theirs = await leading(inboxes.kit, "another")
    for _ in range(3):
        await inboxes.kit.tell(episode(theirs, by="hv"))
    async with reading(inboxes.kit.app, "another", reader.last) as stranger:
        await inboxes.kit.tell(last := episode(theirs, by="hv"))
        assert ids(await stranger.until(1)) == [last.episode_id], "another's place is none"


async def test_the_place_of_an_entry_that_was_taken_back_is_kept(inboxes: Inboxes) -> None:
    jo = await leading(inboxes.kit, "sw")
    async with reading(inboxes.kit.app, "sw") as reader:
        await inboxes.kit.tell(ending := expiring(jo, by=None))
        await reader.until(1)
    await inboxes.kit.tell(missed := episode(jo, by="hv"))
    await inboxes.kit.tell(ConsentWithdrawn(consent_id=ending.consent_id, child_id=jo))
    async with reading(inboxes.kit.app, "sw", reader.last) as again:
        assert ids(await again.until(1)) == [missed.episode_id]


async def test_without_a_decision_nobody_is_told_and_nothing_is_lost(inboxes: Inboxes) -> None:
    jo = await leading(inboxes.kit, "sw")
    CONSENT.away = True
    async with reading(inboxes.kit.app, "sw") as reader:
        await inboxes.kit.tell(started := episode(jo, by="hv"))
        async with asyncio.timeout(PATIENCE):
            while len(CONSENT.asked) < 2:
                await asyncio.sleep(0.01)
        assert reader.entries == []
        CONSENT.away = False
        assert ids(await reader.until(1)) == [started.episode_id]


async def test_it_ends_for_who_may_be_told_nothing_any_more(inboxes: Inboxes, turns: Turns, tmp_path: Path) -> None:
    """At the next entry, by the decision; without one at the next sign of life, by what the directory told."""
    jo = await leading(inboxes.kit, "sw")
    async with reading(inboxes.kit.app, "sw") as reader:
        CONSENT.stopped.add("sw")
        await inboxes.kit.tell(episode(jo, by="hv"))
        async with asyncio.timeout(PATIENCE):
            await reader.ended.wait()
        assert reader.entries == []
    await inboxes.kit.tell(practitioner("gp", 1), practitioner("gp", 2, status=PractitionerStatus.SUSPENDED))
    async with replica(turns, tmp_path, stream_heartbeat_seconds=0.05) as app, reading(app, "gp") as gp:
        async with asyncio.timeout(PATIENCE):
            await gp.ended.wait()


async def test_signs_of_life_come_whatever_happens(inboxes: Inboxes, turns: Turns, tmp_path: Path) -> None:
    hidden = await leading(inboxes.kit, "sw")
    CONSENT.hidden.add(("sw", hidden))
    async with (
        replica(turns, tmp_path, stream_heartbeat_seconds=0.2) as app,
        reading(app, "sw") as busy,
        reading(app, "hv") as idle,
    ):
        async with asyncio.timeout(PATIENCE):
            while idle.comments < 6:
                await inboxes.kit.tell(episode(hidden, by="hv"))
        assert abs(busy.comments - idle.comments) <= 1
        assert {each.raw.replace(b":\n\n", b"") for each in (busy, idle)} == {b"retry: 2000\n\n"}


async def test_one_person_has_so_many_streams_and_gets_room_again(
    inboxes: Inboxes, turns: Turns, tmp_path: Path
) -> None:
    async with replica(turns, tmp_path, streams_per_person=2) as app:
        async with reading(app, "sw"), reading(app, "sw"), reading(app, "sw") as refused, reading(app, "hv") as other:
            assert (refused.status, refused.content_type) == (429, "application/problem+json")
            assert other.status == 200
        async with asyncio.timeout(PATIENCE):
            while True:
                async with reading(app, "sw") as again:
                    if again.status == 200:
                        break
                await asyncio.sleep(0.01)


async def test_it_ends_by_itself_after_its_time(turns: Turns, inboxes: Inboxes, tmp_path: Path) -> None:
    async with replica(turns, tmp_path, stream_seconds=0.1) as app, reading(app, "sw") as reader:
        async with asyncio.timeout(PATIENCE):
            await reader.ended.wait()


def test_without_the_consent_service_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="KITH_CONSENT_URL"):
        create_app(NotificationsSettings(data_dir=tmp_path), EmbeddedBroker(None))
