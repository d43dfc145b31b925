"""Match or create: one child, sent by a practitioner or an agency's system."""

from chassis.errors import Invalid
from chassis.grants import Grant
from child_index.application import search_children
from child_index.application.enrolment import open_register, save_register
from child_index.application.ports import IndexUnitOfWork
from child_index.application.whole import may_be_linked
from child_index.domain.days import birth_date_fault, uk_date
from child_index.domain.person import Person
from child_index.domain.placement import Knowledge, Placement, Submission


def _submission(person: Person, local_id: str | None, grant: Grant) -> Submission:
    return Submission.of(person, f"agency:{grant.agency_id or grant.viewer_id}", local_id)


async def candidates(
    uow: IndexUnitOfWork, knowledge: Knowledge, person: Person, local_id: str | None, grant: Grant
) -> list[str]:
    """Ids of the children that the record may be linked to."""
    submission = _submission(person, local_id, grant)
    sources = await uow.children.sources(submission.source, [submission.source_key])
    known = [record.child_id for record in sources.values() if record.child_id]
    roots = await uow.children.roots(known)
    found = await search_children.candidates_to_be(uow, knowledge, person.details())
    return list(dict.fromkeys([*roots.values(), *found]))


async def register_child(
    uow: IndexUnitOfWork, knowledge: Knowledge, person: Person, local_id: str | None, grant: Grant
) -> Placement:
    """Decides among all children; a child who is hidden from the caller makes the answer a review, never a match.

    So does a child who was registered after the decision was made, or given a further record: the grant cannot speak
    of what it does not know.
    """
    fault = birth_date_fault(person.date_of_birth, uk_date(uow.now()))
    if fault is not None:
        raise Invalid.field("/date_of_birth", fault)
    submission = _submission(person, local_id, grant)
    register = await open_register(
        uow, knowledge, [submission], may_link=lambda child_id, members: may_be_linked(members, child_id, grant)
    )
    placement = register.place(submission)
    await save_register(
        uow, register, submission.source, by=grant.viewer_id, agency_id=grant.agency_id, service_id=None
    )
    return placement
