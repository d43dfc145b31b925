"""What a family is told of who can see: the facts of a child, less what this reader may not know of.

The same decision is then computed on what is left, so that nothing stands out by its absence: to a parent it is as if
the rest were not recorded.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from consent.domain.facts import ChildFacts, Viewer


class Reader(StrEnum):
    """Whose eyes a text is for."""

    YOUNG_PERSON = "young_person"
    """On their own side: everything but what an officer keeps back."""
    YOUNG_PERSONS_COPY = "young_persons_copy"
    """Handed over by a practitioner: without blocks, of which a practitioner may know nothing."""
    PARENT = "parent"


def as_told_to(reader: Reader, child: ChildFacts, now: datetime, viewer: Viewer) -> ChildFacts:
    """The child's facts about one viewer, as this reader may know them.

    What an officer keeps back about the viewer is left out for all. A parent is told neither of blocks and shields,
    nor of what a competent young person agreed to, nor of sensitive services, nor of what rests on the law alone; their
    list therefore names who is involved, also where a block stops them.
    """
    known = _without_delayed(child.as_the_young_person_may_know(), now, viewer)
    if reader is Reader.YOUNG_PERSON:
        return known
    known = replace(known, blocks=(), shields=(), overrides=())
    if reader is Reader.YOUNG_PERSONS_COPY:
        return known
    return replace(
        known,
        consents=tuple(each for each in known.consents if each.given_by == Reader.PARENT),
        involvements=tuple(each for each in known.involvements if not each.sensitive),
        legal_bases=(),
    )


def without_sensitive(child: ChildFacts, viewer_id: str) -> ChildFacts:
    """For a practitioner who may not know of sensitive services: without them, save one's own."""
    known = (each for each in child.involvements if not each.sensitive or each.practitioner_id == viewer_id)
    return replace(child, involvements=tuple(known))


def _without_delayed(child: ChildFacts, now: datetime, viewer: Viewer) -> ChildFacts:
    """Less what became known since a delay about this viewer began: before it, the family may have seen it."""
    since = min((each.since for each in child.delays if each.current(now) and each.is_of(viewer)), default=None)
    if since is None:
        return child

    def told(recorded_at: datetime | None) -> bool:
        return recorded_at is None or recorded_at < since

    return replace(
        child,
        involvements=tuple(each for each in child.involvements if told(each.recorded_at)),
        legal_bases=tuple(each for each in child.legal_bases if told(each.recorded_at)),
    )


def may_know_of(reader: Reader, child: ChildFacts, viewer: Viewer) -> bool:
    """Whether the reader may know that this viewer has, or had, to do with the child: a parent only by an
    involvement that is not sensitive."""
    return reader is not Reader.PARENT or any(each.is_of(viewer) for each in child.involvements if not each.sensitive)
