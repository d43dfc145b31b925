"""What the index knows for a printed document: whose it is, who leads, and who is around the child now.

Nothing but what the record shows under the same grant, and of that nobody who has left their post.
"""

from dataclasses import dataclass
from datetime import date

from chassis.grants import Grant
from child_index.application.ports import IndexUnitOfWork, Practitioner, Service
from child_index.application.read_child import ChildView, read_child
from child_index.domain.days import uk_date
from child_index.domain.person import ChildRecord
from contracts.vocabulary import Category, PractitionerStatus


@dataclass(frozen=True, slots=True)
class Helping:
    """Somebody, a service, or both. `nameless`: to be told of by the kind of service alone."""

    practitioner: Practitioner | None
    service: Service | None
    contact: str | None = None
    leads: bool = False
    nameless: bool = False


@dataclass(frozen=True, slots=True)
class ForDocument:
    """None: not granted, or nobody. `lead` is for the reader; `around` is for the family, who leads first."""

    child: ChildRecord | None
    lead: Practitioner | None
    around: list[Helping] | None


async def for_document(uow: IndexUnitOfWork, grant: Grant) -> ForDocument:
    """The family is told neither of what is sensitive nor of what is kept back from them for now; a reader who is not
    of the family sees who leads all the same. Raises `NotFound` where there is no such child."""
    family = await read_child(uow, grant, without={Category.SENSITIVE})
    reader = await read_child(uow, grant._replace(kept_back=())) if grant.kept_back else family
    return ForDocument(
        child=family.child.root if Category.BASICS in grant.categories else None,
        lead=_lead(reader),
        around=None if family.involvements is None else _around(family, uk_date(uow.now())),
    )


def _lead(view: ChildView) -> Practitioner | None:
    return _working(view.lead[1]) if view.lead else None


def _around(view: ChildView, today: date) -> list[Helping]:
    lead = _lead(view)
    found: dict[object, Helping] = {}
    if lead is not None:
        found[lead.practitioner_id] = Helping(lead, None, leads=True)
    for each in view.involvements or ():
        episode = each.episode
        if episode.ended_on is not None and episode.ended_on <= today:
            continue
        if each.nameless:
            found.setdefault(("kind", each.service and each.service.type), Helping(None, each.service, nameless=True))
            continue
        person = _working(each.practitioner)
        contact = episode.contact or (each.service.contact if each.service else None)
        leads = person is not None and lead is not None and person.practitioner_id == lead.practitioner_id
        helping = Helping(person, each.service, contact, leads=leads)
        key = person.practitioner_id if person else ("service", episode.service_id)
        if key not in found or found[key].service is None:
            found[key] = helping
    return list(found.values())


def _working(person: Practitioner | None) -> Practitioner | None:
    """Who has left, or is suspended, is not there to be reached."""
    return person if person is not None and person.status == PractitionerStatus.ACTIVE else None
