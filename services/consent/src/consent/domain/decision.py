"""The decision: a pure function of the facts, the request and the policy.

Each rule says what it found, category by category; the explanation in plain English is made of the same findings.
The order is that of the rules as people tell them: is the viewer active, may their role do this at all, are they
involved, is the role entitled, does the family's consent cover it, does a block stop it. A block beats everything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from consent.domain.facts import ChildFacts, InvolvementKind, Viewer
from consent.domain.policy import Policy
from contracts.vocabulary import ACCOUNT_ROLES, Category, Outcome, Purpose, Role


class Basis(StrEnum):
    """What an action rests on, besides the role."""

    ROLE = "role"
    """No child is spoken of."""
    ANYBODY = "anybody"
    """Any identity that the issuer vouches for, known to the directory or not."""
    INVOLVED = "involved"
    """A current involvement with the child."""
    UNRELATED = "unrelated"
    """Needs no involvement: search before create, opening an involvement of one's own."""
    OWN = "own"
    """An account's own child."""


@dataclass(frozen=True, slots=True)
class ActionRule:
    """`writes`: recording what one knows discloses nothing, so no consent is asked for."""

    basis: Basis
    writes: bool = False


ACTIONS: dict[str, ActionRule] = {
    "directory.read": ActionRule(Basis.ROLE),
    "directory.write": ActionRule(Basis.ROLE),
    "whoami": ActionRule(Basis.ROLE),
    "template.read": ActionRule(Basis.ROLE),
    "import.create": ActionRule(Basis.ROLE),
    "import.read": ActionRule(Basis.ROLE),
    "log.read": ActionRule(Basis.ROLE),
    "log.export": ActionRule(Basis.ROLE),
    "log.prove": ActionRule(Basis.ROLE),
    "log.purge": ActionRule(Basis.ROLE),
    "account.accept": ActionRule(Basis.ANYBODY),
    "child.search": ActionRule(Basis.UNRELATED),
    "child.create": ActionRule(Basis.UNRELATED),
    "review.read": ActionRule(Basis.UNRELATED),
    "review.resolve": ActionRule(Basis.UNRELATED),
    "episode.open": ActionRule(Basis.UNRELATED),
    "notification.read": ActionRule(Basis.INVOLVED),
    "notification.acknowledge": ActionRule(Basis.INVOLVED),
    "child.read": ActionRule(Basis.INVOLVED),
    "episode.close": ActionRule(Basis.INVOLVED),
    "lead.assign": ActionRule(Basis.INVOLVED),
    "family.write": ActionRule(Basis.INVOLVED, writes=True),
    "account.create": ActionRule(Basis.INVOLVED),
    "consent.record": ActionRule(Basis.INVOLVED),
    "consent.read": ActionRule(Basis.INVOLVED),
    "consent.withdraw": ActionRule(Basis.INVOLVED),
    "block.place": ActionRule(Basis.INVOLVED),
    "block.read": ActionRule(Basis.INVOLVED),
    "block.lift": ActionRule(Basis.INVOLVED),
    "viewers.read": ActionRule(Basis.INVOLVED),
    "assessment.begin": ActionRule(Basis.INVOLVED),
    "assessment.list": ActionRule(Basis.INVOLVED),
    "assessment.read": ActionRule(Basis.INVOLVED),
    "assessment.contribute": ActionRule(Basis.INVOLVED, writes=True),
    "me.record": ActionRule(Basis.OWN),
    "me.viewers": ActionRule(Basis.OWN),
    "me.history": ActionRule(Basis.OWN),
    "me.blocks": ActionRule(Basis.OWN),
    "me.block": ActionRule(Basis.OWN),
    "me.consents": ActionRule(Basis.OWN),
    "me.withdraw": ActionRule(Basis.OWN),
}
"""What each action of the public routes rests on. An action that is not here is refused."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What decided one category: the rule, whether it permitted, and the id of what it rests on, if any."""

    category: Category | None
    rule: str
    permitted: bool
    reference: str | None = None

    @property
    def because(self) -> str:
        return _BECAUSE[self.rule]


_BECAUSE = {
    "unknown": "the directory does not know this viewer",
    "inactive": "the viewer is suspended or has left",
    "role": "the viewer's role may never do this",
    "permitted-role": "the viewer's role may do this, and no child is spoken of",
    "anybody": "any signed-in identity may do this",
    "no-such-child": "there is no such child",
    "not-own": "the record is not the viewer's own",
    "own": "it is the viewer's own record",
    "not-involved": "the viewer has no current involvement with the child",
    "not-lead": "only the lead professional, or a role that the policy names, may do this",
    "not-entitled": "the viewer's role is not entitled to this category",
    "no-consent": "no consent in force covers this category for this viewer and purpose",
    "blocked": "a block placed by or for the young person names the viewer, their team or their agency",
    "involved": "the viewer is involved with the child and the role is entitled; no consent is needed",
    "consented": "the viewer is involved, the role is entitled, and a consent in force covers it",
    "search": "nobody needs to be involved for this; the role is entitled",
    "data-quality": "the role looks after the quality of the index and needs no involvement for it",
    "contributes": "the viewer is involved and records what they know; nothing is disclosed",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """`permitted` in the order of `Category`; `forbidden` when the role may never do this, whatever the child."""

    outcome: Outcome
    permitted: tuple[Category, ...]
    findings: tuple[Finding, ...]
    forbidden: bool = False
    lead: bool = False
    related: tuple[str, ...] = ()


def _refused(rule: str, *, forbidden: bool = False, reference: str | None = None) -> Decision:
    return Decision(Outcome.REFUSED, (), (Finding(None, rule, False, reference),), forbidden)


def standing(viewer: Viewer, action: str, policy: Policy) -> Decision | None:
    """What can be said without a child: a refusal, a permission where no child is spoken of, or None (look further)."""
    rule = ACTIONS.get(action)
    if rule is None:
        return _refused("role", forbidden=True)
    if rule.basis is Basis.ANYBODY:
        return Decision(Outcome.PERMITTED, (), (Finding(None, "anybody", True),))
    if viewer.role is None:
        return _refused("unknown", forbidden=True)
    if not viewer.active:
        return _refused("inactive", forbidden=rule.basis is Basis.ROLE)
    if not policy.may(viewer.role, action):
        return _refused("role", forbidden=True)
    if rule.basis is Basis.ROLE:
        return Decision(Outcome.PERMITTED, (), (Finding(None, "permitted-role", True),))
    return None


def decide(
    viewer: Viewer,
    child: ChildFacts | None,
    action: str,
    categories: Iterable[Category],
    purpose: Purpose,
    policy: Policy,
    now: datetime,
) -> Decision:
    """Decides one request about one child (None: no such child). `now` is UTC; expiry holds to the second."""
    early = standing(viewer, action, policy)
    if early is not None:
        return early
    if child is None:
        return _refused("no-such-child")
    assert viewer.role is not None
    rule = ACTIONS[action]
    today = now.date()
    mine = [found for found in child.involvements if found.current(today) and found.is_of(viewer)]
    lead = any(found.kind is InvolvementKind.LEAD for found in mine)
    reach = _reach(viewer, viewer.role, child, rule, purpose, policy, mine[0].reference if mine else None)
    if not reach.permitted:
        return Decision(Outcome.REFUSED, (), (reach,))
    gate = policy.actions[action].lead_or
    if gate is not None and not lead and viewer.role not in gate:
        return _refused("not-lead")
    findings = tuple(
        _category(viewer, viewer.role, child, rule, category, purpose, policy, now, reach, lead)
        for category in categories
    )
    permitted = tuple(found.category for found in findings if found.permitted and found.category is not None)
    outcome = Outcome.PERMITTED if permitted or (rule.basis is Basis.OWN and not findings) else Outcome.REFUSED
    if rule.basis is Basis.OWN and not findings:
        findings = (reach,)
    related = _related(viewer, child, permitted, now)
    return Decision(outcome, permitted, findings, lead=lead, related=related)


def _reach(
    viewer: Viewer,
    role: Role,
    child: ChildFacts,
    rule: ActionRule,
    purpose: Purpose,
    policy: Policy,
    involvement: str | None,
) -> Finding:
    """Whether this viewer may come to this child at all, and by what."""
    if rule.basis is Basis.OWN:
        own = role in ACCOUNT_ROLES and viewer.child_id == child.child_id
        return Finding(None, "own" if own else "not-own", own)
    if rule.basis is Basis.UNRELATED:
        return Finding(None, "search", True)
    if involvement is not None:
        return Finding(None, "involved", True, involvement)
    if purpose in policy.roles[role].relationship_not_needed_for:
        return Finding(None, "data-quality", True)
    return Finding(None, "not-involved", False)


def _category(
    viewer: Viewer,
    role: Role,
    child: ChildFacts,
    rule: ActionRule,
    category: Category,
    purpose: Purpose,
    policy: Policy,
    now: datetime,
    reach: Finding,
    lead: bool,
) -> Finding:
    for block in child.blocks:
        if block.stops(viewer, category, now):
            return Finding(category, "blocked", False, block.block_id)
    if not (policy.entitled(role, category) or (rule.basis is Basis.UNRELATED and category in _FIRST_CONTACT)):
        return Finding(category, "not-entitled", False)
    if rule.writes:
        return Finding(category, "contributes", True, reach.reference)
    if category in policy.without_consent or rule.basis is Basis.OWN:
        return Finding(category, reach.rule, True, reach.reference)
    if category is Category.PLAN and lead:
        return Finding(category, "involved", True, reach.reference)
    for consent in child.consents:
        if consent.covers(viewer, category, purpose, now):
            return Finding(category, "consented", True, consent.consent_id)
    return Finding(category, "no-consent", False)


_FIRST_CONTACT = frozenset({Category.BASICS, Category.INVOLVEMENT})
"""What finding a child and opening an involvement touch; a role that sees nothing of a child may still do its part
(an unattended system that opens episodes for its agency)."""


def _related(viewer: Viewer, child: ChildFacts, permitted: tuple[Category, ...], now: datetime) -> tuple[str, ...]:
    """Children of the family whose names may stand beside this child's: never one whose own block names the viewer."""
    if Category.FAMILY not in permitted:
        return ()
    named = (Category.BASICS, Category.FAMILY)
    return tuple(
        other
        for other, blocks in child.related
        if not any(block.stops(viewer, category, now) for block in blocks for category in named)
    )
