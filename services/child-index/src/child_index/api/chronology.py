"""What the index gives to a child's chronology, in the form that travels."""

from datetime import datetime

from child_index.application.assign_lead import ShownLead
from child_index.application.chronology import Told
from child_index.application.ports import Involvement, Practitioner
from child_index.application.read_child import is_sensitive
from contracts.supplies import ChronologyEntry, ChronologyPractitioner, ChronologySource
from contracts.vocabulary import Category, ChronologyKind


def entry_of(told: Told) -> ChronologyEntry:
    what, place = told.what, told.place
    return ChronologyEntry(
        kind=place.kind,
        key=place.key,
        day=place.day,
        moment=place.moment,
        category=_category(what),
        recorded_at=_recorded_at(told),
        source=_source(what),
        by=_by(what),
    )


def _category(what: Involvement | ShownLead) -> Category:
    hidden = isinstance(what, Involvement) and is_sensitive(what.episode, what.service)
    return Category.SENSITIVE if hidden else Category.INVOLVEMENT


def _source(what: Involvement | ShownLead) -> ChronologySource:
    if isinstance(what, ShownLead):
        person = what.practitioner
        return ChronologySource(
            agency_id=person.agency_id if person else None, agency_name=person.agency_name if person else None
        )
    service = what.service
    if what.nameless:
        return ChronologySource(service_type=service.type if service else None)
    return ChronologySource(
        agency_id=what.episode.agency_id,
        agency_name=service.agency_name if service else None,
        service_id=what.episode.service_id,
        service_name=service.name if service else None,
        service_type=service.type if service else None,
    )


def _by(what: Involvement | ShownLead) -> ChronologyPractitioner | None:
    if isinstance(what, ShownLead):
        return _practitioner(what.lead.practitioner_id, what.practitioner)
    practitioner_id = what.episode.practitioner_id
    return None if practitioner_id is None or what.nameless else _practitioner(practitioner_id, what.practitioner)


def _practitioner(practitioner_id: str, known: Practitioner | None) -> ChronologyPractitioner:
    return ChronologyPractitioner(
        practitioner_id=practitioner_id, name=known.name if known else None, role=known.role if known else None
    )


def _recorded_at(told: Told) -> datetime | None:
    """When it was written down; of the end of an episode nobody kept that."""
    what = told.what
    if isinstance(what, ShownLead):
        return what.lead.assigned_at
    return what.episode.created_at if told.place.kind is ChronologyKind.EPISODE_STARTED else None
