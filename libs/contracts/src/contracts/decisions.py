"""How the gateway asks the consent service, and the owning services, about one request. Between parts only.

A request takes these steps, each over HTTP with the internal key, the request id and the trace context:

1. `OWNED` routes: `GET {owning service}/internal/owners/{kind}/{id}` → `{"child_id": ...}` (ids only; may be cached).
2. `POST {consent}/internal/decisions` with `DecisionRequest`, and the caller's own `Authorization` header, which the
   consent service verifies for itself: a gateway alone cannot speak for anybody. Answer: `DecisionAnswer`.
3. `CANDIDATES` routes only: `{same method} {owning service}/internal/candidates{public path}` with the same query and
   body, under the grant of step 2 → `Candidates`; then step 2 again with `children` filled. This is done also when
   there is no candidate, so that nothing tells a hidden child from none. A search that carries an `override` goes
   through `POST {consent}/internal/search-overrides` with `SearchOverrideRequest` in between.
4. The public route of the owning service, under the last grant (`Kith-Grant`).
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from contracts.routes import Subject
from contracts.vocabulary import Category, Outcome, Purpose

SEARCH_FIELDS = ("given_name", "family_name", "date_of_birth", "sex", "postcode", "nhs_number", "upn")
"""What a child may be searched by. The access log keeps which of these were used, never their values."""


class DecisionRequest(BaseModel):
    """What the gateway asks. `child_id` is None where no such child can exist (a malformed or unknown id)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    action: str
    subject: Subject
    purpose: Purpose
    categories: tuple[Category, ...] = ()
    child_id: str | None = None
    children: tuple[str, ...] | None = None
    criteria: tuple[str, ...] = ()


class OverrideAsked(BaseModel):
    """What a search carries to find also what blocks and shields hide: a reason code of the policy, and words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    reason_code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class SearchOverrideRequest(BaseModel):
    """Step 3 of a search under an override, before it is decided again: the candidates, best first."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    override: OverrideAsked
    purpose: Purpose
    children: list[str]


class DecisionAnswer(BaseModel):
    """`forbidden`: the caller's role may never do this (403). Refused: the one 404. Permitted: `grant` is signed."""

    outcome: Outcome
    forbidden: bool = False
    decision_id: str
    grant: str | None = None


DELIVER = "notification.deliver"
"""The action under which a delivery is decided on."""


class DeliveryQuestion(BaseModel):
    """May this recipient be told of these children now? Asked by whoever is about to tell them, at that moment, by
    `POST {consent}/internal/delivery-decisions` with the internal key.

    The recipient is not there to show who they are, so the answer is no grant and opens no record: it says which
    categories of which child they may know of.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    recipient_id: str
    categories: tuple[Category, ...] = ()
    children: tuple[str, ...] = ()


class DeliveryAnswer(BaseModel):
    """`active`: whether the recipient may be told anything at all. `permitted`: for each record that was asked about
    and may be told of, the categories. `related`: children of the family who may be spoken of beside it."""

    decision_id: str
    active: bool
    permitted: dict[str, list[Category]] = {}
    related: dict[str, list[str]] = {}


class Candidates(BaseModel):
    """Children that an answer would speak of, best first; ids only. `categories`: those of the route's that the answer
    may hold this time (None: all of them), so that no more are decided on."""

    children: list[str]
    categories: list[Category] | None = None
