"""Match reviews: an index officer says whether a doubtful record is a child of the index."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from chassis.errors import Conflict, Invalid, NotFound
from chassis.grants import Grant
from child_index.application.enrolment import begin_with_service, open_register, save_register
from child_index.application.ports import IndexUnitOfWork, Review, ReviewFilter, ReviewState
from child_index.application.separate import separate
from child_index.application.whole import granted_child, granted_children
from child_index.domain.person import NUMBERED
from child_index.domain.placement import Knowledge, Submission
from child_index.domain.side_by_side import Compared, side_by_side
from child_index.domain.wholes import Whole
from contracts.vocabulary import Category

_HIDDEN = 50
"""How many reviews of hidden children a page may pass over and still be full."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """`child_id`: another child than the review's candidate to link the record to."""

    same: bool
    child_id: str | None


async def named(uow: IndexUnitOfWork, limit: int, after: str | None, which: ReviewFilter) -> list[str]:
    """Ids of the children that a page would speak of."""
    reviews = await uow.reviews.listed(limit + 1 + _HIDDEN, after, which)
    return list(dict.fromkeys(review.candidate_id for review in reviews))


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A review, the child whom the record may be, and how the two agree.

    `nameless`: a sensitive service sent the record, which is not this reader's to know.
    """

    review: Review
    child: Whole
    compared: dict[str, Compared]
    nameless: bool


async def listed(
    uow: IndexUnitOfWork, knowledge: Knowledge, limit: int, after: str | None, which: ReviewFilter, grant: Grant
) -> list[SideBySide]:
    """Reviews of permitted children, oldest first, one more than `limit` where there are more.

    Of a child who was merged a moment ago only what the decision took account of is shown.
    """
    reviews = await uow.reviews.listed(limit + 1 + _HIDDEN, after, which)
    children = granted_children(await uow.children.records(grant.records), grant)
    of_record = {record.child_id: child for child in children.values() for record in child.records}
    shown = [each for each in reviews if each.candidate_record in of_record][: limit + 1]
    nameless = await _by_sensitive(uow, shown, grant)
    return [_beside(each, of_record[each.candidate_record], knowledge, nameless) for each in shown]


async def get(uow: IndexUnitOfWork, knowledge: Knowledge, review_id: str, grant: Grant) -> SideBySide:
    """One review, open or resolved, under a decision on the child whom it is about."""
    review = await uow.reviews.get(review_id)
    if review is None or review.candidate_record not in grant.records:
        raise NotFound
    nameless = await _by_sensitive(uow, [review], grant)
    return _beside(review, await granted_child(uow, grant), knowledge, nameless)


async def _by_sensitive(uow: IndexUnitOfWork, reviews: Sequence[Review], grant: Grant) -> frozenset[str]:
    """Ids of the reviews of what sensitive services sent; none where that is the reader's to know."""
    if grant.permits(Category.SENSITIVE):
        return frozenset()
    services = await uow.directory.services({each.service_id for each in reviews if each.service_id is not None})
    return frozenset(
        each.review_id for each in reviews if each.service_id in services and services[each.service_id].sensitive
    )


def _beside(review: Review, child: Whole, knowledge: Knowledge, nameless: Collection[str]) -> SideBySide:
    compared = side_by_side(review.submitted, child, knowledge)
    return SideBySide(review, child, compared, review.review_id in nameless)


async def owner(uow: IndexUnitOfWork, review_id: str) -> str | None:
    """The record that a review is about."""
    review = await uow.reviews.get(review_id)
    return review.candidate_record if review else None


async def undoing_speaks_of(uow: IndexUnitOfWork, review_id: str) -> list[str]:
    """Ids of the children that taking a resolution back would speak of."""
    review = await uow.reviews.get(review_id)
    if review is None:
        return []
    results = await uow.children.numbered([review.result_no] if review.result_no is not None else [])
    roots = await uow.children.roots([record.child_id for record in results])
    return list(dict.fromkeys([review.candidate_id, *roots.values()]))


async def undo(uow: IndexUnitOfWork, review_id: str, grant: Grant) -> tuple[str, ReviewState]:
    """Takes a resolution back. Returns the id of the child who has the record now, and the review's new state.

    The same: the record gets a child of its own after all, parted from the one it was linked to. Parted: the two may be
    one child, and can be merged. Raises Conflict `review-open` where there is nothing to take back.
    """
    await uow.children.hold()
    review = await uow.reviews.get(review_id)
    if review is None or review.candidate_id not in grant.children or review.candidate_record not in grant.records:
        raise NotFound
    state = ReviewState(review.state)
    if state not in (ReviewState.SAME, ReviewState.PARTED) or review.result_no is None:
        raise Conflict("This review has no resolution to take back", code="review-open")
    (result,) = await uow.children.numbered([review.result_no])
    if result.child_id not in grant.records:
        raise NotFound
    if state is ReviewState.PARTED:
        await uow.merges.lift(review_id)
        after, made = ReviewState.LIFTED, result
    else:
        link = await uow.statements.by_review(review_id)
        if link is None:
            raise Conflict("What this review linked was taken apart before", code="review-open")
        after, made = ReviewState.PARTED, await separate(uow, link, grant.viewer_id)
    assert made.child_no is not None
    if not await uow.reviews.undo(review_id, state, after, grant.viewer_id, made.child_no):
        raise Conflict("This resolution is just being taken back", code="review-open")
    roots = await uow.children.roots([made.child_id])
    return roots[made.child_id], after


async def candidates(uow: IndexUnitOfWork, review_id: str, chosen: str | None) -> list[str]:
    """Ids of the children that a resolution would speak of."""
    review = await uow.reviews.get(review_id)
    if review is None:
        return []
    roots = await uow.children.roots([chosen]) if chosen is not None else {}
    return list(dict.fromkeys([review.candidate_id, *roots.values()]))


async def resolve(uow: IndexUnitOfWork, knowledge: Knowledge, review_id: str, command: Resolve, grant: Grant) -> str:
    """Links the record or makes a child of it, as an import would. Returns the child's id.

    Raises NotFound where the candidate is not one that the grant names, Conflict `review-resolved` the second time.
    """
    await uow.children.hold()
    review = await uow.reviews.get(review_id)
    if review is None or review.candidate_id not in grant.children or review.candidate_record not in grant.records:
        raise NotFound
    if review.state != "open":
        raise Conflict("This review has been resolved already", code="review-resolved")
    chosen = review.candidate_id
    if command.child_id is not None:
        chosen = (await uow.children.roots([command.child_id])).get(command.child_id, "")
    if command.same and chosen not in grant.children:
        raise Invalid.field("/child_id", "is not a child whom you may name")
    numbered = review.source_key.startswith(NUMBERED)
    local_id = review.source_key.removeprefix(NUMBERED) if numbered else None
    submission = Submission.of(review.submitted, review.source, local_id)
    register = await open_register(uow, knowledge, [submission], also=[review.candidate_id, chosen])
    if command.same:
        child_id, record_id = chosen, register.link(submission, chosen, review_id)
    else:
        child_id = record_id = register.add(submission, review_id)
    numbers, _ = await save_register(
        uow,
        register,
        review.source,
        by=grant.viewer_id,
        agency_id=review.agency_id,
        service_id=review.service_id,
        import_id=review.import_id,
    )
    state = "same" if command.same else "parted"
    if not await uow.reviews.resolve(review_id, state, grant.viewer_id, numbers[record_id]):
        raise Conflict("This review has been resolved already", code="review-resolved")
    if not command.same:
        await uow.merges.part(numbers[child_id], numbers[review.candidate_record], review_id)
    if review.service_id is not None:
        service = await uow.directory.service(review.service_id)
        if service is None:
            raise Conflict("The service that sent this record is not in the directory", code="service-unknown")
        await begin_with_service(
            uow,
            service,
            register,
            numbers,
            {child_id: record_id},
            grant.viewer_id,
            bulk=False,
            import_id=review.import_id,
        )
    return child_id
