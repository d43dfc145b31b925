"""A child's chronology: what this service knows, merged with what the child index gave to the same question."""

from collections.abc import Iterable
from dataclasses import replace

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.chronology import Entry, Source
from chassis.chronology import Asked, cut
from chassis.errors import NotFound
from chassis.grants import Grant
from contracts.vocabulary import Category, ChronologyKind

_OF_TEAM = frozenset({ChronologyKind.TEAM_JOINED, ChronologyKind.TEAM_LEFT})


async def read_chronology(
    uow: AssessmentUnitOfWork, grant: Grant, asked: Asked, supplied: Iterable[Entry]
) -> list[Entry]:
    """Newest first; one more than the page's limit where there is another page.

    Each of the two gives the uppermost from the same place on, as many as the page can show and one more: so the
    uppermost of both are among them. What was supplied is held against the grant and the question once more.
    """
    if grant.child_id is None:
        raise NotFound
    found = {
        each.place: each
        for each in supplied
        if grant.permits(Category.INVOLVEMENT) and grant.permits(each.category) and asked.shows(each.place)
    }
    for each in await uow.chronology.page(grant.records, grant.categories, grant.viewer_id, asked):
        found[each.place] = _veiled(each, grant) if grant.veiled else each
    return [found[place] for place in cut(found, asked.limit)]


def _veiled(entry: Entry, grant: Grant) -> Entry:
    """To one who may not learn where the child is, without who else works there."""
    if entry.by is not None and entry.by.practitioner_id == grant.viewer_id:
        return entry
    words = None if entry.place.kind in _OF_TEAM else entry.words
    return replace(entry, by=None, source=Source(), words=words)
