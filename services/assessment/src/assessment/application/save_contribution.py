"""Save one's own contribution to a section."""

from dataclasses import dataclass
from typing import Any

from assessment.application.find_assessment import assessment_under
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.assessments import Contribution
from assessment.domain.contents import content_errors
from assessment.domain.templates import Catalogue, Section
from chassis.errors import Invalid, NotFound, Stale, Unconditional
from chassis.etags import etag, require_match
from chassis.grants import Grant
from contracts.events import ContributionSaved


@dataclass(frozen=True, slots=True)
class SaveContribution:
    """`if_match` is the request's header; None where it sent none."""

    assessment_id: str
    section_key: str
    content: dict[str, Any]
    if_match: str | None


@dataclass(frozen=True, slots=True)
class SavedContribution:
    section: Section
    contribution: Contribution


async def save_contribution(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, command: SaveContribution
) -> SavedContribution:
    """The contribution as it now stands: one for each contributor and section, so nobody writes over another's.

    Raises `NotFound` alike for an unknown section and for one whose category is not granted, `Invalid` for content
    that does not fit, `Unconditional` where the caller has a contribution and sent no `If-Match`, `Stale` where
    `If-Match` is not its ETag, or, before there is one, not the assessment's.
    """
    assessment = await assessment_under(uow, grant, command.assessment_id)
    template = catalogue.version(assessment.template_id, assessment.template_version)
    section = template.section(command.section_key)
    if section is None or not grant.permits(section.category):
        raise NotFound
    errors = content_errors(section.schema, command.content)
    if errors:
        raise Invalid(errors)
    standing = await uow.contributions.find(assessment.assessment_id, section.key, grant.viewer_id)
    if standing is not None:
        require_match(command.if_match, etag(standing.version))
    elif command.if_match is not None:
        require_match(command.if_match, assessment.etag)
    contribution = Contribution(
        assessment_id=assessment.assessment_id,
        section_key=section.key,
        contributor_id=grant.viewer_id,
        content=command.content,
        version=1 if standing is None else standing.version + 1,
        updated_at=uow.now(),
    )
    if not await uow.contributions.save(contribution):
        # The same practitioner saved from elsewhere at this moment: theirs stands.
        raise Unconditional if command.if_match is None else Stale
    uow.emit(
        ContributionSaved(
            assessment_id=assessment.assessment_id,
            child_id=assessment.child_id,
            section_key=section.key,
            category=section.category,
            contributor_id=grant.viewer_id,
            version=contribution.version,
        )
    )
    return SavedContribution(section, contribution)
