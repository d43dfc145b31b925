"""The laws of the decision, held for any facts: a block never adds, a consent never removes, order does not matter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consent.adapters.policy_file import load_policy
from consent.domain.actions import ACTIONS
from consent.domain.decision import decide, explain
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
from contracts.decisions import DELIVER
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
    posts=st.lists(st.builds(Post, practitioner_id=IDS, agency_id=IDS, team_ids=st.frozensets(IDS)), max_size=1).map(
        tuple
    ),
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
    sensitive=st.booleans(),
    shared=st.just(frozenset()) | CATEGORIES,
)
MOMENTS = st.datetimes(
    NOW.replace(tzinfo=None) - timedelta(hours=2), NOW.replace(tzinfo=None) + timedelta(hours=2)
).map(lambda moment: moment.replace(tzinfo=UTC))
legal_bases = st.builds(
    LegalBasisInForce,
    basis_id=IDS,
    categories=CATEGORIES,
    recipients=st.lists(recipients, min_size=1, max_size=3).map(tuple),
    valid_until=MOMENTS,
)
overrides = st.builds(OverrideInForce, override_id=IDS, viewer_id=IDS, categories=CATEGORIES, expires_at=MOMENTS)
children = st.builds(
    ChildFacts,
    child_id=st.just("child"),
    involvements=st.lists(involvements, max_size=4).map(tuple),
    consents=st.lists(consents, max_size=4).map(tuple),
    blocks=st.lists(blocks, max_size=4).map(tuple),
    legal_bases=st.lists(legal_bases, max_size=3).map(tuple),
    overrides=st.lists(overrides, max_size=2).map(tuple),
)
actions = st.sampled_from(sorted(ACTIONS))
purposes = st.sampled_from(Purpose)


def permitted(
    viewer: Viewer, child: ChildFacts | None, action: str, purpose: Purpose, now: datetime = NOW
) -> set[Category]:
    return set(decide(viewer, child, action, tuple(Category), purpose, POLICY, now).permitted)


def a_block_never_adds(viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose, block: Block) -> None:
    blocked = replace(child, blocks=(*child.blocks, block))
    assert permitted(viewer, blocked, action, purpose) <= permitted(viewer, child, action, purpose)


def whom_a_block_of_all_names_gets_nothing(viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose) -> None:
    """Whichever of their posts it names, and unless they broke the glass: then what they named, and no more."""
    parties = [(PartyType.PRACTITIONER, viewer.viewer_id), (PartyType.AGENCY, viewer.agency_id)]
    parties += [(PartyType.TEAM, team_id) for team_id in viewer.team_ids]
    for post in viewer.posts:
        parties += [(PartyType.PRACTITIONER, post.practitioner_id), (PartyType.AGENCY, post.agency_id)]
        parties += [(PartyType.TEAM, team_id) for team_id in post.team_ids]
    opened: set[Category] = set()
    if ACTIONS[action].overridable:
        mine = [each for each in child.overrides if each.viewer_id == viewer.viewer_id and each.expires_at > NOW]
        opened = {category for each in mine for category in each.categories}
    for kind, party_id in parties:
        blocked = replace(child, blocks=(*child.blocks, Block("x", kind, str(party_id))))
        assert permitted(viewer, blocked, action, purpose) <= opened
        assert permitted(viewer, replace(blocked, overrides=()), action, purpose) == set()


def a_consent_never_removes(
    viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose, consent: ConsentInForce
) -> None:
    more = replace(child, consents=(*child.consents, consent))
    assert permitted(viewer, child, action, purpose) <= permitted(viewer, more, action, purpose)


def an_override_adds_what_it_names_to_its_viewer_alone(
    viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose, override: OverrideInForce
) -> None:
    before = permitted(viewer, child, action, purpose)
    after = permitted(viewer, replace(child, overrides=(*child.overrides, override)), action, purpose)
    assert before <= after <= before | override.categories
    if override.viewer_id != viewer.viewer_id or override.expires_at <= NOW or not ACTIONS[action].overridable:
        assert after == before


def a_legal_basis_never_removes_nor_opens_what_is_sensitive(
    viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose, basis: LegalBasisInForce
) -> None:
    before = permitted(viewer, child, action, purpose)
    after = permitted(viewer, replace(child, legal_bases=(*child.legal_bases, basis)), action, purpose)
    assert before <= after <= before | (basis.categories - {Category.SENSITIVE})


def an_explanation_is_the_same_computation(viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose) -> None:
    decision = decide(viewer, child, action, tuple(Category), purpose, POLICY, NOW)
    told = explain(viewer, child, action, tuple(Category), purpose, POLICY, NOW)
    assert told
    assert all(finding.because for finding in told)
    for category in Category:
        spoken = [finding for finding in told if finding.category is category]
        decided = [finding for finding in decision.findings if finding.category is category]
        # Where there is a decision on the category, its rule is one of those that spoke.
        assert {(found.rule, found.permitted) for found in decided} <= {(each.rule, each.permitted) for each in spoken}
        if decided and not child.overrides:
            first_refusal = next((each for each in spoken if not each.permitted), spoken[-1])
            assert decided == [first_refusal]


def nothing_beyond_the_role_and_sensitive_only_by_name(viewer: Viewer, child: ChildFacts, purpose: Purpose) -> None:
    seen = permitted(viewer, child, "child.read", purpose)
    if seen:
        assert viewer.role is not None
        assert viewer.status is PractitionerStatus.ACTIVE
        assert seen <= POLICY.roles[viewer.role].entitled
    opened = {category for each in child.overrides for category in each.categories}
    if Category.SENSITIVE in seen - opened:
        assert any(consent.covers(viewer, Category.SENSITIVE, purpose, NOW) for consent in child.consents), (
            "sensitive without a consent that names it"
        )


def no_involvement_no_answer(viewer: Viewer, child: ChildFacts, purpose: Purpose) -> None:
    alone = replace(child, involvements=(), overrides=())
    if permitted(viewer, alone, "child.read", purpose):
        assert viewer.role is Role.INDEX_OFFICER
        assert purpose is Purpose.DATA_QUALITY


def a_referral_opens_no_more_than_an_episode_and_only_what_the_policy_says(
    viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose
) -> None:
    def as_kind(kind: InvolvementKind) -> ChildFacts:
        team = tuple(replace(each, kind=kind, practitioner_id=None) for each in child.involvements)
        return replace(child, involvements=team, overrides=())

    referred = permitted(viewer, as_kind(InvolvementKind.REFERRAL), action, purpose)
    assert referred <= permitted(viewer, as_kind(InvolvementKind.EPISODE), action, purpose)
    alone = permitted(viewer, replace(child, involvements=(), overrides=()), action, purpose)
    shared = {category for each in child.involvements for category in each.shared}
    assert referred - alone <= (POLICY.referrals[action] | shared if action in POLICY.referrals else set())
    if all(each.sensitive for each in child.involvements) and referred - alone:
        assert Category.SENSITIVE in permitted(viewer, as_kind(InvolvementKind.EPISODE), "child.read", purpose)


def the_order_of_facts_does_not_matter(
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
        legal_bases=shuffled(child.legal_bases),  # type: ignore[arg-type]
        overrides=shuffled(child.overrides),  # type: ignore[arg-type]
    )
    assert permitted(viewer, child, action, purpose) == permitted(viewer, other, action, purpose)


def every_answer_says_why(viewer: Viewer, child: ChildFacts, action: str, purpose: Purpose) -> None:
    decision = decide(viewer, child, action, tuple(Category), purpose, POLICY, NOW)
    assert decision.findings
    assert all(finding.because for finding in decision.findings)
    opened = {finding.category for finding in decision.findings if finding.permitted and finding.category}
    if ACTIONS[action].whole and len(opened) < len(Category):
        opened = set()  # all of it or nothing
    assert opened == set(decision.permitted)
    assert not (decision.forbidden and decision.outcome is Outcome.PERMITTED)


@given(
    viewers, children, actions, purposes, blocks, consents, overrides, legal_bases, st.randoms(use_true_random=False)
)
def test_the_laws(
    viewer: Viewer,
    child: ChildFacts,
    action: str,
    purpose: Purpose,
    block: Block,
    consent: ConsentInForce,
    override: OverrideInForce,
    basis: LegalBasisInForce,
    random: object,
) -> None:
    """All of them for the same facts: to draw the facts takes far longer than to decide on them."""
    a_block_never_adds(viewer, child, action, purpose, block)
    whom_a_block_of_all_names_gets_nothing(viewer, child, action, purpose)
    a_consent_never_removes(viewer, child, action, purpose, consent)
    an_override_adds_what_it_names_to_its_viewer_alone(viewer, child, action, purpose, override)
    a_legal_basis_never_removes_nor_opens_what_is_sensitive(viewer, child, action, purpose, basis)
    an_explanation_is_the_same_computation(viewer, child, action, purpose)
    nothing_beyond_the_role_and_sensitive_only_by_name(viewer, child, purpose)
    no_involvement_no_answer(viewer, child, purpose)
    a_referral_opens_no_more_than_an_episode_and_only_what_the_policy_says(viewer, child, action, purpose)
    the_order_of_facts_does_not_matter(viewer, child, action, purpose, random)
    every_answer_says_why(viewer, child, action, purpose)


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
    assert {route.action for route in ROUTES} | {DELIVER} == set(ACTIONS), "of a delivery nobody asks by a route"
