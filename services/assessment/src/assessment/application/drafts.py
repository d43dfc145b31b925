"""Drafts: what a practitioner is still writing, seen by nobody else until they offer it.

No event tells of a draft: that there is one, or when it was saved, is its author's alone. Nobody is shown anything by
reading one's own draft back, so it rests on what writing rests on (an involvement, the role, no block), not on a
consent.
"""

from dataclasses import dataclass
from typing import Any

from assessment.application.find_assessment import Place, granted_section, section_to_write
from assessment.application.ports import AssessmentUnitOfWork
from assessment.application.read_team import MOST_CHILDREN
from assessment.application.save_contribution import SavedContribution, save_next
from assessment.domain.assessments import Draft, DraftPlace
from assessment.domain.contents import content_errors
from assessment.domain.templates import Catalogue
from chassis.errors import Invalid, NotFound, Stale, Unconditional
from chassis.etags import names, require_match
from chassis.grants import Grant
from chassis.ids import new_id


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """`if_match` and `if_none_match` are the request's headers; None where it sent none."""

    place: Place
    content: dict[str, Any]
    if_match: str | None
    if_none_match: str | None


async def read_draft(uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, place: Place) -> Draft | None:
    """The caller's own. Raises `NotFound` for a section that the caller may not write in."""
    assessment, section = await granted_section(uow, catalogue, grant, place)
    return await uow.drafts.find(assessment.assessment_id, section.key, grant.viewer_id)


async def save_draft(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, command: SaveDraft
) -> tuple[Draft, bool]:
    """The draft as it now stands, and whether it is a new one.

    Raises `NotFound` as `read_draft`, `Conflict` where the assessment is closed, since what is written there would
    never be offered, `Invalid` for a field of another type, `Unconditional` where there is a draft and neither header,
    `Stale` where `If-Match` does not name what stands or `If-None-Match` does.
    """
    assessment, section = await section_to_write(uow, catalogue, grant, command.place)
    errors = content_errors(section.schema, command.content, draft=True)
    if errors:
        raise Invalid(errors)
    standing = await uow.drafts.find(assessment.assessment_id, section.key, grant.viewer_id)
    if standing is None:
        if command.if_match is not None:
            raise Stale
    elif names(command.if_none_match, standing.etag):
        raise Stale
    else:
        require_match(command.if_match, standing.etag)
    draft = Draft(
        assessment_id=assessment.assessment_id,
        section_key=section.key,
        author_id=grant.viewer_id,
        content=command.content,
        revision=new_id(),
        saved_at=uow.now(),
    )
    if not await uow.drafts.save(draft, standing.revision if standing else None):
        # The same practitioner saved from elsewhere at this moment: theirs stands.
        raise Unconditional if command.if_match is None and command.if_none_match is None else Stale
    return draft, standing is None


async def my_drafts(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, after: tuple[str, str] | None, limit: int
) -> list[DraftPlace]:
    """The caller's own, of the children and in the categories in which the grant lets them write: those of the newest
    assessment first, from the one after assessment and section `after`; one more than `limit` where there are more."""
    found = []
    for each in await uow.drafts.places_of(grant.viewer_id, grant.records):
        template = catalogue.version(each.assessment.template_id, each.assessment.template_version)
        section = template.section(each.section_key)
        if section is not None and each.assessment.child_id in grant.records_with((section.category,)):
            found.append(each)
    return [each for each in found if after is None or _comes_after(each, *after)][: limit + 1]


def _comes_after(each: DraftPlace, assessment_id: str, section_key: str) -> bool:
    at, key = each.place
    return at < assessment_id or (at == assessment_id and key > section_key)


async def children_of_my_drafts(uow: AssessmentUnitOfWork, grant: Grant) -> list[str]:
    return await uow.drafts.children_of(grant.viewer_id, MOST_CHILDREN)


async def drop_draft(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, place: Place, if_match: str | None
) -> None:
    """Raises `NotFound` where there is none, `Unconditional` and `Stale` as for saving."""
    draft = await _to_change(uow, catalogue, grant, place, if_match)
    if not await uow.drafts.drop(draft):
        raise Stale


async def offer_draft(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, place: Place, if_match: str | None
) -> SavedContribution:
    """Makes the draft the next version of the caller's contribution, for all to read who may; the draft is gone then.

    Raises `NotFound`, `Unconditional` and `Stale` as `drop_draft`, `Conflict` where the assessment is closed, and
    `Invalid` for what still does not fit.
    """
    draft = await _to_change(uow, catalogue, grant, place, if_match)
    assessment, section = await section_to_write(uow, catalogue, grant, place)
    errors = content_errors(section.schema, draft.content)
    if errors:
        raise Invalid(errors)
    if not await uow.drafts.drop(draft):
        raise Stale
    standing = await uow.contributions.find(assessment.assessment_id, section.key, grant.viewer_id)
    saved = await save_next(uow, grant, assessment, section, standing, draft.content)
    if saved is None:
        raise Stale
    return saved


async def _to_change(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, place: Place, if_match: str | None
) -> Draft:
    draft = await read_draft(uow, catalogue, grant, place)
    if draft is None:
        raise NotFound
    require_match(if_match, draft.etag)
    return draft
