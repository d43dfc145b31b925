"""Practitioners as the directory has them, and who may stand in for whom."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Post:
    """A practitioner as the directory last had them. `agency_id` None: of no agency, or not told of yet."""

    active: bool
    team_ids: tuple[str, ...]
    version: int
    agency_id: str | None = None


def may_cover(absent: Post | None, colleague: Post | None) -> bool:
    """Whether the one may stand in for the other now: an active colleague of the same team or agency. Nobody may whom
    the directory has not told of."""
    if absent is None or colleague is None or not colleague.active:
        return False
    same_agency = absent.agency_id is not None and absent.agency_id == colleague.agency_id
    return same_agency or not set(absent.team_ids).isdisjoint(colleague.team_ids)
