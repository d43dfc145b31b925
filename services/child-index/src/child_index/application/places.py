"""What tells by the way where a child is: left out for whoever may not learn it, though involvement may be shown."""

from collections.abc import Iterable
from dataclasses import replace

from child_index.application.ports import FamilyLink, Involvement, Practitioner
from contracts.vocabulary import AREA_WIDE_ROLES, AREA_WIDE_SERVICES


def is_near(involvement: Involvement) -> bool:
    """Whether the service may be a place near the child: any but those for the whole area."""
    service = involvement.service
    return service is None or service.type.lower().replace("_", "-") not in AREA_WIDE_SERVICES


def without_places(found: Iterable[Involvement]) -> list[Involvement]:
    """The involvements, of services near the child only that there is one, of what kind and since when."""
    return [replace(each, nameless=is_near(each)) for each in found]


def is_area_wide(person: Practitioner | None) -> bool:
    """Whether somebody works for the whole area, so that their name tells no place."""
    return person is not None and person.role in AREA_WIDE_ROLES


def without_homes(links: Iterable[FamilyLink]) -> list[FamilyLink]:
    """Without phone numbers, and without other children: siblings mostly are where the child is."""
    return [replace(link, phone=None) for link in links if link.other_child_id is None]
