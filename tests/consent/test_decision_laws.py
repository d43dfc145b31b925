"""The laws of the decision, held for any facts: a block never adds, a consent never removes, order does not matter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consent.adapters.policy_file import load_policy
from consent.domain.actions import ACTIONS
from consent.domain.decision import decide
from consent.domain.facts import (
    Block,
    ChildFacts,
    ConsentInForce,
    Involvement,
    InvolvementKind,
    Recipient,
    Viewer,
)
from consent.settings import DEFAULT_POLICY
from contracts.routes import ROUTES
from contracts.vocabulary import (
    Category,
    Outcome,
    PartyType,
    PractitionerStatus,
    Purpose,
    RecipientType,
    Role,
    Sector,
)

POLICY = load_policy(DEFAULT_POLICY)
NOW = datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC)
IDS = st.sampled_from(["a", "b", "c"])
CATEGORIES = st.frozensets(st.sampled_from(Category), min_size=1)
ENDS = st.none() | st.datetimes(
    NOW.replace(tzinfo=None) - timedelta(days=2), NOW.replace(tzinfo=None) + timedelta(days=2)
).map(lambda moment: moment.replace(tzinfo=UTC))

viewers = st.builds(
    Viewer,
    viewer_id=IDS,
    role=st.sampled_from([role for role in Role if role not in {Role.YOUNG_PERSON, Role.PARENT}]) | st.none(),
    status=st.sampled_from(PractitionerStatus),
    agency_id=IDS,
    sector=st.sampled_from(Sector),
    team_ids=st.frozensets(IDS),
)
recipients = st.one_of(
    st.just(Recipient(RecipientType.ALL)),
    st.builds(Recipient, st.sampled_from([RecipientType.PRACTITIONER, RecipientType.TEAM, RecipientType.AGENCY]), IDS),
    st.builds(Recipient, st.just(RecipientType.SECTOR), st.sampled_from(Sector)),
)
consents = st.builds(
    ConsentInForce,
    consent_id=IDS,
    categories=CATEGORIES,
    recipients=st.lists(recipients, min_size=1, max_size=3).map(tuple),
    purposes=st.none() | st.frozensets(st.sampled_from(Purpose), min_size=1),
    valid_until=ENDS,
)
blocks = st.builds(
    Block,
    block_id=IDS,
    type=st.sampled_from(PartyType),
    party_id=IDS,
    categories=st.none() | CATEGORIES,
    valid_until=ENDS,
)
involvements = st.builds(
    Involvement,
    reference=IDS,
    kind=st.sampled_from(InvolvementKind),
    practitioner_id=st.none() | IDS,
    team_id=st.none() | IDS,
    ended_on=st.none() | st.dates(date(2026, 2, 26), date(2026, 3, 2)),
)
children = st.builds(
    ChildFacts,
    child_id=st.just("child"),
    involvements=st.lists(involvements, max_size=4).map(tuple),
    consents=st.lists(consents, max_size=4).map(tuple),
    blocks=st.lists(blocks, max_size=4).map(tuple),
)
actions = st.sampled_from(sorted(ACTIONS))
purposes = st.sampled_from(Purpose)


def permitted(
    viewer: Viewer, child: ChildFacts | None, action: str, purpose: Purpose, now: datetime = NOW
) -> set[Category]:
    return set(decide(viewer, child, action, tuple(Category), purpose, POLICY, now).permitted)


@given(viewers, children, actions, purposes, blocks)
def test_a_block_never_adds(viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose, block: Block) -> None:
    blocked = replace(child, blocks=(*child.blocks, block))
    assert permitted(viewer, blocked, action, purpose) <= permitted(viewer, child, action, purpose)


@given(viewers, children, actions, purposes)
def test_whom_a_block_of_all_names_gets_nothing(
    viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose
) -> None:
    parties = [(PartyType.PRACTITIONER, viewer.viewer_id), (PartyType.AGENCY, viewer.agency_id)]
    parties += [(PartyType.TEAM, team_id) for team_id in viewer.team_ids]
    for kind, party_id in parties:
        blocked = replace(child, blocks=(*child.blocks, Block("x", kind, str(party_id))))
        assert permitted(viewer, blocked, action, purpose) == set()


@given(viewers, children, actions, purposes, consents)
def test_a_consent_never_removes(
    viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose, consent: ConsentInForce
) -> None:
    more = replace(child, consents=(*child.consents, consent))
    assert permitted(viewer, child, action, purpose) <= permitted(viewer, more, action, purpose)


@given(viewers, children, purposes)
def test_nothing_beyond_the_role_and_sensitive_only_by_name(
    viewer: Viewer, child: ChildFacts, purpose: Purpose
) -> None:
    seen = permitted(viewer, child, "child.read", purpose)
    if seen:
        assert viewer.role is not None
        assert viewer.status is PractitionerStatus.ACTIVE
        assert seen <= POLICY.roles[viewer.role].entitled
    if Category.SENSITIVE in seen:
        assert any(consent.covers(viewer, Category.SENSITIVE, purpose, NOW) for consent in child.consents), (
            "sensitive without a consent that names it"
        )


@given(viewers, children, purposes)
def test_no_involvement_no_answer(viewer: Viewer, child: ChildFacts, purpose: Purpose) -> None:
    alone = replace(child, involvements=())
    if permitted(viewer, alone, "child.read", purpose):
        assert viewer.role is Role.INDEX_OFFICER
        assert purpose is Purpose.DATA_QUALITY


@given(viewers, children, actions, purposes, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(
    viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose, random: object
) -> None:
    def shuffled(facts: tuple[object, ...]) -> tuple[object, ...]:
        mixed = list(facts)
        random.shuffle(mixed)  # type: ignore[attr-defined]
        return tuple(mixed)

    other = ChildFacts(
        child_id=child.child_id,
        involvements=shuffled(child.involvements),  # type: ignore[arg-type]
        consents=shuffled(child.consents),  # type: ignore[arg-type]
        blocks=shuffled(child.blocks),  # type: ignore[arg-type]
    )
    assert permitted(viewer, child, action, purpose) == permitted(viewer, other, action, purpose)


@given(viewers, children, actions, purposes)
def test_every_answer_says_why(viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose) -> None:
    decision = decide(viewer, child, action, tuple(Category), purpose, POLICY, NOW)
    assert decision.findings
    assert all(finding.because for finding in decision.findings)
    assert {finding.category for finding in decision.findings if finding.permitted and finding.category} == set(
        decision.permitted
    )
    assert not (decision.forbidden and decision.outcome is Outcome.PERMITTED)


def test_expiry_holds_to_the_second() -> None:
    viewer = Viewer("v", Role.GP, agency_id="gp", sector=Sector.HEALTH)
    end = datetime(2028, 2, 29, 12, 0, 0, tzinfo=UTC)
    child = ChildFacts(
        "child",
        involvements=(Involvement("e", InvolvementKind.EPISODE, "v", None),),
        consents=(ConsentInForce("c", frozenset({Category.HEALTH}), (Recipient(RecipientType.ALL),), valid_until=end),),
        blocks=(Block("b", PartyType.PRACTITIONER, "v", frozenset({Category.FAMILY}), end),),
    )
    before = permitted(viewer, child, "child.read", Purpose.DIRECT_SUPPORT, end - timedelta(seconds=1))
    at = permitted(viewer, child, "child.read", Purpose.DIRECT_SUPPORT, end)
    assert Category.HEALTH in before
    assert Category.FAMILY not in before
    assert Category.HEALTH not in at
    assert Category.FAMILY in at


def test_every_route_has_an_action_that_the_decision_knows() -> None:
    assert {route.action for route in ROUTES} == set(ACTIONS)
