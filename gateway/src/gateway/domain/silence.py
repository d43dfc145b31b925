"""The one 404: the same answer for no such child, no relationship, a block, and an id that no child can have.

And its time: what would tell a hidden child from none is told at set times only.
"""

from math import ceil

from chassis.errors import NotFound
from contracts.mais import QUERY
from contracts.routes import Route, Subject
from gateway.domain.criteria import SEARCH

TOLD_EVERY = 0.025
"""Seconds. A refusal waits for the next multiple of this since its request came: a block takes longer to find than
nobody does, and ten thousand requests would show it."""

FOUND_EVERY = 0.1
"""Seconds, likewise, for whom a search found and for a doubtful match: each candidate is decided on, so a hidden one
takes longer than none. The work of a search varies more than that of a refusal, so its steps are longer."""

_ACCEPTED = 202


def told_after(taken: float, every: float = TOLD_EVERY) -> float:
    """Seconds from a request's arrival to its answer, which took `taken` to find."""
    return ceil(taken / every) * every


def may_hide_a_child(route: Route, status: int) -> bool:
    """Whether this answer could be that of a hidden child and of none: any to a search, and a match that a human is
    to look at."""
    return route.action in {SEARCH, QUERY} or (route.subject is Subject.CANDIDATES and status == _ACCEPTED)


class NoSuchChild(NotFound):
    """Says nothing about which of the cases it is, and so can say what to do in each of them."""

    def __init__(self) -> None:
        super().__init__(
            "No child that you may see here has this id. If you work with the child, open an episode of your own; "
            "if you are worried about a child, tell your safeguarding lead or children's social care."
        )


def is_about_a_child(route: Route) -> bool:
    """Whether a 404 of the owning service must be told as `NoSuchChild`."""
    return route.subject is not Subject.NONE
