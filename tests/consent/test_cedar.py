"""The decision against a second implementation of the same policy, in Cedar, on generated facts."""

import random
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
from tests.consent.oracle.cedar import ACTIONS, permitted
from tests.support.proof import Proof

POLICY = load_policy(DEFAULT_POLICY)
NOW = datetime(2028, 2, 29, 12, 0, 0, tzinfo=UTC)
IDS = ("a", "b")
SEED = 29_021_998

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
            child_id=self.of(["child", "other"]) if account else None,
            posts=() if account else tuple(posts),
        )

    def recipient(self) -> Recipient:
        kind = self.of(list(RecipientType))
        if kind is RecipientType.ALL:
            return Recipient(kind)
        return Recipient(kind, self.of(list(Sector)).value if kind is RecipientType.SECTOR else self.of(IDS))

    def categories(self) -> frozenset[Category]:
        return frozenset(self.some(list(Category), 1))

    def child(self) -> ChildFacts:
        def several(make: "object", most: int) -> tuple[object, ...]:
            return tuple(make() for _ in range(self._random.randint(0, most)))  # type: ignore[operator]

        def involvement() -> Involvement:
            ended = self.of([None, None, date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)])
            kind = self.of(list(InvolvementKind))
            return Involvement("i", kind, self.of([None, *IDS]), self.of([None, *IDS]), ended)

        def consent() -> ConsentInForce:
            purposes = frozenset(self.some(list(Purpose), 1)) if self.likely(0.3) else None
            until = self.moment() if self.likely(0.6) else None
            return ConsentInForce("c", self.categories(), (self.recipient(), self.recipient()), purposes, until)

        def basis() -> LegalBasisInForce:
            return LegalBasisInForce("l", self.categories(), (self.recipient(),), self.moment())

        def block() -> Block:
            categories = None if self.likely(0.3) else self.categories()
            return Block("b", self.of(list(PartyType)), self.of(IDS), categories, self.of([None, self.moment()]))

        def override() -> OverrideInForce:
            return OverrideInForce("o", self.of(IDS), self.categories(), self.moment())

        return ChildFacts(
            "child",
            involvements=several(involvement, 2),  # type: ignore[arg-type]
            consents=several(consent, 2),  # type: ignore[arg-type]
            legal_bases=several(basis, 1),  # type: ignore[arg-type]
            blocks=several(block, 2) if self.likely(0.6) else (),  # type: ignore[arg-type]
            overrides=several(override, 1),  # type: ignore[arg-type]
        )


@pytest.mark.parametrize("cases", [pytest.param(10_000), pytest.param(200_000, marks=pytest.mark.prove)])
def test_two_implementations_of_the_policy_agree(cases: int, proof: Proof) -> None:
    """A case: one viewer, one child, one action, one purpose, one category."""
    facts = Facts(SEED)
    compared, opened = 0, 0
    while compared < cases:
        viewer, child = facts.viewer(), facts.child()
        asked = [(action, facts.of(list(Purpose))) for action in ACTIONS]
        for (action, purpose), theirs in zip(asked, permitted(viewer, child, asked, NOW), strict=True):
            ours = set(decide(viewer, child, action, tuple(Category), purpose, POLICY, NOW).permitted)
            assert ours == theirs, (viewer, child, action, purpose)
            compared += len(Category)
            opened += len(ours)
    proof.note("cases compared with Cedar", compared)
    proof.note("of which permitted", opened)
    # A comparison of refusals alone would show nothing.
    assert opened > compared // 50
