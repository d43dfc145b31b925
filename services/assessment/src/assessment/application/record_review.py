"""Reviews of a plan: record one, read them, and how it went over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assessment.application.find_clashes import find_review_clashes
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.plan import Decision, Point, Review, Score
from chassis.errors import Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid, new_id
from contracts.events.assessment import ReviewRecorded
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class RecordReview:
    held_on: date
    attendees: Sequence[str]
    decisions: Sequence[Decision]
    scores: Sequence[Score]
    next_on: date | None


async def record_review(uow: AssessmentUnitOfWork, grant: Grant, command: RecordReview) -> Review:
    """Raises `NotFound` unless the plan, and the category of each decision and score, is granted, `Invalid` for an
    attendee whom the directory does not know."""
    said = {each.category for each in command.decisions} | {each.category for each in command.scores}
    if grant.child_id is None or not grant.categories >= {Category.PLAN, *said}:
        raise NotFound
    for number, attendee in enumerate(command.attendees):
        if await uow.neighbours.practitioner(attendee) is None:
            raise Invalid.field(f"/attendees/{number}", "is not a practitioner")
    review = Review(
        review_id=new_id(),
        child_id=grant.child_id,
        held_on=command.held_on,
        attendees=tuple(command.attendees),
        next_on=command.next_on,
        recorded_by=grant.viewer_id,
        recorded_at=uow.now(),
        decisions=tuple(command.decisions),
        scores=tuple(command.scores),
    )
    await uow.reviews.add(review)
    uow.emit(
        ReviewRecorded(
            review_id=review.review_id,
            child_id=review.child_id,
            held_on=review.held_on,
            next_on=review.next_on,
            recorded_by=review.recorded_by,
        )
    )
    await find_review_clashes(uow, review)
    return review


async def list_reviews(
    uow: AssessmentUnitOfWork, grant: Grant, before: tuple[date, str] | None, limit: int
) -> list[Review]:
    """The latest first; one more than `limit` where there is another page. Without the plan there is none."""
    if not grant.permits(Category.PLAN):
        return []
    return await uow.reviews.page(grant.records, grant.categories, before, limit + 1)


async def review_under(uow: AssessmentUnitOfWork, grant: Grant, review_id: str) -> Review:
    """Raises `NotFound` alike for none, for another child's, and where the plan is not granted."""
    review = await uow.reviews.find(review_id, grant.categories) if is_uuid(review_id) else None
    if review is None or review.child_id not in grant.records or not grant.permits(Category.PLAN):
        raise NotFound
    return review


async def child_of_review(uow: AssessmentUnitOfWork, review_id: str) -> str | None:
    review = await uow.reviews.find(review_id, ()) if is_uuid(review_id) else None
    return None if review is None else review.child_id


async def progress(uow: AssessmentUnitOfWork, grant: Grant) -> list[Point]:
    """What reviews found, in the order of time; of granted categories alone, and without the plan nothing."""
    if not grant.permits(Category.PLAN):
        return []
    return await uow.reviews.progress(grant.records, grant.categories)
