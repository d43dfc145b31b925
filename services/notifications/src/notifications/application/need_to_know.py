"""Of which children a caller's inbox may speak: those that the grant names, decided on for this very request."""

from chassis.grants import Grant
from contracts.vocabulary import Category

MOST_CHILDREN = 500
"""How many children of one inbox are decided on in one request, those with the newest entries first."""


def children_shown(grant: Grant) -> tuple[str, ...]:
    """An entry tells of an involvement with a child, so it is shown only where that category is granted."""
    return grant.children if grant.permits(Category.INVOLVEMENT) else ()
