"""The one 404: the same answer for no such child, no relationship, a block, and an id that no child can have."""

from math import ceil

from chassis.errors import NotFound
from contracts.routes import Route, Subject

TOLD_EVERY = 0.025
"""Seconds. A refusal waits for the next multiple of this since its request came: a block takes longer to find than
nobody does, and ten thousand requests would show it."""


def told_after(taken: float) -> float:
    """Seconds from a request's arrival to its refusal, which took `taken` to find."""
    return ceil(taken / TOLD_EVERY) * TOLD_EVERY


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
