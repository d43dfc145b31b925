"""Refer a child to a service that is on offer to families."""

from dataclasses import dataclass

from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.referrals import Agreed, Referral
from assessment.domain.service_directory import EntryStatus
from chassis.errors import Conflict, FieldError, Invalid, NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid, new_id
from contracts.events.assessment import ReferralSent
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class SendReferral:
    """`entry_id`: of the service directory. `share`: what the service may see beside the referral, by the same consents
    as anybody."""

    entry_id: str
    reason: str
    needs: tuple[str, ...]
    category: Category
    share: tuple[Category, ...]
    consent: Agreed | None
    legal_basis_id: str | None


async def send_referral(uow: AssessmentUnitOfWork, grant: Grant, command: SendReferral) -> Referral:
    """Whether a block stands between the child and the service is not known here, and so shows in nothing.

    Raises `NotFound` where the caller may not know who is involved; `Invalid` for a service that there is not, for
    sharing what the caller does not see, and without consent or a legal basis; `Conflict` for a service that takes
    nobody now.
    """
    if grant.child_id is None or not grant.permits(Category.INVOLVEMENT):
        raise NotFound
    entry = await uow.service_directory.find(command.entry_id)
    if entry is None:
        raise Invalid.field("/service_id", "is not in the service directory")
    if entry.status is not EntryStatus.ACTIVE:
        raise Conflict("The service takes nobody at present", code="service-closed", members={"state": entry.status})
    service = None if entry.service_id is None else await uow.receiving_services.find(entry.service_id)
    sensitive = command.category is Category.SENSITIVE or entry.sensitive or (service is not None and service.sensitive)
    await _check_ground(uow, grant, command, sensitive=sensitive)
    hidden = [number for number, category in enumerate(command.share) if not grant.permits(category)]
    if hidden:
        raise Invalid([FieldError(f"/share/{number}", "is not yours to share: you do not see it") for number in hidden])
    referral = Referral(
        referral_id=new_id(),
        child_id=grant.child_id,
        entry_id=entry.entry_id,
        service_id=entry.service_id,
        category=Category.SENSITIVE if sensitive else Category.INVOLVEMENT,
        reason=command.reason,
        needs=command.needs,
        shared=tuple(dict.fromkeys(command.share)),
        consent=command.consent,
        legal_basis_id=command.legal_basis_id,
        referred_by=grant.viewer_id,
        sent_at=uow.now(),
        team_id=None if service is None else service.team_id,
    )
    await uow.referrals.add(referral)
    uow.emit(
        ReferralSent(
            referral_id=referral.referral_id,
            child_id=referral.child_id,
            service_id=referral.service_id,
            team_id=referral.team_id,
            sensitive=referral.sensitive,
            shared=list(referral.shared),
            referred_by=referral.referred_by,
        )
    )
    return referral


async def _check_ground(uow: AssessmentUnitOfWork, grant: Grant, command: SendReferral, *, sensitive: bool) -> None:
    if command.consent is not None:
        if command.legal_basis_id is not None:
            raise Invalid.field("/legal_basis_id", "is not needed where the family agreed")
        if command.consent.given_on > uow.now().date():
            raise Invalid.field("/consent/given_on", "is in the future")
        return
    if sensitive:
        raise Invalid.field("/consent", "is needed for a sensitive service: no legal basis stands in for it")
    basis = command.legal_basis_id
    if basis is None:
        raise Invalid.field("/consent", "is needed, or else legal_basis_id: a legal basis recorded for the child")
    if not is_uuid(basis) or not await uow.legal_bases.in_force(basis, grant.records, uow.now()):
        raise Invalid.field("/legal_basis_id", "is no legal basis in force for this child")
