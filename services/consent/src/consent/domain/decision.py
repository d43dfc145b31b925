"""The decision: a pure function of the facts, the request and the policy.

Each rule says what it found, category by category; the explanation in plain English is made of the same findings.
The order is that of the rules as people tell them: is the viewer active, may their role do this at all, are they
involved, does a block stop it, is the role entitled, does a consent or a legal basis cover it. A block beats
everything but an override.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from consent.domain.actions import ACTIONS, ActionRule, Basis
from consent.domain.facts import (
    ChildFacts,
    HistoryDelay,
    Involvement,
    InvolvementKind,
    LegalBasisInForce,
    OverrideInForce,
    Shield,
    Viewer,
)
from consent.domain.policy import Policy
from contracts.vocabulary import ACCOUNT_ROLES, Category, Outcome, Purpose, Role


class Finding(NamedTuple):
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
    "not-named": "the policy names who may do this, and the viewer is not among them",
    "permitted-role": "the viewer's role may do this, and no child is spoken of",
    "anybody": "any signed-in identity may do this",
    "no-such-child": "there is no such child",
    "archived": "the record is archived: it is of somebody grown up",
    "not-own": "the record is not the viewer's own",
    "own": "it is the viewer's own record",
    "not-involved": "the viewer has no current involvement with the child",
    "not-lead": "only the lead professional, or a role that the policy names, may do this",
    "not-entitled": "the viewer's role is not entitled to this category",
    "entitled": "the viewer's role is entitled to this category",
    "no-consent": "no consent in force covers this category for this viewer and purpose",
    "legal-basis": "the viewer is involved, the role is entitled, and a recorded legal basis needs no consent",
    "override": "the viewer broke the glass: an override in force opens this category to them alone",
    "emergency": "the viewer's role may break the glass; officers and the lead professional are told at once",
    "blocked": "a block placed by or for the young person names the viewer, their team or their agency",
    "shielded": "the record is shielded: this category is hidden, whoever asks",
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
    kept_back: tuple[HistoryDelay, ...] = ()
    veiled: bool = False
    """Where the child is is hidden from this viewer: what tells of it by the way, or confirms it, is as well."""

    @property
    def override_id(self) -> str | None:
        """The override that opened something, if any."""
        return next((found.reference for found in self.findings if found.rule == "override"), None)


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
    if not policy.names(viewer.viewer_id, action):
        return _refused("not-named", forbidden=True)
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
    gate = policy.actions[action].lead_or
    only_lead = gate is not None and viewer.role not in gate
    case = _Case.of(viewer, child, action, purpose, policy, now, only_lead=only_lead)
    reach = case.reach()
    if not reach.permitted:
        return Decision(Outcome.REFUSED, (), (reach,))
    if only_lead and not case.lead:
        return _refused("not-lead")
    findings = tuple([case.deciding(reach, category) for category in categories])
    lifted = case.lifts_the_veil()
    if lifted is not None:
        findings = tuple(
            found._replace(rule="override", reference=lifted.override_id) if found.permitted else found
            for found in findings
        )
    permitted = tuple(found.category for found in findings if found.permitted and found.category is not None)
    if case.rule.whole and len(permitted) < len(findings):
        permitted = ()
    alone = case.rule.basis in _WITHOUT_CATEGORIES and not findings
    outcome = Outcome.PERMITTED if permitted or alone else Outcome.REFUSED
    of_family = Category.FAMILY in permitted
    if case.rule.family and not of_family:
        of_family = case.deciding(reach, Category.FAMILY).permitted
    veiled = lifted is None and case.is_veiled()
    related = _related(viewer, child, now) if of_family and not veiled else ()
    kept_back = tuple(each for each in child.delays if each.current(now)) if case.rule.basis is Basis.OWN else ()
    spoke = (reach,) if alone else findings
    return Decision(outcome, permitted, spoke, lead=case.lead, related=related, kept_back=kept_back, veiled=veiled)


def explain(
    viewer: Viewer,
    child: ChildFacts | None,
    action: str,
    categories: Iterable[Category],
    purpose: Purpose,
    policy: Policy,
    now: datetime,
) -> tuple[Finding, ...]:
    """Every rule that spoke for each category, in order; what it decided last is by the same rules as `decide`."""
    early = standing(viewer, action, policy)
    if early is not None or child is None:
        return (early or _refused("no-such-child")).findings
    case = _Case.of(viewer, child, action, purpose, policy, now)
    reach = case.reach()
    return tuple(found for category in categories for found in case.spoken(reach, category))


@dataclass(frozen=True, slots=True)
class _Case:
    """One request about one child, and what each rule finds in it."""

    viewer: Viewer
    role: Role
    child: ChildFacts
    rule: ActionRule
    purpose: Purpose
    policy: Policy
    now: datetime
    involvements: tuple[Involvement, ...]
    """The viewer's own that are current."""
    lead: bool
    only_lead: bool
    """Only as the lead professional may this viewer do it."""

    @classmethod
    def of(
        cls,
        viewer: Viewer,
        child: ChildFacts,
        action: str,
        purpose: Purpose,
        policy: Policy,
        now: datetime,
        *,
        only_lead: bool = False,
    ) -> "_Case":
        assert viewer.role is not None
        today = now.date()
        mine = tuple(found for found in child.involvements if found.current(today) and found.is_of(viewer))
        lead = any(found.kind is InvolvementKind.LEAD for found in mine)
        return cls(viewer, viewer.role, child, ACTIONS[action], purpose, policy, now, mine, lead, only_lead)

    def related_to(self) -> frozenset[str]:
        """Of a child whose records were merged, those that the viewer may come to by what they are to the child."""
        if self.rule.basis is not Basis.INVOLVED or self._needs_no_involvement():
            return frozenset(self.child.records)
        mine = (each for each in self.involvements if not self.only_lead or each.kind is InvolvementKind.LEAD)
        return frozenset(record for each in mine for record in each.spans)

    def _needs_no_involvement(self) -> bool:
        return self.purpose in self.policy.roles[self.role].relationship_not_needed_for

    def reach(self) -> Finding:
        """Whether this viewer may come to this child at all, and by what."""
        if self.child.archived and not self._needs_no_involvement():
            return Finding(None, "archived", False)
        if self.rule.basis is Basis.OWN:
            own = self.role in ACCOUNT_ROLES and self.viewer.child_id in self.child.records
            return Finding(None, "own" if own else "not-own", own)
        if self.rule.basis is Basis.EMERGENCY:
            return Finding(None, "emergency", True)
        if self.rule.basis is Basis.UNRELATED:
            return Finding(None, "search", True)
        if self.involvements:
            return Finding(None, "involved", True, self.involvements[0].reference)
        if self._needs_no_involvement():
            return Finding(None, "data-quality", True)
        override = self._override() if self.rule.overridable else None
        if override is not None:
            return Finding(None, "override", True, override.override_id)
        return Finding(None, "not-involved", False)

    def spoken(self, reach: Finding, category: Category) -> list[Finding]:
        """What each rule says of one category: relationship, block, entitlement, consent, and last an override."""
        found = [Finding(category, reach.rule, reach.permitted, reach.reference)]
        if reach.rule == "override":
            found[0] = Finding(category, "not-involved", False)
        for block in self.child.blocks:
            if block.stops(self.viewer, category, self.now):
                found.append(Finding(category, "blocked", False, block.block_id))
                break
        shield = self._shield(category)
        if shield is not None:
            found.append(Finding(category, "shielded", False, shield.shield_id))
        entitled = self._entitled(category)
        found.append(Finding(category, "entitled" if entitled else "not-entitled", entitled))
        if reach.rule != "override":
            found.append(self._ground(reach, category))
        if self.child.overrides and entitled and self.rule.overridable:
            override = self._override(category)
            if override is not None:
                found.append(Finding(category, "override", True, override.override_id))
        return found

    def deciding(self, reach: Finding, category: Category) -> Finding:
        """The finding that decided. Where no override may answer a refusal, the rules after the first that refuses need
        not speak, nor what permits be put into words: this is on the way of every request."""
        if self.child.overrides:
            return _deciding(self.spoken(reach, category))
        if not reach.permitted:
            return Finding(category, reach.rule, False, reach.reference)
        for block in self.child.blocks:
            if block.stops(self.viewer, category, self.now):
                return Finding(category, "blocked", False, block.block_id)
        shield = self._shield(category)
        if shield is not None:
            return Finding(category, "shielded", False, shield.shield_id)
        if not self._entitled(category):
            return Finding(category, "not-entitled", False)
        return self._ground(reach, category)

    def _shield(self, category: Category) -> Shield | None:
        """A young person's own record is theirs to see, and what somebody writes down discloses nothing."""
        if not self.child.shields:
            return None
        if self.rule.writes or self.role in self.policy.shields_open_to or self._is_own():
            return None
        return next((each for each in self.child.shields if category in each.categories), None)

    def _is_own(self) -> bool:
        return self.rule.basis is Basis.OWN and self.role is Role.YOUNG_PERSON

    def is_veiled(self) -> bool:
        """Whether a shield or a block keeps from the viewer where the child is, and no override opens it."""
        where = Category.WHEREABOUTS
        if self._is_own() or (self.rule.overridable and self._override(where) is not None):
            return False
        if any(block.stops(self.viewer, where, self.now) for block in self.child.blocks):
            return True
        shielded = any(where in each.categories for each in self.child.shields)
        return shielded and self.role not in self.policy.shields_open_to

    def lifts_the_veil(self) -> OverrideInForce | None:
        """The override by which a search finds the child by what is hidden too."""
        searches = self.rule.basis is Basis.UNRELATED and self.rule.overridable
        return self._override() if searches and self.is_veiled() else None

    def _entitled(self, category: Category) -> bool:
        first_contact = self.rule.basis is Basis.UNRELATED and category in _FIRST_CONTACT
        return first_contact or self.policy.entitled(self.role, category)

    def _override(self, category: Category | None = None) -> OverrideInForce | None:
        for each in self.child.overrides:
            if each.is_of(self.viewer, self.now) and (category is None or category in each.categories):
                return each
        return None

    def _ground(self, reach: Finding, category: Category) -> Finding:
        """Why nothing more is needed, the consent or legal basis that covers the category, or that there is none."""
        if self.rule.writes:
            return Finding(category, "contributes", True, reach.reference)
        if category in self.policy.without_consent or self.rule.basis is Basis.OWN:
            return Finding(category, reach.rule, True, reach.reference)
        if category is Category.PLAN and self.lead:
            return Finding(category, "involved", True, reach.reference)
        consents = self.child.consents and [
            c for c in self.child.consents if c.covers(self.viewer, category, self.purpose, self.now)
        ]
        # The narrower of consents: of merged records each has to be covered, by one that was given knowing of it.
        if consents and {record for each in consents for record in each.spans}.issuperset(self.child.merged):
            return Finding(category, "consented", True, consents[0].consent_id)
        for basis in self.child.legal_bases:
            if basis.covers(self.viewer, category, self.now) and self._met_by(basis):
                return Finding(category, "legal-basis", True, basis.basis_id)
        return Finding(category, "no-consent", False)

    def _met_by(self, basis: LegalBasisInForce) -> bool:
        """Of merged records, whether it was recorded for one that the viewer is related to."""
        return not self.child.merged or not basis.spans.isdisjoint(self.related_to())


def _deciding(spoken: list[Finding]) -> Finding:
    """The finding that decided: the first refusal, unless an override answers it; else the ground of permission."""
    last = spoken[-1]
    overridden = last.rule == "override"
    for found in spoken:
        if not found.permitted:
            return last if overridden else found
    return spoken[-2] if overridden else last


_WITHOUT_CATEGORIES = frozenset({Basis.OWN, Basis.EMERGENCY})
"""What an action may rest on that asks for no category and is permitted all the same."""

_FIRST_CONTACT = frozenset({Category.BASICS, Category.INVOLVEMENT})
"""What finding a child and opening an involvement touch; a role that sees nothing of a child may still do its part
(an unattended system that opens episodes for its agency)."""


def _related(viewer: Viewer, child: ChildFacts, now: datetime) -> tuple[str, ...]:
    """Children of the family whose names may stand beside this child's: never one whose own block names the viewer,
    nor one who is shielded: siblings mostly are where the other is."""
    # Whereabouts too: who is of the household is where the other is.
    named = (Category.BASICS, Category.FAMILY, Category.WHEREABOUTS)
    return tuple(
        other
        for other, blocks in child.related
        if other not in child.shielded_kin
        and not any(block.stops(viewer, category, now) for block in blocks for category in named)
    )
