"""The calendar of a lead professional: planned reviews, and days by which actions are due."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from assessment.application.ports import AssessmentUnitOfWork
from chassis.grants import Grant
from contracts.vocabulary import Category

MOST_CHILDREN = 500
MOST_DAYS = 1000
"""Of each kind, the earliest first."""


class DayKind(StrEnum):
    REVIEW = "review"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """`about` is the review by which the next one was planned, or the action."""

    kind: DayKind
    about: str
    on: date


async def children_led(uow: AssessmentUnitOfWork, grant: Grant) -> list[str]:
    return await uow.neighbours.led_by(grant.viewer_id, MOST_CHILDREN)


async def read_calendar(uow: AssessmentUnitOfWork, grant: Grant) -> list[CalendarDay]:
    """Of the children whom the grant names, decided on for this very request; of the plan's own category alone."""
    planned = await uow.reviews.planned(grant.records, uow.now().date(), MOST_DAYS)
    due = await uow.actions.due(grant.records, Category.PLAN, MOST_DAYS)
    days = [CalendarDay(DayKind.REVIEW, *each) for each in planned]
    days += [CalendarDay(DayKind.ACTION, *each) for each in due]
    return sorted(days, key=lambda each: (each.on, each.kind, each.about))
