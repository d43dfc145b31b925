"""Assessments and plans as PDF documents, with exactly what their reader may see, and who read them when on each page.

Each is made from the very answer that the same reader gets as JSON, so that what is not in the one is not in the other.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from assessment.api.actions import action_told
from assessment.api.assessment_page import assessment_blocks
from assessment.api.assessments import rendered
from assessment.api.my_plan import my_plan_told
from assessment.api.my_plan_page import my_plan_page
from assessment.api.people import ids_in, mark_of, own_mark
from assessment.api.plan_page import plan_blocks
from assessment.api.reviews import progress_told, review_told
from assessment.api.stages import stages_told
from assessment.api.supplied import facts_supplied
from assessment.api.teams import member_told
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.read_assessment import read_assessment
from assessment.application.read_my_plan import read_my_plan
from assessment.application.read_plan import Plan, read_plan
from assessment.application.typesetting import Typesetter, typeset
from assessment.domain.stages import StagePolicy
from assessment.domain.templates import Catalogue
from chassis.grants import Grant
from chassis.problem_docs import problems
from chassis.service import Granted

_PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A tagged PDF (PDF/UA-1) on A4.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_RESPONSES = {**problems(404, 409, 503), **_PDF}
_WHAT = "With who reads it, and when, on every page. 409 `document-too-long` for more than paper is for."


def document_routes(
    reading: UnitOfWorkFactory, catalogue: Catalogue, policy: StagePolicy, typesetter: Typesetter
) -> APIRouter:
    router = APIRouter(tags=["documents"])

    @router.get(
        "/v1/assessments/{assessment_id}/document",
        summary="An assessment as a PDF: what you may see of it.",
        description=_WHAT,
        response_class=Response,
        responses=_RESPONSES,
    )
    async def of_assessment(
        grant: Annotated[Grant, Depends(Granted("assessment.document"))], assessment_id: str, request: Request
    ) -> Response:
        known = await facts_supplied(request, grant)
        async with reading() as uow:
            found = await read_assessment(uow, catalogue, grant, assessment_id)
            body = rendered(found, grant, catalogue)
            people, mark, at = await uow.people.named(ids_in(body)), await mark_of(uow, grant), uow.now()
        sheet = _sheet("Assessment", mark, assessment_blocks(body, found.template, people, known.child))
        return _file(await typeset(typesetter, sheet, at), f"assessment-{found.assessment.assessment_id}.pdf")

    @router.get(
        "/v1/children/{child_id}/plan/document",
        summary="The plan as a PDF: what you may see of it; or one page of it to print for the young person.",
        description=_WHAT,
        response_class=Response,
        responses=_RESPONSES,
    )
    async def of_plan(
        grant: Annotated[Grant, Depends(Granted("plan.document"))],
        child_id: str,
        request: Request,
        made_for: Annotated[
            Literal["young-person"] | None,
            Query(alias="for", description="In plain words, and of what you may see what they may, too."),
        ] = None,
    ) -> Response:
        known = await facts_supplied(request, grant)
        async with reading() as uow:
            mark, at = await mark_of(uow, grant), uow.now()
            if made_for is not None:
                mine = await read_my_plan(uow, catalogue, grant, known.around)
                sheet = my_plan_page(my_plan_told(mine, known.child, grant), mark)
            else:
                body = _plan_told(await read_plan(uow, grant), policy, grant)
                people = await uow.people.named(ids_in(body))
                sheet = _sheet("Plan", mark, plan_blocks(body, people, known))
        return _file(await typeset(typesetter, sheet, at), f"plan-{grant.child_id}.pdf")

    @router.get(
        "/v1/me/plan/document",
        summary="My plan as a PDF of one page.",
        response_class=Response,
        responses=_RESPONSES,
    )
    async def of_my_plan(grant: Annotated[Grant, Depends(Granted("me.plan-document"))], request: Request) -> Response:
        known = await facts_supplied(request, grant)
        async with reading() as uow:
            found, at = await read_my_plan(uow, catalogue, grant, known.around), uow.now()
        sheet = my_plan_page(my_plan_told(found, known.child, grant), own_mark(known.child, at))
        return _file(await typeset(typesetter, sheet, at), "my-plan.pdf")

    return router


def _plan_told(plan: Plan, policy: StagePolicy, grant: Grant) -> dict[str, Any]:
    """As the routes of each would answer the same reader."""
    told: dict[str, Any] = {"actions": [action_told(each, grant) for each in plan.actions]}
    if plan.stages is not None:
        told |= {
            "reviews": [review_told(each, grant) for each in plan.reviews],
            "progress": progress_told(plan.points, grant),
            "team": [member_told(each, grant) for each in plan.team],
            "stage": stages_told(plan.stages, policy, grant),
        }
    return told


def _sheet(title: str, mark: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": "document", "title": title, "mark": mark, "blocks": blocks}


def _file(pdf: bytes, name: str) -> Response:
    """Never kept on its way; by a name that tells nothing but an id."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": "en-GB",
        "Cache-Control": "no-store",
    }
    return Response(pdf, media_type="application/pdf", headers=headers)
