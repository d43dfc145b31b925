"""Search: candidates are found among all children, and weighed again among those whom the viewer may find."""

from collections.abc import Collection
from dataclasses import dataclass

from child_index.application.ports import IndexUnitOfWork
from child_index.domain.matching import (
    PLAUSIBLE,
    PersonDetails,
    SearchStatus,
    blocking_keys,
    prepare,
    probability,
    rank,
    search_status,
)
from child_index.domain.person import ChildRecord
from child_index.domain.placement import Knowledge
from child_index.domain.register import MOST_CANDIDATES

MOST_NAMED = 20
"""How many candidates are put to the decision."""
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Match:
    record: ChildRecord
    score: float
    status: str


async def candidates(uow: IndexUnitOfWork, knowledge: Knowledge, details: PersonDetails) -> list[str]:
    """Ids of the children that the details may be about, best first.

    Each is judged as if alone: a child who is hidden from the viewer must not, by being the better match, take
    another one off the list.
    """
    query = prepare(details)
    records = await uow.children.sharing(blocking_keys(query), MOST_CANDIDATES)
    found = rank(
        query,
        [(record.child_id, prepare(record.details())) for record in records],
        knowledge.frequencies,
        population=knowledge.population,
    )
    return [each.candidate_id for each in found if probability(each.bits) >= PLAUSIBLE][:MOST_NAMED]


async def search(
    uow: IndexUnitOfWork, knowledge: Knowledge, details: PersonDetails, permitted: Collection[str]
) -> tuple[SearchStatus, list[Match]]:
    """The matches among the permitted children, and the word for the whole answer."""
    records = {record.child_id: record for record in await uow.children.records(permitted)}
    found = rank(
        prepare(details),
        [(record.child_id, prepare(record.details())) for record in records.values()],
        knowledge.frequencies,
        population=knowledge.population,
    )
    matches = [Match(records[each.candidate_id], each.score, each.status) for each in found if each.score >= PLAUSIBLE]
    return search_status([match.score for match in matches]), matches[:MOST_SHOWN]
