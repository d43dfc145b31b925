"""Whatever happened, whatever is granted and however it is paged: the pages are the list, and what is hidden changes no
byte of them."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.adapters.life_event_tables import life_events
from assessment.adapters.lifecycle_tables import closures, completions
from assessment.adapters.referral_tables import referrals
from assessment.adapters.tables import actions, assessments, reviews, stages, team_invitations, team_memberships
from chassis.chronology import Place
from chassis.days import uk_date
from contracts.supplies import ChronologyEntry, ChronologySource
from contracts.vocabulary import Category, ChronologyKind
from tests.assessment.desk import Desk
from tests.assessment.timeline import ask
from tests.notifications.kit import Turns, Viewer, child

Kind = ChronologyKind
FIRST = datetime(2026, 3, 27, 22, 0, tzinfo=UTC)
"""From two days before the clocks go forward: days are those of the United Kingdom."""
OF_INDEX = (Kind.EPISODE_STARTED, Kind.EPISODE_ENDED, Kind.LEAD_ASSIGNED)
MOMENTS = frozenset(Kind) - {Kind.EPISODE_STARTED, Kind.EPISODE_ENDED, Kind.REVIEW_HELD, Kind.LIFE_EVENT}
ANY_CATEGORY = {Kind.ACTION_DONE, Kind.LIFE_EVENT}
FIXED = dict.fromkeys(
    (Kind.ASSESSMENT_BEGUN, Kind.ASSESSMENT_COMPLETED, Kind.ASSESSMENT_CLOSED, Kind.LEAD_ASSIGNED), Category.INVOLVEMENT
)
BEFORE_ALL = datetime(1850, 1, 1, tzinfo=UTC)
"""Of a time in which no service had a clock: what is dated so is in no chronology."""


@dataclass(frozen=True)
class Happened:
    """One thing, as the test knows it. `sensitive`: of a member of the team or an episode."""

    kind: Kind
    key: str
    record: int
    hours: int
    category: Category
    sensitive: bool

    @property
    def moment(self) -> datetime:
        return FIRST + timedelta(hours=self.hours)

    @property
    def place(self) -> Place:
        if self.kind in MOMENTS:
            return Place.at(self.moment, self.kind, self.key)
        return Place(uk_date(self.moment), self.kind, None, self.key)

    def is_open_to(self, categories: frozenset[Category]) -> bool:
        if self.sensitive and Category.SENSITIVE not in categories:
            return False
        return self.category in categories


def any_history(draw: random.Random, size: int) -> list[Happened]:
    """Crowded: some hours of four days, so that many things share a day, and some a moment."""
    found = []
    for _ in range(size):
        kind = draw.choice(list(Kind))
        if kind in ANY_CATEGORY:
            category = draw.choice(list(Category))
        elif kind in OF_INDEX:
            category = Category.INVOLVEMENT
        elif kind is Kind.REFERRAL_SENT:
            category = draw.choice([Category.INVOLVEMENT, Category.SENSITIVE])
        else:
            category = FIXED.get(kind, Category.PLAN)
        may_be_sensitive = kind in {Kind.TEAM_JOINED, Kind.TEAM_LEFT, Kind.EPISODE_STARTED, Kind.EPISODE_ENDED}
        sensitive = may_be_sensitive and draw.random() < 0.4
        found.append(Happened(kind, child(), draw.randrange(2), draw.randrange(96), category, sensitive))
    draw.shuffle(found)
    return found


def assessment_row(each: Happened, record: str, begun_at: datetime) -> dict[str, Any]:
    return {
        "assessment_id": each.key, "child_id": record, "template_id": "common-assessment", "template_version": 1,
        "reason": "r", "status": "begun", "begun_by": "sw", "begun_at": begun_at, "version": 1,
    }  # fmt: skip


def rows_of(each: Happened, record: str) -> list[tuple[sa.Table, dict[str, Any]]]:
    """As the service itself would have written it."""
    at, day = each.moment, uk_date(each.moment)
    match each.kind:
        case Kind.ASSESSMENT_BEGUN:
            return [(assessments, assessment_row(each, record, at))]
        case Kind.ASSESSMENT_COMPLETED:
            # Of the assessment itself only how it went on is looked at here.
            row = {
                "assessment_id": each.key, "version": 1, "summary": "s", "child_views": "c", "parent_views": "p",
                "consent_given_by": "parent", "consent_words": "w", "completed_by": "sw", "completed_at": at,
                "child_id": record,
            }  # fmt: skip
            return [(assessments, assessment_row(each, record, BEFORE_ALL)), (completions, row)]
        case Kind.ASSESSMENT_CLOSED:
            row = {
                "assessment_id": each.key, "reason_code": "needs-met", "reason": "r", "closed_by": "sw",
                "closed_at": at, "child_id": record,
            }  # fmt: skip
            return [(assessments, assessment_row(each, record, BEFORE_ALL)), (closures, row)]
        case Kind.REFERRAL_SENT:
            row = {
                "referral_id": each.key, "child_id": record, "entry_id": "visits", "category": each.category.value,
                "reason": "r", "needs": [], "shared": [], "referred_by": "sw", "sent_at": at, "status": "sent",
                "version": 1,
            }  # fmt: skip
            return [(referrals, row)]
        case Kind.REVIEW_HELD:
            row = {
                "review_id": each.key, "child_id": record, "held_on": day, "attendees": [], "recorded_by": "sw",
                "recorded_at": at,
            }  # fmt: skip
            return [(reviews, row)]
        case Kind.STAGE_AGREED:
            row = {
                "stage_id": each.key, "child_id": record, "stage": 2, "reason": "r", "criteria": [], "agreed_by": [],
                "policy_version": "1", "set_by": "sw", "set_at": at, "ended_at": at, "duplicate": False,
            }  # fmt: skip
            return [(stages, row)]
        case Kind.ACTION_DONE:
            row = {
                "action_id": each.key, "child_id": record, "title": "t", "owner_id": "sw", "due_on": day,
                "category": each.category.value, "status": "done", "added_by": "sw", "added_at": at,
                "changed_by": "sw", "changed_at": at, "version": 1, "done_at": at, "done_by": "sw",
            }  # fmt: skip
            return [(actions, row)]
        case Kind.LIFE_EVENT:
            row = {
                "life_event_id": each.key, "child_id": record, "code": "other", "category": each.category.value,
                "occurred_on": day, "accuracy": "AAA", "status": "recorded", "recorded_by": "sw", "recorded_at": at,
                "changed_at": at, "version": 1,
            }  # fmt: skip
            return [(life_events, row)]
        case Kind.TEAM_JOINED | Kind.TEAM_LEFT:
            left = each.kind is Kind.TEAM_LEFT
            asked = {
                "invitation_id": child(), "practitioner_id": "gp", "part": "p", "sensitive": each.sensitive,
                "invited_by": "sw", "invited_at": at, "answered_at": at, "accepted": True,
            }  # fmt: skip
            # Of somebody who has left only that is looked at here: they joined before any service had a clock.
            row = {
                "membership_id": each.key, "invitation_id": asked["invitation_id"], "child_id": record,
                "joined_at": BEFORE_ALL if left else at, "ended_at": at if left else None,
                "ended_by": "gp" if left else None,
            }  # fmt: skip
            return [(team_invitations, asked), (team_memberships, row)]
    return []


async def written(turns: Turns, history: list[Happened], records: tuple[str, str]) -> None:
    async with turns.database.write() as connection:
        for each in history:
            for table, row in rows_of(each, records[each.record]):
                await connection.execute(sa.insert(table).values(**row))
        await connection.commit()


def given_by_index(
    history: list[Happened], records: int, categories: frozenset[Category], query: dict[str, Any], after: Place | None
) -> list[ChronologyEntry]:
    """What the child index would give: as far as the same grant permits, and no more than the page needs."""
    mine = [
        each
        for each in history
        if each.kind in OF_INDEX and each.record < records and is_asked_for(each, query) and each.is_open_to(categories)
    ]
    if Category.INVOLVEMENT not in categories:
        return []
    mine = [each for each in mine if after is None or each.place.order < after.order]
    mine.sort(key=lambda each: each.place.order, reverse=True)
    return [
        ChronologyEntry(
            kind=each.kind,
            key=each.key,
            day=each.place.day,
            moment=each.place.moment,
            category=Category.SENSITIVE if each.sensitive else Category.INVOLVEMENT,
            source=ChronologySource(),
        )
        for each in mine[: query["limit"] + 1]
    ]


def is_asked_for(each: Happened, query: dict[str, Any]) -> bool:
    day = each.place.day.isoformat()
    return query.get("from", "") <= day <= query.get("to", "9999") and each.kind in query.get("kind", list(Kind))


async def pages(
    viewer: Viewer, root: str, history: list[Happened], records: int, query: dict[str, Any]
) -> tuple[list[str], list[bytes]]:
    """All entries by id, and the bytes of each page."""
    found: list[str] = []
    raw: list[bytes] = []
    places = {f"{each.kind}.{each.key}": each.place for each in history}
    cursor: dict[str, str] = {}
    after: Place | None = None
    while True:
        supplied = given_by_index(history, records, frozenset(viewer.categories), query, after)
        answer = await ask(viewer, root, *supplied, **(query | cursor))
        assert answer.status_code == 200, answer.text
        raw.append(answer.content)
        page = answer.json()
        assert len(raw) <= len(history) + 1, "the pages come round again"
        found += [each["entry_id"] for each in page["items"]]
        assert {each["category"] for each in page["items"]} <= {category.value for category in viewer.categories}
        if page["next_cursor"] is None:
            return found, raw
        assert len(page["items"]) == query["limit"]
        cursor, after = {"cursor": page["next_cursor"]}, places[found[-1]]


GRANTS = st.frozensets(st.sampled_from(list(Category)), max_size=len(Category)) | st.just(frozenset(Category))
DAYS = st.dates(date(2026, 3, 26), date(2026, 4, 1)).map(date.isoformat)
QUERIES = st.fixed_dictionaries(
    {"limit": st.integers(1, 7) | st.just(200)},
    optional={
        "from": DAYS,
        "kind": st.lists(st.sampled_from([kind.value for kind in Kind]), min_size=1, max_size=4, unique=True),
    },
)


@settings(
    max_examples=settings().max_examples // 2,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(0, 2**32),
    size=st.integers(0, 40),
    granted=GRANTS,
    merged=st.booleans(),
    query=QUERIES,
)
async def test_the_pages_are_the_list_and_what_is_hidden_leaves_no_byte(
    desk: Desk, turns: Turns, seed: int, size: int, granted: frozenset[Category], merged: bool, query: dict[str, Any]
) -> None:
    history = any_history(random.Random(seed), size)
    root, copy = child(), child()
    await written(turns, history, (root, copy))
    viewer = desk.kit.viewer("reader", granted)
    viewer.records = (root, copy) if merged else (root,)
    records = 2 if merged else 1

    found, raw = await pages(viewer, root, history, records, query)

    shown = [
        each
        for each in history
        if each.record < records
        and is_asked_for(each, query)
        and each.is_open_to(granted)
        and (each.kind not in OF_INDEX or Category.INVOLVEMENT in granted)
    ]
    shown.sort(key=lambda each: each.place.order, reverse=True)
    assert found == [f"{each.kind}.{each.key}" for each in shown]

    # The same child, of whom nothing that is hidden ever happened.
    other = [each for each in history if each in shown]
    async with turns.database.write() as connection:
        for each in history:
            if each not in shown:
                for table, row in reversed(rows_of(each, root)):
                    key = next(iter(table.primary_key.columns))
                    if table is not team_invitations:  # each is of one membership alone
                        await connection.execute(sa.delete(table).where(key == row[key.name]))
        await connection.commit()
    assert (await pages(viewer, root, other, records, query)) == (found, raw)
