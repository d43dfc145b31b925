"""Somebody corrected a child's record: its lead professional hears of what they may know of."""

from collections.abc import Collection, Mapping

from contracts.events.child_index import ChildDetailsChanged
from contracts.vocabulary import Category
from notifications.application.ports import NotificationsUnitOfWork
from notifications.application.tell import tell
from notifications.domain.hearing import Occurrence

CATEGORY_OF: Mapping[str, Category] = {
    **dict.fromkeys(
        (
            "name",
            "other_names",
            "date_of_birth",
            "date_of_birth_accuracy",
            "died_on",
            "sex",
            "nhs_number",
            "upn",
        ),
        Category.BASICS,
    ),
    "addresses": Category.WHEREABOUTS,
}
"""What each field of the record is about. Of a field that is not here nobody is told."""


async def tell_of_details(
    uow: NotificationsUnitOfWork, child_id: str, changed_by: str, fields: Collection[str]
) -> None:
    """One entry for each category of which something changed, shown to who may see that category: whoever may not know
    where a child lives does not learn that it moved, and hears of a new name all the same."""
    changed = {CATEGORY_OF[field] for field in fields if field in CATEGORY_OF}
    for category in (each for each in Category if each in changed):
        await tell(
            uow,
            Occurrence(
                event=ChildDetailsChanged.type_name(),
                child_id=child_id,
                done_by=changed_by,
                categories=(category,),
            ),
        )
