"""Of which children a caller's inbox may speak: those that the grant names, decided on for this very request."""

from collections.abc import Collection

from chassis.grants import Grant
from contracts.vocabulary import Category
from notifications.application.ports import Known, Needed

MOST_CHILDREN = 500
"""How many children of one inbox are decided on in one request, those with the newest entries first."""


def known_to(grant: Grant, needed: Collection[Needed]) -> Known:
    """`needed`: the kinds of entries that the answer may hold."""
    return Known({categories: grant.records_with(categories) for categories in needed}, grant.related)


def asked_for(needed: Collection[Needed]) -> list[Category]:
    """The categories that are decided on for these kinds of entries."""
    wanted = {Category.BASICS, Category.INVOLVEMENT}.union(*needed)
    return [category for category in Category if category in wanted]
