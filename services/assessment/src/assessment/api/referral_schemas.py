"""What the routes of referrals take and answer with. A referral's own `category` rules who is shown it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from assessment.api.schemas import without_nul
from assessment.api.team_schemas import PractitionerId
from assessment.application.send_referral import SendReferral
from assessment.domain.referrals import Agreed, GivenBy, How, Referral, Side, Status, Step, possible, sides_of
from chassis.disclosure import BY_SECTION, STRUCTURE, disclose
from chassis.grants import Grant
from contracts.vocabulary import Category

_Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(without_nul)
]
_Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(without_nul)
]
_PLACES = frozenset({"entry_id", "service_id"})
_PEOPLE = frozenset({"referred_by"})


class AgreedIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    given_by: GivenBy
    how: How
    given_on: date

    def agreed(self) -> Agreed:
        return Agreed(self.given_by, self.how, self.given_on)


class ReferralRequest(BaseModel):
    """Of the child nothing goes along but what is written here; what `share` names is read where it lives."""

    model_config = ConfigDict(extra="forbid")
    service_id: Annotated[PractitionerId, Field(description="An entry of the service directory.")]
    reason: _Words
    needs: Annotated[list[_Line], Field(max_length=30)] = []
    category: Annotated[
        Literal[Category.INVOLVEMENT, Category.SENSITIVE],
        Field(description="Who may know of it at all. To a sensitive service it is always `sensitive`."),
    ] = Category.INVOLVEMENT
    share: Annotated[
        list[Category],
        Field(max_length=len(Category), description="What the service may see besides, of what you see yourself."),
    ] = []
    consent: Annotated[AgreedIn | None, Field(description="That the family agreed to the referral.")] = None
    legal_basis_id: Annotated[
        str | None, StringConstraints(max_length=36), Field(description="Without consent: one recorded for the child.")
    ] = None

    def command(self) -> SendReferral:
        return SendReferral(
            entry_id=self.service_id,
            reason=self.reason,
            needs=tuple(self.needs),
            category=self.category,
            share=tuple(self.share),
            consent=None if self.consent is None else self.consent.agreed(),
            legal_basis_id=self.legal_basis_id,
        )


class StepRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    step: Step
    reason: Annotated[_Words | None, Field(description="With `declined`, and with `ended` before it was started.")] = (
        None
    )


class AgreedBody(BaseModel):
    given_by: Annotated[GivenBy, BY_SECTION]
    how: Annotated[How, BY_SECTION]
    given_on: Annotated[date, BY_SECTION]


class StepBody(BaseModel):
    step: Annotated[Step, BY_SECTION]
    reason: Annotated[str | None, BY_SECTION] = None
    taken_by: Annotated[str | None, BY_SECTION] = None
    taken_at: Annotated[datetime, BY_SECTION]


class ReferralBody(BaseModel):
    """What was written in it is for who sent it, the team that it went to, and whoever leads for the child; others who
    work with the child see to whom it went and where it stands. `possible`: the steps that the reader may take now. The
    ETag is its `version` in double quotes."""

    referral_id: Annotated[str, BY_SECTION]
    child_id: Annotated[str, BY_SECTION]
    entry_id: Annotated[str | None, BY_SECTION] = None
    service_id: Annotated[str | None, BY_SECTION] = None
    category: Annotated[Category, BY_SECTION]
    status: Annotated[Status, BY_SECTION]
    reason: Annotated[str | None, BY_SECTION] = None
    needs: Annotated[list[str] | None, BY_SECTION] = None
    shared: Annotated[list[Category] | None, BY_SECTION] = None
    consent: Annotated[AgreedBody | None, BY_SECTION] = None
    legal_basis_id: Annotated[str | None, BY_SECTION] = None
    referred_by: Annotated[str | None, BY_SECTION] = None
    sent_at: Annotated[datetime, BY_SECTION]
    steps: Annotated[list[StepBody], BY_SECTION]
    possible: Annotated[list[Step], BY_SECTION]
    version: Annotated[int, BY_SECTION]

    @classmethod
    def of(cls, referral: Referral, grant: Grant) -> Self:
        sides = sides_of(referral, grant.viewer_id, grant.team_ids, leads=grant.lead)
        party, refers = bool(sides), Side.REFERRING in sides
        agreed = referral.consent if party else None
        return cls(
            referral_id=referral.referral_id,
            child_id=grant.child_id or referral.child_id,
            entry_id=referral.entry_id,
            service_id=referral.service_id,
            category=referral.category,
            status=referral.status,
            reason=referral.reason if party else None,
            needs=list(referral.needs) if party else None,
            shared=list(referral.shared) if party else None,
            consent=agreed and AgreedBody(given_by=agreed.given_by, how=agreed.how, given_on=agreed.given_on),
            legal_basis_id=referral.legal_basis_id if refers else None,
            referred_by=referral.referred_by,
            sent_at=referral.sent_at,
            steps=[
                StepBody(
                    step=each.step,
                    reason=each.reason if party else None,
                    taken_by=each.taken_by,
                    taken_at=each.taken_at,
                )
                for each in referral.steps
            ],
            possible=list(possible(referral.status, sides)),
            version=referral.version,
        )


class ReferralPage(BaseModel):
    """Newest first."""

    items: Annotated[list[ReferralBody], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


def told(referral: Referral, grant: Grant) -> dict[str, Any]:
    """The category was granted before. To one who may not learn where the child is, without who works there and where
    the service is, save what is their own."""
    shown = disclose(ReferralBody.of(referral, grant), grant.categories)
    veiled = bool(grant.veiled) and (grant.child_id is not None or referral.child_id in grant.veiled)
    if not veiled:
        return shown
    mine = referral.referred_by == grant.viewer_id or referral.team_id in grant.team_ids
    hidden = (frozenset() if mine else _PLACES) | (frozenset() if referral.referred_by == grant.viewer_id else _PEOPLE)
    shown = {name: value for name, value in shown.items() if name not in hidden}
    shown["steps"] = [
        {name: value for name, value in step.items() if name != "taken_by" or value == grant.viewer_id}
        for step in shown["steps"]
    ]
    return shown
