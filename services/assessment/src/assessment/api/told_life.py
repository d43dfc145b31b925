"""What an assessment tells when it is read: its sections, and what became of it, as far as the reader may see it."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from assessment.api.lifecycle import named
from assessment.api.lifecycle_schemas import (
    AssessmentReviewBody,
    ClosureBody,
    CompletionBody,
    ContributionRequestBody,
    OfThreadBody,
)
from assessment.api.schemas import AssessmentSummary, ContributionBody
from assessment.application.read_life import Life, OfThread
from assessment.domain.assessments import Contribution
from assessment.domain.templates import Catalogue, Section
from chassis.disclosure import BY_SECTION, In
from chassis.grants import Grant
from contracts.vocabulary import Category

_INVOLVEMENT, _PLAN = In(Category.INVOLVEMENT), In(Category.PLAN)


class StandingContribution(ContributionBody):
    completed_version: Annotated[
        int | None, BY_SECTION, Field(description="The version on which the assessment was last completed.")
    ] = None


class AssessmentSection(BaseModel):
    key: Annotated[str, BY_SECTION]
    title: Annotated[str, BY_SECTION]
    category: Annotated[Category, BY_SECTION]
    contributions: Annotated[list[StandingContribution], BY_SECTION]

    @classmethod
    def of(cls, section: Section, contributions: Sequence[Contribution]) -> Self:
        shown = [StandingContribution.of(each) for each in contributions]
        return cls(key=section.key, title=section.title, category=section.category, contributions=shown)


class AssessmentBody(AssessmentSummary):
    """`sections` holds the granted ones alone, `waiting` the open requests of which you may know. `thread` has the
    assessments of the child that follow one another, the oldest first, where there are several."""

    sections: Annotated[list[AssessmentSection], BY_SECTION]
    waiting: Annotated[list[ContributionRequestBody], _INVOLVEMENT]
    completion: Annotated[CompletionBody | None, _PLAN] = None
    review: Annotated[AssessmentReviewBody | None, _PLAN, Field(description="The last one.")] = None
    closure: Annotated[ClosureBody | None, _INVOLVEMENT] = None
    thread: Annotated[list[OfThreadBody], _INVOLVEMENT]


def told_life(life: Life, grant: Grant, catalogue: Catalogue) -> dict[str, Any]:
    completion, review, closure = life.completion, life.review, life.closure
    veiled_from = grant.viewer_id if grant.veiled else None
    return {
        "waiting": [ContributionRequestBody.of(each, veiled_from) for each in life.waiting],
        "completion": completion and CompletionBody.of(completion, named=named(grant, completion.completed_by)),
        "review": review and AssessmentReviewBody.of(review, named=named(grant, review.reviewed_by)),
        "closure": closure and ClosureBody.of(closure, named=named(grant, closure.closed_by)),
        "thread": [_of_thread(each, catalogue) for each in life.thread],
    }


def _of_thread(each: OfThread, catalogue: Catalogue) -> OfThreadBody:
    assessment, following = each.assessment, each.following
    return OfThreadBody(
        assessment_id=assessment.assessment_id,
        template_id=assessment.template_id,
        title=catalogue.version(assessment.template_id, assessment.template_version).title,
        status=each.status,
        begun_at=assessment.begun_at,
        follows=following and following.follows,
        step=following and following.step,
    )
