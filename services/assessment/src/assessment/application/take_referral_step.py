"""Say what became of a referral."""

from dataclasses import replace

from assessment.application.ports import AssessmentUnitOfWork
from assessment.application.read_referrals import referral_under
from assessment.domain.referrals import (
    CLOSED,
    Referral,
    Status,
    Step,
    Taken,
    needs_a_reason,
    possible,
    sides_of,
    takes_a_reason,
)
from chassis.errors import Conflict, Invalid, Stale
from chassis.etags import etag, require_match
from chassis.grants import Grant
from contracts.events.assessment import ReferralAnswered, ReferralClosed


async def take_step(
    uow: AssessmentUnitOfWork, grant: Grant, referral_id: str, step: Step, reason: str | None, if_match: str | None
) -> Referral:
    """Raises `NotFound` alike for no such referral and for one that the caller may not know of, `Unconditional` and
    `Stale` by `If-Match`, `Conflict` for a step that is not possible now or not the caller's, `Invalid` for a reason
    that is missing or has no place."""
    standing = await referral_under(uow, grant, referral_id)
    require_match(if_match, etag(standing.version))
    sides = sides_of(standing, grant.viewer_id, grant.team_ids, leads=grant.lead)
    steps = possible(standing.status, sides)
    if step not in steps:
        raise Conflict(
            "This step is not possible now, or is another's to take",
            code="step-not-possible",
            members={"state": standing.status, "possible": list(steps)},
        )
    if reason is None and needs_a_reason(standing.status, step):
        raise Invalid.field("/reason", "is needed with this step")
    if reason is not None and not takes_a_reason(step):
        raise Invalid.field("/reason", "has no place with this step")
    taken = Taken(step, reason, grant.viewer_id, uow.now())
    referral = replace(
        standing, status=Status(step.value), version=standing.version + 1, steps=(*standing.steps, taken)
    )
    if not await uow.referrals.take(referral, taken):
        raise Stale
    uow.emit(
        ReferralAnswered(
            referral_id=referral.referral_id,
            child_id=referral.child_id,
            status=referral.status,
            sensitive=referral.sensitive,
            referred_by=referral.referred_by,
            taken_by=grant.viewer_id,
        )
    )
    if referral.status in CLOSED:
        uow.emit(
            ReferralClosed(
                referral_id=referral.referral_id,
                child_id=referral.child_id,
                service_id=referral.service_id,
                closed_on=uow.now().date(),
            )
        )
    return referral
