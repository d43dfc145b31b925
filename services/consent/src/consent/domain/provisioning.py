"""What an authority's identity provider may keep: whose people and teams, and in which roles."""

import re
from dataclasses import dataclass

from contracts.vocabulary import ACCOUNT_ROLES, Role, Scope

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

OVERSEEING_ROLES = frozenset({Role.DIRECTORY_ADMIN, Role.IG_OFFICER, Role.INDEX_OFFICER, Role.SYSTEM})
"""Who keeps watch, or reaches every child. The directory's administrator appoints them, and a provider neither makes,
changes nor sees them: who takes over the provider must not become their own overseer."""

ROLES = frozenset(Role) - OVERSEEING_ROLES - ACCOUNT_ROLES
"""The roles that a provider gives."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Of which agency's entries the provider speaks; None: of every agency's."""

    agency_id: str | None

    @classmethod
    def of(cls, agency_id: str | None, scope: Scope) -> "Reach | None":
        """The reach of the provider's own directory entry; None where it has no agency and no wider scope."""
        if scope is Scope.PARTNERSHIP:
            return cls(None)
        return None if agency_id is None else cls(agency_id)

    def includes(self, agency_id: str) -> bool:
        return self.agency_id is None or self.agency_id == agency_id


@dataclass(frozen=True, slots=True)
class Sought:
    """What a list is narrowed to: `id`, `user_name`, `external_id`, `name` or `active`, or nothing."""

    attribute: str | None = None
    value: str | bool | None = None


def identity_of(external_id: str | None, user_name: str) -> str | None:
    """The id of a new practitioner: what the provider's tokens will name as `sub`.

    That is the provider's own stable id for the person (`externalId`), or without one the name they sign in by. None
    when neither can be an id of the directory.
    """
    given = external_id if external_id is not None else user_name
    return given if _ID.fullmatch(given) else None
