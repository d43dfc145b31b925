"""Match reviews: an index officer says whether a doubtful record is a child of the index."""

from collections.abc import Collection
from dataclasses import dataclass

from chassis.errors import Conflict, Invalid, NotFound
from chassis.grants import Grant
from child_index.application.enrolment import begin_with_service, open_register, save_register
from child_index.application.ports import IndexUnitOfWork, Review
from child_index.domain.person import NUMBERED, ChildRecord
from child_index.domain.placement import Knowledge, Submission

_HIDDEN = 50
"""How many reviews of hidden children a page may pass over and still be full."""


@dataclass(frozen=True, slots=True)
class Resolve:
    """`child_id`: another child than the review's candidate to link the record to."""

    same: bool
    child_id: str | None


async def listed(
    uow: IndexUnitOfWork, limit: int, after: str | None, permitted: Collection[str] | None = None
) -> list[tuple[Review, ChildRecord]]:
    """Open reviews, oldest first, one more than `limit` where there are more, with their candidates.

    `permitted` None: whoever they are about (to name the candidates of a page); otherwise only of those children.
    """
    reviews = await uow.reviews.open_ones(limit + 1 + _HIDDEN, after)
    if permitted is not None:
        reviews = [review for review in reviews if review.candidate_id in permitted][: limit + 1]
    records = {record.child_id: record for record in await uow.children.records({r.candidate_id for r in reviews})}
    return [(review, records[review.candidate_id]) for review in reviews]


async def candidates(uow: IndexUnitOfWork, review_id: str, chosen: str | None) -> list[str]:
    """Ids of the children that a resolution would speak of."""
    review = await uow.reviews.get(review_id)
    if review is None:
        return []
    known = chosen is not None and await uow.children.number_of(chosen) is not None
    return list(dict.fromkeys([review.candidate_id, *([chosen] if known and chosen else [])]))


async def resolve(uow: IndexUnitOfWork, knowledge: Knowledge, review_id: str, command: Resolve, grant: Grant) -> str:
    """Links the record or makes a child of it, as an import would. Returns the child's id.

    Raises NotFound where the candidate is not one that the grant names, Conflict `review-resolved` the second time.
    """
    await uow.children.hold()
    review = await uow.reviews.get(review_id)
    if review is None or review.candidate_id not in grant.children:
        raise NotFound
    if review.state != "open":
        raise Conflict("This review has been resolved already", code="review-resolved")
    chosen = command.child_id or review.candidate_id
    if command.same and chosen not in grant.children:
        raise Invalid.field("/child_id", "is not a child whom you may name")
    numbered = review.source_key.startswith(NUMBERED)
    local_id = review.source_key.removeprefix(NUMBERED) if numbered else None
    submission = Submission.of(review.submitted, review.source, local_id)
    register = await open_register(uow, knowledge, [submission], also=[review.candidate_id, chosen])
    if command.same:
        register.link(submission, chosen, review_id)
        child_id = chosen
    else:
        child_id = register.add(submission, review_id)
    numbers, _ = await save_register(
        uow, register, review.source, by=grant.viewer_id, agency_id=review.agency_id, service_id=review.service_id
    )
    state = "same" if command.same else "parted"
    if not await uow.reviews.resolve(review_id, state, grant.viewer_id, numbers[child_id]):
        raise Conflict("This review has been resolved already", code="review-resolved")
    if not command.same:
        await uow.children.part(numbers[child_id], numbers[review.candidate_id], review_id)
    if review.service_id is not None:
        service = await uow.directory.service(review.service_id)
        if service is None:
            raise Conflict("The service that sent this record is not in the directory", code="service-unknown")
        await begin_with_service(uow, service, [(child_id, numbers[child_id])], grant.viewer_id, bulk=False)
    return child_id
