"""The young person's own plan, in plain words."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from assessment.api.my_plan_page import HOW_TO_ASK
from assessment.api.supplied import facts_supplied
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.read_my_plan import MyPlan, read_my_plan
from assessment.domain.templates import Catalogue
from chassis.disclosure import STRUCTURE, In, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from contracts.supplies import Helper, NamedChild
from contracts.vocabulary import Category

_BASICS, _INVOLVEMENT, _PLAN = In(Category.BASICS), In(Category.INVOLVEMENT), In(Category.PLAN)


class AgreedBody(BaseModel):
    title: Annotated[str, _PLAN]
    by: Annotated[str | None, _PLAN] = None
    due_on: Annotated[date, _PLAN]


class AroundBody(BaseModel):
    """Of whom nothing else may be told: what kind of service it is."""

    name: Annotated[str | None, _INVOLVEMENT] = None
    role: Annotated[str | None, _INVOLVEMENT] = None
    service_name: Annotated[str | None, _INVOLVEMENT] = None
    service_type: Annotated[str | None, _INVOLVEMENT] = None
    agency_name: Annotated[str | None, _INVOLVEMENT] = None
    phone: Annotated[str | None, _INVOLVEMENT] = None
    email: Annotated[str | None, _INVOLVEMENT] = None
    contact: Annotated[str | None, _INVOLVEMENT] = None
    leads: Annotated[bool, _INVOLVEMENT]

    @classmethod
    def of(cls, helper: Helper) -> "AroundBody":
        return cls(**helper.model_dump(exclude={"practitioner_id"}))


class OwnWordsBody(BaseModel):
    text: Annotated[str, _INVOLVEMENT]
    said_on: Annotated[date, _INVOLVEMENT]


class MyPlanBody(BaseModel):
    """`actions`: what is waiting to be done, the earliest day first. `around`: who leads first. `own_words`: the newest
    first."""

    given_name: Annotated[str | None, _BASICS] = None
    actions: Annotated[list[AgreedBody] | None, _PLAN] = None
    next_review_on: Annotated[date | None, _PLAN] = None
    around: Annotated[list[AroundBody] | None, _INVOLVEMENT] = None
    own_words: Annotated[list[OwnWordsBody] | None, _INVOLVEMENT] = None
    how_to_ask: Annotated[str, STRUCTURE]


def my_plan_told(plan: MyPlan, child: NamedChild | None, grant: Grant) -> dict[str, Any]:
    body = MyPlanBody(
        given_name=child.given_name if child else None,
        actions=None
        if plan.actions is None
        else [
            AgreedBody(title=each.title, by=each.by.name if each.by else None, due_on=each.due_on)
            for each in plan.actions
        ],
        next_review_on=plan.next_review_on,
        around=None if plan.around is None else [AroundBody.of(each) for each in plan.around],
        own_words=None
        if plan.own_words is None
        else [OwnWordsBody(text=each.text, said_on=each.said_on) for each in plan.own_words],
        how_to_ask=HOW_TO_ASK,
    )
    return disclose(body, grant.categories)


def my_plan_routes(reading: UnitOfWorkFactory, catalogue: Catalogue) -> APIRouter:
    router = APIRouter(tags=["The young person"])

    @router.get(
        "/v1/me/plan",
        summary="My plan: who is around me, what we agreed, what happens next.",
        response_model=MyPlanBody,
        responses=problems(404),
    )
    async def read(grant: Annotated[Grant, Depends(Granted("me.plan"))], request: Request) -> JSONResponse:
        known = await facts_supplied(request, grant)
        async with reading() as uow:
            found = await read_my_plan(uow, catalogue, grant, known.around)
        return answer(Answer(200, my_plan_told(found, known.child, grant)))

    return router
