"""Tell it once: what is known already of what an assessment asks."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError

from assessment.application.ports import UnitOfWorkFactory
from assessment.application.prefill import prefill
from assessment.domain.prefill import AskedField, Offer
from assessment.domain.templates import Catalogue
from chassis.disclosure import BY_SECTION, In, disclose
from chassis.errors import Unavailable
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from contracts.supplies import KnownFact, KnownFacts
from contracts.vocabulary import Category

_INVOLVEMENT = In(Category.INVOLVEMENT)
_LONGEST_AGE = 240


class OfferBody(BaseModel):
    """An earlier answer to the same question: whose, since when, and where it was given."""

    value: Annotated[Any, BY_SECTION]
    recorded_at: Annotated[datetime, BY_SECTION]
    contributor_id: Annotated[str | None, _INVOLVEMENT] = None
    assessment_id: Annotated[str, _INVOLVEMENT]
    title: Annotated[str, _INVOLVEMENT]

    @classmethod
    def of(cls, offer: Offer, grant: Grant) -> Self:
        # Who wrote near a child of whom the reader may not learn where they are is not named.
        named = not grant.veiled or offer.contributor_id == grant.viewer_id
        return cls(
            value=offer.value,
            recorded_at=offer.recorded_at,
            contributor_id=offer.contributor_id if named else None,
            assessment_id=offer.assessment.assessment_id,
            title=offer.title,
        )


class AskedBody(BaseModel):
    section_key: Annotated[str, BY_SECTION]
    name: Annotated[str, BY_SECTION]
    category: Annotated[Category, BY_SECTION]
    national_key: Annotated[str | None, BY_SECTION] = None
    ask: Annotated[bool, BY_SECTION, Field(description="To be asked anew: nothing is known, or all of it is too old.")]
    offers: Annotated[list[OfferBody], BY_SECTION, Field(description="Newest first, the newest of each contributor.")]

    @classmethod
    def of(cls, asked: AskedField, grant: Grant) -> Self:
        return cls(
            section_key=asked.section.key,
            name=asked.field.name,
            category=asked.section.category,
            national_key=asked.field.national_key,
            ask=asked.ask,
            offers=[OfferBody.of(offer, grant) for offer in asked.offers],
        )


class KnownBody(BaseModel):
    """Something that the child index knows: `child.name`, `child.date_of_birth`, `child.school`, `child.gp`,
    `child.carer`."""

    key: Annotated[str, BY_SECTION]
    category: Annotated[Category, BY_SECTION]
    value: Annotated[Any, BY_SECTION]
    recorded_on: Annotated[date | None, BY_SECTION] = None

    @classmethod
    def of(cls, fact: KnownFact) -> Self:
        return cls(key=fact.key, category=fact.category, value=fact.value, recorded_on=fact.recorded_on)


class PrefillBody(BaseModel):
    """What you may see of it: `known` from the child index, `asked` the fields, with what other assessments say."""

    known: Annotated[list[KnownBody], BY_SECTION]
    asked: Annotated[list[AskedBody], BY_SECTION]


def prefill_routes(reading: UnitOfWorkFactory, catalogue: Catalogue) -> APIRouter:
    router = APIRouter(tags=["assessments"])

    @router.get(
        "/v1/assessments/{assessment_id}/prefill",
        summary="Read what is known already of what the assessment asks, with where it came from and since when.",
        description="So that a family tells it once. For each field that you may see: what was answered in other "
        "assessments, and whether it is to be asked anew, because nothing is known or all of it is older than the "
        "field's `max_age_months` (or yours).",
        response_model=PrefillBody,
        responses=problems(404),
    )
    async def read(
        grant: Annotated[Grant, Depends(Granted("assessment.prefill"))],
        assessment_id: str,
        request: Request,
        max_age_months: Annotated[
            int | None, Query(ge=0, le=_LONGEST_AGE, description="In place of each field's own.")
        ] = None,
    ) -> JSONResponse:
        async with reading() as uow:
            found = await prefill(uow, catalogue, grant, assessment_id, max_age_months)
        known = [fact for fact in _supplied(await request.body()) if grant.permits(fact.category)]
        body = PrefillBody(
            known=[KnownBody.of(fact) for fact in known], asked=[AskedBody.of(each, grant) for each in found]
        )
        return answer(Answer(200, disclose(body, grant.categories)))

    return router


def _supplied(body: bytes) -> list[KnownFact]:
    """What the gateway brings along from the child index. Raises `Unavailable` where it did not."""
    try:
        return KnownFacts.model_validate_json(body).items
    except ValidationError as error:
        raise Unavailable("What the child index knows did not come along") from error
