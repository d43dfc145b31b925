"""The matcher's numbers, for index officers: estimated from the index's own records, compared, put in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from chassis.disclosure import STRUCTURE, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from child_index.api.requests import Request
from child_index.api.wiring import Parts
from child_index.application.weights import estimate_weights, list_weights, put_in_force
from child_index.application.weights_ports import Estimate, Turn
from child_index.domain.matching import DEFAULT_WEIGHTS
from child_index.domain.matching.estimation import Share, shares_of


class EstimateBody(Request):
    most_children: Annotated[
        int, Field(ge=100, le=100_000, description="Of so many children at most, drawn over the whole index")
    ] = 20_000


class InForceBody(Request):
    version: Annotated[str, Field(min_length=1, max_length=40)]


class ShareAnswer(BaseModel):
    """How often one child's two records agree in this way, and what it is worth."""

    table: Annotated[str, STRUCTURE]
    band: Annotated[str, STRUCTURE]
    pairs: Annotated[int, STRUCTURE]
    assumed: Annotated[float, STRUCTURE, Field(description="Share that the built-in weights assume, 0 to 1")]
    found: Annotated[float, STRUCTURE, Field(description="Share among the pairs that have the field, 0 to 1")]
    bits_before: Annotated[float, STRUCTURE, Field(description="Built-in, against a stranger")]
    bits: Annotated[float, STRUCTURE]

    @classmethod
    def of(cls, share: Share) -> "ShareAnswer":
        return cls(
            table=share.table,
            band=share.band,
            pairs=share.pairs,
            assumed=share.assumed,
            found=round(share.found, 5),
            bits_before=share.bits_before,
            bits=share.bits,
        )


class WeightsAnswer(BaseModel):
    """A version. It is never changed; a new estimate is a new version."""

    version: Annotated[str, STRUCTURE]
    pairs: Annotated[int, STRUCTURE, Field(description="Pairs of records that share a valid NHS number")]
    made_at: Annotated[datetime, STRUCTURE]
    made_by: Annotated[str, STRUCTURE]
    shares: Annotated[list[ShareAnswer], STRUCTURE]

    @classmethod
    def of(cls, estimate: Estimate) -> "WeightsAnswer":
        return cls(
            version=estimate.weights.version,
            pairs=estimate.pairs,
            made_at=estimate.made_at,
            made_by=estimate.made_by,
            shares=[ShareAnswer.of(share) for share in shares_of(estimate.counts, estimate.weights)],
        )


class InForceAnswer(BaseModel):
    version: Annotated[str, STRUCTURE]
    since: Annotated[datetime | None, STRUCTURE, Field(description="Null: from the beginning")] = None
    by: Annotated[str | None, STRUCTURE] = None

    @classmethod
    def of(cls, turn: Turn | None) -> "InForceAnswer":
        if turn is None:
            return cls(version=DEFAULT_WEIGHTS.version)
        return cls(version=turn.version, since=turn.since, by=turn.by)


class WeightsList(BaseModel):
    in_force: Annotated[InForceAnswer, STRUCTURE]
    built_in: Annotated[str, STRUCTURE, Field(description="The version that ships with Kith; it can be put in force")]
    items: Annotated[list[WeightsAnswer], STRUCTURE, Field(description="The newest hundred estimates, newest first")]

    @classmethod
    def of(cls, turn: Turn | None, estimates: Sequence[Estimate]) -> "WeightsList":
        return cls(
            in_force=InForceAnswer.of(turn),
            built_in=DEFAULT_WEIGHTS.version,
            items=[WeightsAnswer.of(each) for each in estimates],
        )


def weights_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Data quality"])

    @router.post(
        "/v1/matching-weights",
        status_code=201,
        summary="Estimate the matcher's weights from the index's own records",
        response_model=WeightsAnswer,
        responses=problems(409, 422),
    )
    async def estimate(
        sent: EstimateBody, grant: Annotated[Grant, Depends(Granted("weights.estimate"))]
    ) -> JSONResponse:
        """Make a version of the matcher's numbers from records that share a valid NHS number, and of how common each
        name is. It is kept to be looked at, and is not in force. With fewer than 200 such pairs: 409 `too-few-pairs`.
        """
        made = await estimate_weights(parts.reading, parts.units, sent.most_children, grant.viewer_id)
        return answer(Answer(201, disclose(WeightsAnswer.of(made), ())))

    @router.get(
        "/v1/matching-weights",
        summary="The versions of the matcher's weights",
        response_model=WeightsList,
        responses=problems(),
    )
    async def listed(_: Annotated[Grant, Depends(Granted("weights.read"))]) -> JSONResponse:
        """Which version is in force, and the estimates with what they rest on."""
        async with parts.reading() as uow:
            turn, estimates = await list_weights(uow)
        return answer(Answer(200, disclose(WeightsList.of(turn, estimates), ())))

    @router.put(
        "/v1/matching-weights/in-force",
        summary="Put a version of the matcher's weights in force",
        response_model=InForceAnswer,
        responses=problems(422),
    )
    async def put(sent: InForceBody, grant: Annotated[Grant, Depends(Granted("weights.use"))]) -> JSONResponse:
        """From now on (within seconds, in every process) records are matched by this version; what was matched before
        stays. To take it back put the earlier version, or the built-in one, in force."""
        async with parts.units() as uow:
            turn = await put_in_force(uow, sent.version, grant.viewer_id)
            await uow.commit()
        parts.knowledge.forget()
        return answer(Answer(200, disclose(InForceAnswer.of(turn), ())))

    return router
