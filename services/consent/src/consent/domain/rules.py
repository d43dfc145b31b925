"""The rules on one child, each of which says what it found, category by category.

The order is that in which people tell them: is the viewer involved, does a block stop it, is it shielded, is the role
entitled, does a consent or a legal basis cover it. A block beats everything but an override.
"""

from datetime import datetime
from typing import NamedTuple

from consent.domain.actions import ACTIONS, ActionRule, Basis
from consent.domain.facts import (
    ChildFacts,
    Involvement,
    InvolvementKind,
    LegalBasisInForce,
    OverrideInForce,
    Shield,
    Viewer,
)
from consent.domain.findings import Finding
from consent.domain.policy import Policy
from contracts.vocabulary import ACCOUNT_ROLES, Category, Purpose, Role

_FIRST_CONTACT = frozenset({Category.BASICS, Category.INVOLVEMENT})
"""What finding a child and opening an involvement touch; a role that sees nothing of a child may still do its part
(an unattended system that opens episodes for its agency)."""


class Case(NamedTuple):
    """One request about one child, and what each rule finds in it."""

    viewer: Viewer
    role: Role
    child: ChildFacts
    rule: ActionRule
    action: str
    purpose: Purpose
    policy: Policy
    now: datetime
    involvements: tuple[Involvement, ...]
    """The viewer's own that are current."""
    lead: bool = False
    in_team: bool = False
    """Whether they are in the team around the child."""
    only_lead: bool = False
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
    ) -> "Case":
        assert viewer.role is not None
        today = now.date()
        mine = tuple(found for found in child.involvements if found.current(today) and found.is_of(viewer))
        if any(found.kind is InvolvementKind.REFERRAL for found in mine):
            if action not in policy.referrals:
                mine = tuple(found for found in mine if found.kind is not InvolvementKind.REFERRAL)
            elif any(_is_sensitive_referral(found) for found in mine):
                case = cls(viewer, viewer.role, child, ACTIONS[action], action, purpose, policy, now, mine)
                if not case._may_know_what_is_sensitive():
                    mine = tuple(found for found in mine if not _is_sensitive_referral(found))
        lead = any(found.kind is InvolvementKind.LEAD for found in mine)
        in_team = any(found.kind is InvolvementKind.TEAM for found in mine)
        rule = ACTIONS[action]
        return cls(viewer, viewer.role, child, rule, action, purpose, policy, now, mine, lead, in_team, only_lead)

    def related_to(self, category: Category) -> frozenset[str]:
        """Of a child whose records were merged, those at whose category the viewer may come by what they are to the
        child."""
        if self.rule.basis is not Basis.INVOLVED or self._needs_no_involvement():
            return frozenset(self.child.records)
        mine = (each for each in self.involvements if not self.only_lead or each.kind is InvolvementKind.LEAD)
        return frozenset(record for each in mine if self._opens(each, category) for record in each.spans)

    def _opens(self, involvement: Involvement, category: Category) -> bool:
        """Whether the relationship is one by which this action may come at the category."""
        if involvement.kind is not InvolvementKind.REFERRAL:
            return True
        return category in self.policy.referrals[self.action] or category in involvement.shared

    def _not_referred(self, reach: Finding, category: Category) -> bool:
        """Whether the viewer comes by referrals alone, of which none opens the category."""
        return reach.rule == "involved" and not any(self._opens(each, category) for each in self.involvements)

    def _may_know_what_is_sensitive(self) -> bool:
        """Whoever may not must not learn of a sensitive referral by what it opens, either. An override, which names
        what it opens, counts for nothing here."""
        category = Category.SENSITIVE
        if any(block.stops(self.viewer, category, self.now) for block in self.child.blocks):
            return False
        if self._shield(category) is not None or not self._entitled(category):
            return False
        return self._ground(Finding(None, "involved", True), category).permitted

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
        if self._not_referred(reach, category):
            found.append(Finding(category, "not-referred", False))
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
        if self._not_referred(reach, category):
            return Finding(category, "not-referred", False)
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
        if category is Category.PLAN and (self.lead or self.in_team):
            return Finding(category, "involved", True, reach.reference)
        consents = self.child.consents and [
            c for c in self.child.consents if c.covers(self.viewer, category, self.purpose, self.now)
        ]
        # The narrower of consents: of merged records each has to be covered, by one that was given knowing of it.
        if consents and {record for each in consents for record in each.spans}.issuperset(self.child.merged):
            return Finding(category, "consented", True, consents[0].consent_id)
        for basis in self.child.legal_bases:
            if basis.covers(self.viewer, category, self.now) and self._met_by(basis, category):
                return Finding(category, "legal-basis", True, basis.basis_id)
        return Finding(category, "no-consent", False)

    def _met_by(self, basis: LegalBasisInForce, category: Category) -> bool:
        """Of merged records, whether it was recorded for one that the viewer is related to."""
        return not self.child.merged or not basis.spans.isdisjoint(self.related_to(category))


def _is_sensitive_referral(found: Involvement) -> bool:
    return found.kind is InvolvementKind.REFERRAL and found.sensitive


def _deciding(spoken: list[Finding]) -> Finding:
    """The finding that decided: the first refusal, unless an override answers it; else the ground of permission."""
    last = spoken[-1]
    overridden = last.rule == "override"
    for found in spoken:
        if not found.permitted:
            return last if overridden else found
    return spoken[-2] if overridden else last
