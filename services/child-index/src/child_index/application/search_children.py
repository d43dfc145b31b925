"""Search: candidates are found among all children, and weighed again among those whom the viewer may find."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from chassis.grants import Grant
from child_index.application.ports import IndexUnitOfWork
from child_index.application.whole import granted_children
from child_index.domain.matching import (
    PLAUSIBLE,
    PersonDetails,
    Prepared,
    Ranked,
    SearchStatus,
    best_of,
    blocking_keys,
    prepare,
    probability,
    rank,
    search_status,
)
from child_index.domain.placement import Knowledge
from child_index.domain.wholes import Whole, facing, weighed, wholes
from contracts.vocabulary import Role

_MOST_CANDIDATES = 200
"""How many records are weighed for one search: those that share the most keys with it."""
MOST_NAMED = 20
"""How many candidates are put to the decision."""
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Match:
    child: Whole
    score: float
    status: str


async def candidates(
    uow: IndexUnitOfWork, knowledge: Knowledge, details: PersonDetails, *, hidden: bool = False
) -> list[str]:
    """Ids of the children that the details may be about, best first, each once however many records they have.

    Each is judged as if alone: a child who is hidden from the viewer must not, by being the better match, take
    another one off the list. `hidden`: by hidden names too, for an index officer.
    """
    query = prepare(details)
    records = await uow.children.sharing(blocking_keys(query), _MOST_CANDIDATES, hidden=hidden)
    found = _ranked(query, wholes(records).values(), knowledge, hidden=hidden)
    return [each.candidate_id for each in found if probability(each.bits) >= PLAUSIBLE][:MOST_NAMED]


async def candidates_to_be(uow: IndexUnitOfWork, knowledge: Knowledge, details: PersonDetails) -> list[str]:
    """Ids of the children whom a record with these details may be taken for, best first.

    Each at its best with or without what the record says of where they live: who is decided on, and so whether that
    may count, must not hang on whether it is right.
    """
    query, placeless = prepare(details), prepare(replace(details, postcode=None, address_line=None))
    records = await uow.children.sharing(blocking_keys(query), _MOST_CANDIDATES)
    best: dict[str, float] = {}
    for asked in (query, placeless):
        for each in _ranked(asked, wholes(records).values(), knowledge, hidden=False):
            best[each.candidate_id] = max(each.bits, best.get(each.candidate_id, each.bits))
    near = [id_ for id_, bits in best.items() if bits >= knowledge.weights.new]
    return sorted(near, key=lambda id_: (-best[id_], id_))[:MOST_NAMED]


async def search(
    uow: IndexUnitOfWork, knowledge: Knowledge, details: PersonDetails, grant: Grant
) -> tuple[SearchStatus, list[Match]]:
    """The matches among the permitted children, and the word for the whole answer."""
    children = granted_children(await uow.children.records(grant.records), grant)
    found = _ranked(
        prepare(details), children.values(), knowledge, hidden=sees_hidden_names(grant), veiled=grant.veiled
    )
    matches = [Match(children[each.candidate_id], each.score, each.status) for each in found if each.score >= PLAUSIBLE]
    return search_status([match.score for match in matches]), matches[:MOST_SHOWN]


def sees_hidden_names(grant: Grant) -> bool:
    """Index officers alone do: they keep a child of two names from becoming two children."""
    return grant.role is Role.INDEX_OFFICER


def _ranked(
    query: Prepared,
    children: Iterable[Whole],
    knowledge: Knowledge,
    *,
    hidden: bool,
    veiled: Collection[str] = (),
) -> tuple[Ranked, ...]:
    """The children best first, each by the one of their records that agrees best.

    What is hidden from the viewer neither leads to a child nor counts for one: whether it is right must not show.
    """
    candidates = []
    keys = frozenset(blocking_keys(query))
    for child in children:
        is_veiled = child.child_id in veiled
        members = [prepare(each) for each in weighed(child, hidden=hidden, veiled=is_veiled)]
        in_part = is_veiled or (child.hidden_names and not hidden)
        if in_part and not any(keys.intersection(blocking_keys(each)) for each in members):
            continue  # only what is hidden led here
        held = facing(query, members)
        candidates.append(
            (child.child_id, best_of(query, held, knowledge.frequencies, knowledge.population, knowledge.weights))
        )
    return rank(query, candidates, knowledge.frequencies, knowledge.weights, population=knowledge.population)
