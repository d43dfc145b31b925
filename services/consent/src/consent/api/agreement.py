"""What may be shared, as a page that the family can keep: JSON, or by `Accept: text/html` a page to print."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.problem_docs import problems
from chassis.service import Granted
from consent.api.agreement_page import page_of
from consent.api.common import EVERYTHING, PolicyOf, Reading, Told
from consent.application.agreement import sharing_agreement
from consent.application.whole_child import who_is_involved
from consent.domain.consents import Who
from consent.domain.policy import Policy
from consent.domain.telling import Reader
from contracts.vocabulary import Category

router = APIRouter(responses=problems(404))

Accept = Annotated[str | None, Header(max_length=1000, description="`text/html` gives a page to print.")]


class Sees(BaseModel):
    category: Annotated[Category, Told]
    what: Annotated[str, Told]
    because: Annotated[str, Told]
    until: Annotated[datetime | None, Told] = None


class Person(BaseModel):
    name: Annotated[str, Told]
    role: Annotated[str, Told]
    agency_name: Annotated[str | None, Told] = None
    lead_professional: Annotated[bool, Told]
    sees: Annotated[list[Sees], Told]


class Agreed(BaseModel):
    consent_id: Annotated[str, Told]
    given_by: Annotated[Who, Told]
    what: Annotated[list[str], Told]
    with_whom: Annotated[list[str], Told]
    what_for: Annotated[list[str], Told]
    until: Annotated[datetime | None, Told] = None


class NotAgreed(BaseModel):
    asked_of: Annotated[Who, Told]
    asked_at: Annotated[datetime, Told]
    answer: Annotated[str, Told]
    what: Annotated[list[str], Told]
    with_whom: Annotated[list[str], Told]


class KeptOut(BaseModel):
    """`what` None: everything."""

    who: Annotated[str, Told]
    what: Annotated[list[str] | None, Told] = None
    until: Annotated[datetime | None, Told] = None


class Contact(BaseModel):
    name: Annotated[str, Told]
    role: Annotated[str, Told]
    agency_name: Annotated[str | None, Told] = None
    phone: Annotated[str | None, Told] = None
    email: Annotated[str | None, Told] = None


class SharingAgreement(BaseModel):
    """`kept_out` is there for the young person alone. `until` left out: until it is taken back, or the help ends."""

    made_at: Annotated[datetime, STRUCTURE]
    copy_for: Annotated[Who, STRUCTURE]
    people: Annotated[list[Person], STRUCTURE]
    agreed: Annotated[list[Agreed], STRUCTURE]
    not_agreed: Annotated[list[NotAgreed], STRUCTURE]
    kept_out: Annotated[list[KeptOut] | None, Told] = None
    contact: Annotated[Contact | None, Told] = None
    how_to_take_back: Annotated[str, STRUCTURE]


HOW_TO_TAKE_BACK = (
    "You can change your mind at any time, and need not say why. Take it back on your own side of Kith, or tell the "
    "person named under “Whom to call”. It holds from that moment: what was seen before cannot be unseen."
)

_AS_A_PAGE = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}


@router.get(
    "/v1/children/{child_id}/sharing-agreement",
    summary="What may be shared, in plain words, to hand to the family",
    description="A copy for the young person or for a parent (`for`). It shows no blocks, and a parent's copy nothing "
    "that a competent young person agreed to.",
    response_model=SharingAgreement,
    responses=_AS_A_PAGE,  # type: ignore[arg-type]
)
async def get_agreement(
    child_id: str,
    grant: Annotated[Grant, Depends(Granted("agreement.read"))],
    reading: Reading,
    policy: PolicyOf,
    copy_for: Annotated[Who, Query(alias="for")] = Who.YOUNG_PERSON,
    accept: Accept = None,
) -> Response:
    reader = Reader.PARENT if copy_for is Who.PARENT else Reader.YOUNG_PERSONS_COPY
    return await _answer(reading, policy, grant, reader, accept)


@router.get(
    "/v1/me/sharing-agreement",
    summary="What may be shared about me, in plain words",
    response_model=SharingAgreement,
    responses=_AS_A_PAGE,  # type: ignore[arg-type]
)
async def get_my_agreement(
    grant: Annotated[Grant, Depends(Granted("me.agreement"))],
    reading: Reading,
    policy: PolicyOf,
    accept: Accept = None,
) -> Response:
    assert grant.role is not None
    return await _answer(reading, policy, grant, Reader(grant.role), accept)


async def _answer(reading: Reading, policy: Policy, grant: Grant, reader: Reader, accept: str | None) -> Response:
    async with reading() as uow:
        made = await sharing_agreement(uow, policy, await who_is_involved(uow, grant), reader, grant=grant)
    agreement = SharingAgreement.model_validate({**made, "how_to_take_back": HOW_TO_TAKE_BACK})
    shown = disclose(agreement, EVERYTHING)
    return HTMLResponse(page_of(shown)) if prefers_html(accept) else JSONResponse(shown)


def prefers_html(accept: str | None) -> bool:
    """Whether a page is wanted more than JSON, by the weights of RFC 9110 section 12.5.1; in doubt JSON."""
    weights: dict[str, float] = {}
    for part in (accept or "").lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weights[kind] = float(weight)
        except ValueError:
            weights[kind] = 0.0
    html = weights.get("text/html", 0.0)
    return html > 0 and html > weights.get("application/json", 0.0)
