"""Why somebody can, or cannot, see what."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StringConstraints

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.problem_docs import problems
from chassis.service import Granted
from consent.api.common import EVERYTHING, PolicyOf, RequestModel, Told, Writing
from consent.application.explain import Question, explain_decision
from contracts.vocabulary import Category, Purpose

router = APIRouter(responses=problems(404))

_Id = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f]+$")]


class QuestionBody(RequestModel):
    viewer_id: _Id
    child_id: _Id
    categories: Annotated[list[Category], Field(min_length=1, max_length=len(Category))]
    purpose: Purpose


class Rule(BaseModel):
    """One rule that spoke; `category` is left out where it spoke of the whole request."""

    category: Annotated[Category | None, Told] = None
    rule: Annotated[str, Told]
    outcome: Annotated[str, Told]
    because: Annotated[str, Told]


class Explanation(BaseModel):
    permitted: Annotated[list[Category], Told]
    rules: Annotated[list[Rule], Told]


@router.post(
    "/v1/decisions/explain",
    summary="Why a viewer can, or cannot, see what of a child",
    description="For officers, about their own agency's people or by scope; for a young person, about their own "
    "record. The answer is computed by the rules that decide, on the facts of this moment.",
    response_model=Explanation,
)
async def post_question(
    body: QuestionBody,
    grant: Annotated[Grant, Depends(Granted("decision.explain"))],
    writing: Writing,
    policy: PolicyOf,
) -> JSONResponse:
    question = Question(body.viewer_id, body.child_id, list(dict.fromkeys(body.categories)), body.purpose)
    async with writing() as uow:
        found = await explain_decision(uow, policy, grant, question)
        await uow.commit()
    return JSONResponse(disclose(Explanation.model_validate(found), EVERYTHING))
