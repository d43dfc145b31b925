"""What a family is told of who can see: the facts of a child, less what this reader may not know of.

The same decision is then computed on what is left, so that nothing stands out by its absence: to a parent it is as if
the rest were not recorded.
"""

from dataclasses import replace
from enum import StrEnum

from consent.domain.facts import ChildFacts


class Reader(StrEnum):
    """Whose eyes a text is for."""

    YOUNG_PERSON = "young_person"
    """On their own side: everything but what an officer keeps back."""
    YOUNG_PERSONS_COPY = "young_persons_copy"
    """Handed over by a practitioner: without blocks, of which a practitioner may know nothing."""
    PARENT = "parent"


def as_told_to(reader: Reader, child: ChildFacts) -> ChildFacts:
    """The child's facts as this reader may know them.

    A parent is told neither of blocks, nor of what a competent young person agreed to, nor of sensitive services, nor
    of what rests on the law alone; their list therefore names who is involved, also where a block stops them.
    """
    known = child.as_the_young_person_may_know()
    if reader is Reader.YOUNG_PERSON:
        return known
    known = replace(known, blocks=(), overrides=())
    if reader is Reader.YOUNG_PERSONS_COPY:
        return known
    return replace(
        known,
        consents=tuple(each for each in known.consents if each.given_by == Reader.PARENT),
        involvements=tuple(each for each in known.involvements if not each.sensitive),
        legal_bases=(),
    )
