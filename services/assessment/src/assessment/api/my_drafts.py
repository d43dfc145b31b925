"""All that I am still writing, of whatever child."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from assessment.application.drafts import children_of_my_drafts, my_drafts
from assessment.application.ports import UnitOfWorkFactory
from assessment.domain.assessments import Assessment, DraftPlace
from assessment.domain.templates import Catalogue
from chassis.disclosure import BY_SECTION, STRUCTURE, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from contracts.decisions import Candidates

_MINE = "/v1/assessment-drafts"
_Writer = Annotated[Grant, Depends(Granted("assessment.contribute"))]


class MyDraft(BaseModel):
    """Where it is; what it says is read there."""

    assessment_id: Annotated[str, BY_SECTION]
    child_id: Annotated[str, BY_SECTION]
    title: Annotated[str, BY_SECTION, Field(description="Of the assessment's form.")]
    section_key: Annotated[str, BY_SECTION]
    saved_at: Annotated[datetime, BY_SECTION]

    @classmethod
    def of(cls, draft: DraftPlace, title: str) -> Self:
        return cls(
            assessment_id=draft.assessment.assessment_id,
            child_id=draft.assessment.child_id,
            title=title,
            section_key=draft.section_key,
            saved_at=draft.saved_at,
        )


class MyDraftPage(BaseModel):
    """Of the newest assessment first."""

    items: Annotated[list[MyDraft], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


def my_draft_routes(reading: UnitOfWorkFactory, catalogue: Catalogue) -> APIRouter:
    router = APIRouter(tags=["assessments"])

    @router.get(
        _MINE,
        summary="My drafts, wherever I may write.",
        description="Nobody else sees them, nor that there are any. Whether you may write there is decided again at "
        "every reading.",
        response_model=MyDraftPage,
        responses=problems(),
    )
    async def read(grant: _Writer, limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
        found_before = decode_cursor(cursor, 2)
        before = None if found_before is None else (found_before[0], found_before[1])
        async with reading() as uow:
            found = await my_drafts(uow, catalogue, grant, before, limit)

        def title(assessment: Assessment) -> str:
            return catalogue.version(assessment.template_id, assessment.template_version).title

        shown = page(
            found,
            limit,
            lambda each: disclose(MyDraft.of(each, title(each.assessment)), grant.categories),
            lambda each: encode_cursor(*each.place),
        )
        return answer(Answer(200, shown))

    @router.get(f"/internal/candidates{_MINE}", include_in_schema=False)
    async def candidates(grant: _Writer) -> Candidates:
        async with reading() as uow:
            return Candidates(children=await children_of_my_drafts(uow, grant))

    return router
