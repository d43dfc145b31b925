"""A person query: is this child known here, and whom should the asker call? Answered for a reason in law."""

from dataclasses import dataclass
from enum import StrEnum

from chassis.grants import Grant
from child_index.application.agency_ports import Agency
from child_index.application.places import is_near
from child_index.application.ports import IndexUnitOfWork, Involvement
from child_index.application.read_child import involvements
from child_index.application.search_children import search
from child_index.domain.matching import PersonDetails
from child_index.domain.placement import Knowledge


class Verdict(StrEnum):
    """The decision in the words of the drafts on information governance."""

    PERMIT = "PERMIT"
    REVIEW = "REVIEW"
    """Somebody is like the child asked for, and not surely the same: nothing is opened, a human has to look."""
    DENY = "DENY"
    """Nobody of whom the asker may be told: one answer for a child who is not here and one who is hidden."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """`agencies`, and their current `involvements`, none sensitive, and none near a child whose whereabouts are hidden
    from the asker; empty unless permitted."""

    verdict: Verdict
    agencies: tuple[Agency, ...] = ()
    involvements: tuple[Involvement, ...] = ()


async def query_person(uow: IndexUnitOfWork, knowledge: Knowledge, details: PersonDetails, grant: Grant) -> QueryResult:
    """The answer among the children that the decision permits; candidates as of a search, scores as of two records."""
    status, matches = await search(uow, knowledge, details, grant)
    if status == "no_match":
        return QueryResult(Verdict.DENY)
    if status != "match":
        return QueryResult(Verdict.REVIEW)
    found = await involvements(uow, matches[0].child, sensitive=False)
    veiled = matches[0].child.child_id in grant.veiled
    current = tuple(each for each in found if each.episode.ended_on is None and not (veiled and is_near(each)))
    agencies = await uow.directory.agencies({each.episode.agency_id for each in current})
    return QueryResult(Verdict.PERMIT, tuple(sorted(agencies, key=lambda each: each.agency_id)), current)
