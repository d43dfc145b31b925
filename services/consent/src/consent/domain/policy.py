"""The policy: who is entitled to what, and which role may ever do what. Data, checked whole before it is used."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.vocabulary import Category, Purpose, Role


@dataclass(frozen=True, slots=True)
class RolePolicy:
    entitled: frozenset[Category]
    relationship_not_needed_for: frozenset[Purpose] = frozenset()
    nothing_of_a_child: bool = False


@dataclass(frozen=True, slots=True)
class ActionPolicy:
    """`roles` may ever do it; where `lead_or` is set, among them only the lead professional and those roles."""

    roles: frozenset[Role]
    lead_or: frozenset[Role] | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    version: str
    without_consent: frozenset[Category]
    roles: Mapping[Role, RolePolicy]
    actions: Mapping[str, ActionPolicy]
    history_shows_names: bool

    def entitled(self, role: Role, category: Category) -> bool:
        return category in self.roles[role].entitled

    def may(self, role: Role | None, action: str) -> bool:
        """Whether the role may ever do this. An unknown action is nobody's."""
        found = self.actions.get(action)
        return found is not None and role in found.roles
