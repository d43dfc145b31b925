"""A page of a chronology reads what it shows, however long the history, and whatever of it is hidden."""

from random import Random

from sqlalchemy.ext.asyncio import AsyncConnection

from assessment.adapters.chronology import SqlChronology
from chassis.chronology import Asked, Place
from contracts.vocabulary import Category, ChronologyKind
from tests.assessment.desk import TEACHER, Desk
from tests.assessment.history import fill, lived
from tests.notifications.kit import Turns, child
from tests.support.reading import Read, reading

LIMIT = 10
SHORT, LONG = 140, 4_200
"""In each source of the short history there are more than a page shows."""
KINDS = frozenset(ChronologyKind)


async def test_a_page_of_a_long_history_reads_no_more_than_that_of_a_short_one(desk: Desk, turns: Turns) -> None:
    draw = Random(20_262)
    short, long, hidden = child(), child(), child()
    others = [lived(child(), 30, 5, draw) for _ in range(100)]
    unseen = lived(hidden, LONG, 20, draw, Category.HEALTH)
    seen = lived(hidden, SHORT, 5, draw)
    await fill(turns.database, lived(short, SHORT, 5, draw), lived(long, LONG, 20, draw), unseen, seen, *others)

    async def read(record: str, *, since: Place | None = None, kinds: frozenset[ChronologyKind] = KINDS) -> Read:
        shown: list[Place] = []

        async def page(connection: AsyncConnection) -> None:
            found = await SqlChronology(connection).page(
                [record], TEACHER, "teacher", Asked(kinds, None, None, since, LIMIT)
            )
            shown.extend(each.place for each in found)

        done = await reading(turns.database, page)
        assert len(shown) == LIMIT + 1
        return done

    async def middle(record: str) -> Place:
        async with turns.database.read() as connection:
            asked = Asked(KINDS, None, None, None, 60)
            return (await SqlChronology(connection).page([record], TEACHER, "teacher", asked))[-1].place

    first = await read(short)
    assert first.statements == 2
    # Of each source a page and one more, and who they were by.
    most = first.amount * 1.15
    for page in (
        await read(long),
        await read(long, since=await middle(long)),
        await read(short, since=await middle(short)),
        await read(long, kinds=frozenset({ChronologyKind.ACTION_DONE, ChronologyKind.TEAM_LEFT})),
    ):
        assert page.statements == first.statements
        assert page.amount <= most, f"{page} after {first}"
    # Ten times as much that is hidden is not looked at.
    in_front = await read(hidden, kinds=frozenset({ChronologyKind.LIFE_EVENT, ChronologyKind.ACTION_DONE}))
    alone = await read(short, kinds=frozenset({ChronologyKind.LIFE_EVENT, ChronologyKind.ACTION_DONE}))
    assert in_front.amount <= alone.amount * 1.15, f"{in_front} after {alone}"
