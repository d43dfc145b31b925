"""Ask a practitioner to contribute, and see who is waiting for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assessment.application.complete_assessment import reader_of
from assessment.application.find_assessment import Place, granted_section
from assessment.application.ports import AssessmentUnitOfWork
from assessment.application.take_step import told_of_assessment
from assessment.domain.lifecycle import ContributionRequest, Step, after
from assessment.domain.teams import SENSITIVE_ROLES
from assessment.domain.templates import Catalogue, Section
from chassis.errors import Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import new_id
from contracts.events.assessment import ContributionRequested
from contracts.vocabulary import Category

MOST_WAITED_FOR = 50
"""How many open requests an assessment shows by itself; all of them are listed apart."""


@dataclass(frozen=True, slots=True)
class AskToContribute:
    """`section_key` None: wherever they have something to say."""

    assessment_id: str
    practitioner_id: str
    section_key: str | None
    due_on: date | None


async def may_ask(uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, command: AskToContribute) -> None:
    """Raises `NotFound` where the caller may not see the assessment, and `Invalid` alike for a section that there is
    not and for one that the caller may not see."""
    await told_of_assessment(uow, grant, command.assessment_id)
    if command.section_key is not None:
        try:
            await granted_section(uow, catalogue, grant, Place(command.assessment_id, command.section_key))
        except NotFound:
            raise Invalid.field("/section_key", "is not a section of the assessment") from None


async def ask_to_contribute(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, command: AskToContribute
) -> ContributionRequest:
    """Whether a block stands between the child and who is asked is not known here, and so shows in nothing.

    Raises `NotFound` and `Invalid` as `may_ask`, `Invalid` for somebody whom the directory does not have as active, and
    for a day that is over, `Conflict` where the assessment is closed.
    """
    await may_ask(uow, catalogue, grant, command)
    # Alone: whoever is contributing just now has done so before they are asked, or answers what they are asked.
    held = await uow.assessments.hold(command.assessment_id, alone=True)
    if held is None:
        raise NotFound
    after(held.status, Step.ASK)
    practitioner = await uow.neighbours.practitioner(command.practitioner_id)
    if practitioner is None or not practitioner.active:
        raise Invalid.field("/practitioner_id", "is not an active practitioner")
    if command.due_on is not None and command.due_on < uow.now().date():
        raise Invalid.field("/due_on", "is over")
    request = ContributionRequest(
        request_id=new_id(),
        assessment_id=held.assessment_id,
        practitioner_id=command.practitioner_id,
        section_key=command.section_key,
        due_on=command.due_on,
        sensitive=practitioner.role in SENSITIVE_ROLES,
        asked_by=grant.viewer_id,
        asked_at=uow.now(),
    )
    await uow.requests.add(request)
    uow.emit(
        ContributionRequested(
            request_id=request.request_id,
            assessment_id=held.assessment_id,
            child_id=held.child_id,
            practitioner_id=request.practitioner_id,
            asked_by=request.asked_by,
        )
    )
    return request


async def list_requests(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, assessment_id: str, before: str | None, limit: int
) -> list[ContributionRequest]:
    """Newest first, as far as the caller may see them; one more than `limit` where there are more. Raises `NotFound`
    where they may not see the assessment."""
    assessment = await told_of_assessment(uow, grant, assessment_id)
    template = catalogue.version(assessment.template_id, assessment.template_version)
    keys = [section.key for section in template.sections_in(grant.categories)]
    return await uow.requests.page(assessment_id, reader_of(grant), keys, before, limit + 1)


async def waited_for(
    uow: AssessmentUnitOfWork, grant: Grant, assessment_id: str, sections: Sequence[Section]
) -> list[ContributionRequest]:
    """The open requests that the caller may see, the newest first. `sections`: those that they may see."""
    if not grant.permits(Category.INVOLVEMENT):
        return []
    keys = [section.key for section in sections]
    return await uow.requests.page(assessment_id, reader_of(grant), keys, None, MOST_WAITED_FOR, waiting=True)
