"""Read the whole plan at once, as one document needs it: what each list would show the same reader, page after page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from assessment.application.find_action import list_actions
from assessment.application.ports import AssessmentUnitOfWork
from assessment.application.read_team import read_team
from assessment.application.record_review import list_reviews, progress
from assessment.application.set_stage import stages_of
from assessment.domain.plan import Action, Point, Review
from assessment.domain.stages import Stage
from assessment.domain.teams import Membership
from chassis.errors import Conflict
from chassis.grants import Grant
from contracts.vocabulary import Category

T = TypeVar("T")
C = TypeVar("C")

MOST = 2000
"""Of actions, reviews and places in the team each; more is not for paper."""
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """`stages` None: the plan is not granted, and then there are actions alone, of the categories that are."""

    actions: list[Action]
    reviews: list[Review]
    points: list[Point]
    team: list[Membership]
    stages: list[Stage] | None


async def read_plan(uow: AssessmentUnitOfWork, grant: Grant) -> Plan:
    """Raises `Conflict` for one that is too long."""
    planned = grant.permits(Category.PLAN)
    return Plan(
        actions=await _all(
            lambda before, limit: list_actions(uow, grant, None, before, limit), lambda each: each.action_id
        ),
        reviews=await _all(
            lambda before, limit: list_reviews(uow, grant, before, limit), lambda each: (each.held_on, each.review_id)
        ),
        points=await progress(uow, grant),
        team=await _all(
            lambda before, limit: read_team(uow, grant, before, limit, history=False), lambda each: each.membership_id
        ),
        stages=await stages_of(uow, grant) if planned else None,
    )


async def _all(page: Callable[[C | None, int], Awaitable[list[T]]], place: Callable[[T], C]) -> list[T]:
    found: list[T] = []
    before: C | None = None
    while len(found) <= MOST:
        some = await page(before, _AT_ONCE)
        found += some[:_AT_ONCE]
        if len(some) <= _AT_ONCE:
            return found
        before = place(found[-1])
    raise Conflict("It is too long for a document; read it list by list", code="document-too-long")
