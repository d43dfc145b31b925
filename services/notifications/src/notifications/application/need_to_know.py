"""Of which children a caller's inbox may speak: those that the grant names, decided on for this very request."""

from chassis.grants import Grant
from contracts.vocabulary import Category
from notifications.application.ports import Known

MOST_CHILDREN = 500
"""How many children of one inbox are decided on in one request, those with the newest entries first."""


def known_to(grant: Grant) -> Known:
    """An entry tells of an involvement, so it takes that category to be shown one."""
    return Known(grant.records, grant.related) if grant.permits(Category.INVOLVEMENT) else Known((), ())
