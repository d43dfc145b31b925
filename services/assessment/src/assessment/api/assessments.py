"""Assessments of a child: begin, list, read."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from fastapi.responses import JSONResponse

from assessment.api.schemas import (
    AssessmentPage,
    AssessmentSummary,
    BeginRequest,
    ContributionBody,
    ContributionPage,
)
from assessment.api.told_life import AssessmentBody, AssessmentSection, StandingContribution, told_life
from assessment.application.begin_assessment import AlreadyOpen, begin_assessment
from assessment.application.find_assessment import Place
from assessment.application.list_assessments import list_assessments
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.read_assessment import ReadAssessment, read_assessment
from assessment.application.read_history import read_history
from assessment.application.read_life import statuses
from assessment.domain.assessments import Assessment, Status
from assessment.domain.templates import Catalogue
from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, number_of, page
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from contracts.vocabulary import Category

_WRITERS = frozenset({"begun_by", "contributor_id"})
_OF_CHILD = "/v1/children/{child_id}/assessments"


def assessment_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory, catalogue: Catalogue) -> APIRouter:
    router = APIRouter(tags=["assessments"])

    def summary(assessment: Assessment, grant: Grant, seen: Mapping[str, Status]) -> dict[str, Any]:
        template = catalogue.version(assessment.template_id, assessment.template_version)
        status = seen[assessment.assessment_id]
        return _told(AssessmentSummary.of(assessment, template.title, grant.child_id, status), grant)

    # The child is the grant's, never the path's: an old id of a merged record answers as the one that stands.
    @router.post(
        _OF_CHILD,
        status_code=201,
        summary="Begin an assessment of a child from a template.",
        description="Where the child has an open one, 409 `assessment-open` names it in `open`, as the list of "
        "assessments does: contribute to that one, or begin another with `also_open` and the reason for it. A "
        "checklist (`screening`) may stand open beside an assessment. With `follows` and `step` it takes up where an "
        "open one ends, which is closed by it for the same reason, whatever else is open; that is for who may close "
        "it, and needs `If-Match` with its ETag.",
        response_model=AssessmentSummary,
        responses=problems(404, 409, 412, 428),
    )
    async def begin(
        grant: Annotated[Grant, Depends(Granted("assessment.begin"))],
        child_id: str,
        request: BeginRequest,
        idempotency: IdempotencyOf,
        if_match: Annotated[str | None, Header(max_length=500, description="Of the one that it follows.")] = None,
    ) -> JSONResponse:
        command = request.command(if_match)
        async with writing() as uow:

            async def work() -> Answer:
                try:
                    begun = await begin_assessment(uow, catalogue, grant, command)
                except AlreadyOpen as error:
                    seen = await statuses(uow, catalogue, grant, error.standing)
                    error.members["open"] = [summary(each, grant, seen) for each in error.standing]
                    raise
                return Answer(201, summary(begun, grant, {begun.assessment_id: begun.status}), begun.etag)

            result = await once(uow, idempotency(grant), work)
        return answer(result, uow.effects)

    @router.get(
        _OF_CHILD,
        summary="List the assessments of a child, newest first.",
        response_model=AssessmentPage,
        responses=problems(404),
    )
    async def list_all(
        grant: Annotated[Grant, Depends(Granted("assessment.list"))],
        child_id: str,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        before = decode_cursor(cursor)
        async with reading() as uow:
            found = await list_assessments(uow, grant, before[0] if before else None, limit)
            seen = await statuses(uow, catalogue, grant, found)
        shown = page(
            found,
            limit,
            lambda assessment: summary(assessment, grant, seen),
            lambda assessment: encode_cursor(assessment.assessment_id),
        )
        return answer(Answer(200, shown))

    @router.get(
        "/v1/assessments/{assessment_id}",
        summary="Read an assessment: the sections that you may see, with everybody's contributions.",
        description="It is `contributing` once there is a contribution that you may see. The ETag changes with each "
        "step of its life (completed, reviewed, closed) and with nothing else, so that it tells nothing of a section "
        "that you may not see. `waiting` has the newest requests that are still open.",
        response_model=AssessmentBody,
        responses=problems(404),
    )
    async def read(grant: Annotated[Grant, Depends(Granted("assessment.read"))], assessment_id: str) -> JSONResponse:
        async with reading() as uow:
            found = await read_assessment(uow, catalogue, grant, assessment_id)
        # It says where the assessment stands in its life, which is for whom that is.
        tag = found.assessment.etag if grant.permits(Category.INVOLVEMENT) else None
        return answer(Answer(200, rendered(found, grant, catalogue), tag))

    @router.get(
        "/v1/assessments/{assessment_id}/sections/{key}/history",
        summary="Read every version of what was contributed to a section, the oldest first.",
        response_model=ContributionPage,
        responses=problems(404),
    )
    async def history(
        grant: Annotated[Grant, Depends(Granted("assessment.read"))],
        assessment_id: str,
        key: str,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        # Versions are only ever added, at the end: so their number says where a page begins, and no more than the page.
        offset = number_of(cursor) or 0
        async with reading() as uow:
            found = await read_history(uow, catalogue, grant, Place(assessment_id, key), offset, limit)
        shown = page(
            found,
            limit,
            lambda each: _told(ContributionBody.of(each), grant),
            lambda _: encode_cursor(str(offset + limit)),
        )
        return answer(Answer(200, shown))

    return router


def _told(body: AssessmentSummary | ContributionBody, grant: Grant) -> dict[str, Any]:
    """What is granted; without who else wrote it where they may be near a child of whom the reader may not learn where
    they are."""
    told = disclose(body, grant.categories)
    if grant.veiled:
        told = {key: value for key, value in told.items() if key not in _WRITERS or value == grant.viewer_id}
    return told


def rendered(found: ReadAssessment, grant: Grant, catalogue: Catalogue) -> dict[str, Any]:
    """From the inside out: `disclose` looks at the fields of one level."""
    life = found.life
    head = AssessmentBody.of(
        found.assessment,
        found.template.title,
        grant.child_id,
        life.status,
        sections=[],
        **told_life(life, grant, catalogue),
    )
    body = _told(head, grant)
    body["sections"] = [
        {
            **disclose(AssessmentSection.of(section, []), grant.categories),
            "contributions": [
                _told(
                    StandingContribution.of(
                        each, completed_version=life.rested_on.get((section.key, each.contributor_id))
                    ),
                    grant,
                )
                for each in contributions
            ],
        }
        for section, contributions in found.sections
    ]
    return body
