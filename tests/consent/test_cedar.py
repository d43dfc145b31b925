"""The decision against a second implementation of the same policy, in Cedar, on generated facts."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import pytest

from consent.adapters.policy_file import load_policy
from consent.domain.decision import decide
from consent.domain.facts import (
    Block,
    ChildFacts,
    ConsentInForce,
    Involvement,
    InvolvementKind,
    LegalBasisInForce,
    OverrideInForce,
    Post,
    Recipient,
    Viewer,
)
from consent.domain.records import Merge, as_one
from consent.settings import DEFAULT_POLICY
from contracts.vocabulary import (
    ACCOUNT_ROLES,
    Category,
    PartyType,
    PractitionerStatus,
    Purpose,
    RecipientType,
    Role,
    Sector,
)
from tests.consent.oracle.cedar import ACTIONS, Recorded, permitted
from tests.support.proof import Proof

POLICY = load_policy(DEFAULT_POLICY)
NOW = datetime(2028, 2, 29, 12, 0, 0, tzinfo=UTC)
IDS = ("a", "b")
SEED = 29_021_998
MERGED_ACTIONS = ("child.read", "block.read", "assessment.read")

T = TypeVar("T")


class Facts:
    """Facts by a seeded random source; few ids and short times, so that they meet."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def of(self, choices: "list[T] | tuple[T, ...]") -> T:
        return self._random.choice(choices)

    def likely(self, share: float) -> bool:
        return self._random.random() < share

    def some(self, choices: list[T], least: int = 0) -> list[T]:
        return self._random.sample(choices, self._random.randint(least, len(choices)))

    def moment(self) -> datetime:
        """Often at the very moment, or a microsecond beside it."""
        return NOW + self.of(
            [timedelta(microseconds=each) for each in (-1, 0, 1)] + [timedelta(hours=-1), timedelta(1)]
        )

    def viewer(self) -> Viewer:
        role = self.of([*Role, Role.SOCIAL_WORKER, Role.CAMHS, Role.HEALTH_VISITOR]) if self.likely(0.97) else None
        account = role in ACCOUNT_ROLES
        posts = [Post(self.of(IDS), self.of(IDS), frozenset(self.some(list(IDS))))] if self.likely(0.2) else []
        return Viewer(
            viewer_id=self.of(IDS),
            role=role,
            status=PractitionerStatus.ACTIVE if account or self.likely(0.9) else PractitionerStatus.SUSPENDED,
            agency_id=None if account else self.of(IDS),
            sector=None if account else self.of(list(Sector)),
            team_ids=frozenset() if account else frozenset(self.some(list(IDS))),
            child_id=self.of(["child", "first", "other"]) if account else None,
            posts=() if account else tuple(posts),
        )

    def somebody_involved(self, viewer: Viewer) -> Viewer:
        """Somebody for whom much depends on the facts of the child."""
        role = self.of([Role.SOCIAL_WORKER, Role.TEACHER, Role.HEALTH_VISITOR])
        active = replace(viewer, role=role, status=PractitionerStatus.ACTIVE, child_id=None, posts=())
        return replace(active, viewer_id=self.of(IDS), agency_id=self.of(IDS), sector=Sector.HEALTH)

    def recipient(self) -> Recipient:
        kind = self.of(list(RecipientType))
        if kind is RecipientType.ALL:
            return Recipient(kind)
        return Recipient(kind, self.of(list(Sector)).value if kind is RecipientType.SECTOR else self.of(IDS))

    def categories(self) -> frozenset[Category]:
        return frozenset(self.some(list(Category), 1))

    def time(self) -> datetime | None:
        """When something was recorded or merged: few moments, so that they meet."""
        return self.of([None, *(NOW - timedelta(days=days) for days in range(1, 6))])

    def recorded(self) -> Recorded:
        """A child recorded once, or a tree of merged records."""
        if self.likely(0.1):
            return Recorded((self.child(),))
        members = [self.merged_child(name) for name in ("child", "first", "second", "third")[: self.of([2, 2, 2, 3])]]
        merges = []
        for number, member in enumerate(members[1:], 1):
            into = members[self._random.randrange(number)].child_id
            merges.append((member.child_id, into, self.time() or NOW - timedelta(days=9)))
        return Recorded(tuple(members), tuple(merges))

    def merged_child(self, child_id: str) -> ChildFacts:
        """Mostly with little that keeps out, so that it shows what lets in."""
        child = self.child(child_id)
        return child if self.likely(0.3) else replace(child, blocks=(), overrides=())

    def child(self, child_id: str = "child") -> ChildFacts:
        def several(make: "object", most: int) -> tuple[object, ...]:
            return tuple(make() for _ in range(self._random.randint(0, most)))  # type: ignore[operator]

        def involvement() -> Involvement:
            ended = self.of([None, None, date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)])
            kind = self.of(list(InvolvementKind))
            shared = self.categories() if kind is InvolvementKind.REFERRAL and self.likely(0.6) else frozenset()
            who, team = self.of([None, *IDS]), self.of([None, *IDS])
            return Involvement("i", kind, who, team, ended, began_at=self.time(), shared=shared)

        def consent() -> ConsentInForce:
            purposes = frozenset(self.some(list(Purpose), 1)) if self.likely(0.3) else None
            until = self.moment() if self.likely(0.6) else None
            to = (self.recipient(), self.recipient())
            return ConsentInForce("c", self.categories(), to, purposes, until, recorded_at=self.time())

        def basis() -> LegalBasisInForce:
            return LegalBasisInForce("l", self.categories(), (self.recipient(),), self.moment(), self.time())

        def block() -> Block:
            categories = None if self.likely(0.3) else self.categories()
            return Block("b", self.of(list(PartyType)), self.of(IDS), categories, self.of([None, self.moment()]))

        def override() -> OverrideInForce:
            return OverrideInForce("o", self.of(IDS), self.categories(), self.moment())

        return ChildFacts(
            child_id,
            involvements=several(involvement, 2),  # type: ignore[arg-type]
            consents=several(consent, 2),  # type: ignore[arg-type]
            legal_bases=several(basis, 1),  # type: ignore[arg-type]
            blocks=several(block, 2) if self.likely(0.6) else (),  # type: ignore[arg-type]
            overrides=several(override, 1),  # type: ignore[arg-type]
        )


def whole(recorded: Recorded) -> ChildFacts:
    """The child as the decision takes it."""
    if not recorded.merges:
        return recorded.members[0]
    merges = [Merge(record, into, at, at) for record, into, at in recorded.merges]
    return as_one(recorded.members[0].child_id, recorded.members, merges)


@pytest.mark.parametrize("cases", [pytest.param(5_000), pytest.param(200_000, marks=pytest.mark.prove)])
def test_two_implementations_of_the_policy_agree(cases: int, proof: Proof) -> None:
    """A case: one viewer, one child (by however many records), one action, one purpose, one category."""
    facts = Facts(SEED)
    compared, opened, several = 0, 0, 0
    while compared < cases:
        viewer, recorded = facts.viewer(), facts.recorded()
        child = whole(recorded)
        # Fewer at once of merged records, for the more of them.
        actions = list(ACTIONS) if not recorded.merges else [facts.of(ACTIONS), facts.of(MERGED_ACTIONS)]
        if recorded.merges and facts.likely(0.8):
            viewer = facts.somebody_involved(viewer)
        asked = [(action, facts.of(list(Purpose))) for action in actions]
        for (action, purpose), theirs in zip(asked, permitted(viewer, recorded, asked, NOW), strict=True):
            ours = set(decide(viewer, child, action, tuple(Category), purpose, POLICY, NOW).permitted)
            assert ours == theirs, (viewer, recorded, action, purpose)
            compared += len(Category)
            opened += len(ours)
            several += len(ours) if len(recorded.members) > 1 else 0
    proof.note("cases compared with Cedar", compared)
    proof.note("of which permitted", opened)
    proof.note("of which of merged records", several)
    # A comparison of refusals alone would show nothing.
    assert opened > compared // 50
    assert several > opened // 5
