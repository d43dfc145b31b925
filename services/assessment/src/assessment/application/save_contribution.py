"""Save one's own contribution to a section."""

from dataclasses import dataclass
from typing import Any

from assessment.application.find_assessment import Place, section_to_write
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.assessments import Assessment, Contribution
from assessment.domain.contents import content_errors
from assessment.domain.templates import Catalogue, Section
from chassis.errors import Invalid, Stale, Unconditional
from chassis.etags import etag, names, require_match
from chassis.grants import Grant
from contracts.events.assessment import ContributionSaved


@dataclass(frozen=True, slots=True)
class SaveContribution:
    """`if_match` and `if_none_match` are the request's headers; None where it sent none."""

    place: Place
    content: dict[str, Any]
    if_match: str | None
    if_none_match: str | None = None


@dataclass(frozen=True, slots=True)
class SavedContribution:
    section: Section
    contribution: Contribution


async def save_contribution(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, command: SaveContribution
) -> SavedContribution:
    """The contribution as it now stands: one for each contributor and section, so nobody writes over another's.

    Raises `NotFound` alike for an unknown section and for one whose category is not granted, `Conflict` where the
    assessment is closed, `Invalid` for content that does not fit, `Unconditional` where the caller has a contribution
    and sent no `If-Match`, `Stale` where `If-Match` is not its ETag, or, before there is one, not the assessment's, or
    where `If-None-Match` names it.
    """
    assessment, section = await section_to_write(uow, catalogue, grant, command.place)
    errors = content_errors(section.schema, command.content)
    if errors:
        raise Invalid(errors)
    standing = await uow.contributions.find(assessment.assessment_id, section.key, grant.viewer_id)
    if standing is not None:
        if names(command.if_none_match, etag(standing.version)):
            raise Stale
        require_match(command.if_match, etag(standing.version))
    elif command.if_match is not None:
        require_match(command.if_match, assessment.etag)
    saved = await save_next(uow, grant, assessment, section, standing, command.content)
    if saved is None:
        # The same practitioner saved from elsewhere at this moment: theirs stands.
        raise Unconditional if command.if_match is None and command.if_none_match is None else Stale
    return saved


async def save_next(
    uow: AssessmentUnitOfWork,
    grant: Grant,
    assessment: Assessment,
    section: Section,
    standing: Contribution | None,
    content: dict[str, Any],
) -> SavedContribution | None:
    """The version after `standing`, the caller's contribution that was found; None where it no longer stands."""
    contribution = Contribution(
        assessment_id=assessment.assessment_id,
        section_key=section.key,
        contributor_id=grant.viewer_id,
        content=content,
        version=1 if standing is None else standing.version + 1,
        updated_at=uow.now(),
    )
    if not await uow.contributions.save(contribution):
        return None
    await uow.requests.answered(
        assessment.assessment_id, section.key, contribution.contributor_id, contribution.updated_at
    )
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
