"""The policy: who is entitled to what, and which role may ever do what. Data, checked whole before it is used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from consent.domain.signals import SignalPolicy
from contracts.vocabulary import Category, LegalBasisCode, Purpose, Role


@dataclass(frozen=True, slots=True)
class RolePolicy:
    entitled: frozenset[Category]
    relationship_not_needed_for: frozenset[Purpose] = frozenset()
    nothing_of_a_child: bool = False


@dataclass(frozen=True, slots=True)
class ActionPolicy:
    """`roles` may ever do it; where `lead_or` is set, among them only the lead professional and those roles; where
    `identities` is set, among them only those named."""

    roles: frozenset[Role]
    lead_or: frozenset[Role] | None = None
    identities: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class OverridePolicy:
    """Breaking the glass. `reasons` maps a code to its words; days are working days, `bank_holidays` are not."""

    minutes: int
    longest_minutes: int
    reasons: Mapping[str, str]
    remind_after: int
    escalate_after: int
    bank_holidays: frozenset[date]


@dataclass(frozen=True, slots=True)
class Policy:
    """`legal_bases`: what each may open without consent."""

    version: str
    without_consent: frozenset[Category]
    roles: Mapping[Role, RolePolicy]
    actions: Mapping[str, ActionPolicy]
    legal_bases: Mapping[LegalBasisCode, frozenset[Category]]
    overrides: OverridePolicy
    history_shows_names: bool
    remind_before_expiry: timedelta
    longest_history_delay: timedelta
    signals: SignalPolicy
    shields_open_to: frozenset[Role] = frozenset()
    """Roles from which a shield hides nothing."""
    referrals: Mapping[str, frozenset[Category]] = field(default_factory=dict)
    """What a referral opens to the team that it was sent to: by action, which categories beside those that the referrer
    shares. Of an action that is not here it opens nothing."""

    def entitled(self, role: Role, category: Category) -> bool:
        return category in self.roles[role].entitled

    def may(self, role: Role | None, action: str) -> bool:
        """Whether the role may ever do this. An unknown action is nobody's."""
        found = self.actions.get(action)
        return found is not None and role in found.roles

    def names(self, viewer_id: str, action: str) -> bool:
        """Whether the action is for everybody of its roles, or names this viewer."""
        named = self.actions[action].identities
        return named is None or viewer_id in named
