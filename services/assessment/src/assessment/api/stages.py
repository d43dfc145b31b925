"""The stage of intervention, and the yearly report on stages."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from assessment.api.schemas import without_nul
from assessment.api.team_schemas import PractitionerId
from assessment.application.ports import UnitOfWorkFactory
from assessment.application.set_stage import SetStage, report_stages, set_stage, stages_of
from assessment.domain.stage_report import StageReport
from assessment.domain.stages import FAMILY, Stage, StagePolicy
from chassis.disclosure import STRUCTURE, In, disclose
from chassis.grants import Grant
from chassis.idempotency import Answer
from chassis.problem_docs import problems
from chassis.service import Granted, answer
from contracts.vocabulary import Category

_OF_CHILD = "/v1/children/{child_id}/stage"
_PLAN = In(Category.PLAN)


class StageRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    stage: Literal[1, 2, 3, 4]
    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(without_nul)
    ]
    criteria: Annotated[list[PractitionerId], Field(max_length=50, description="Those met, by code.")] = []
    agreed_by: Annotated[
        list[PractitionerId], Field(max_length=50, description="Practitioners; of the family `young_person`, `parent`.")
    ] = []


class StageEntry(BaseModel):
    stage_id: Annotated[str, _PLAN]
    stage: Annotated[int, _PLAN]
    title: Annotated[str, _PLAN, Field(description="As the policy has it now.")]
    reason: Annotated[str, _PLAN]
    criteria: Annotated[list[str], _PLAN]
    agreed_by: Annotated[list[str], _PLAN]
    policy_version: Annotated[str, _PLAN]
    set_by: Annotated[str | None, _PLAN]
    set_at: Annotated[datetime, _PLAN]

    @classmethod
    def of(cls, stage: Stage, policy: StagePolicy, grant: Grant) -> Self:
        """To one who may not learn where the child is, without who else works there."""

        def shown(who: str) -> bool:
            return not grant.veiled or who in FAMILY or who == grant.viewer_id

        return cls(
            stage_id=stage.stage_id,
            stage=stage.stage,
            title=policy.stages[stage.stage].title,
            reason=stage.reason,
            criteria=list(stage.criteria),
            agreed_by=[who for who in stage.agreed_by if shown(who)],
            policy_version=stage.policy_version,
            set_by=stage.set_by if shown(stage.set_by) else None,
            set_at=stage.set_at,
        )


class StageBody(BaseModel):
    """`current` is missing while none was agreed. The ETag is that of the one in force."""

    child_id: Annotated[str, _PLAN]
    current: Annotated[StageEntry | None, _PLAN]
    history: Annotated[list[StageEntry], _PLAN, Field(description="Those before it, the last one first.")]


class SchoolBody(BaseModel):
    school_id: Annotated[str | None, STRUCTURE, Field(description="Null: of whom no school is known.")]
    name: Annotated[str | None, STRUCTURE]
    by_stage: Annotated[dict[int, int | None], STRUCTURE, Field(description="Null: not told, since it is small.")]
    total: Annotated[int | None, STRUCTURE]
    resource: Annotated[int, STRUCTURE, Field(description="Of the numbers that are told, each by its stage's weight.")]


class ReportBody(BaseModel):
    """Numbers of children. Wards are not known to this service."""

    year: Annotated[int, STRUCTURE]
    weights: Annotated[dict[int, int], STRUCTURE]
    totals: Annotated[dict[int, int | None], STRUCTURE]
    total: Annotated[int | None, STRUCTURE]
    resource: Annotated[int | None, STRUCTURE]
    schools: Annotated[list[SchoolBody], STRUCTURE]

    @classmethod
    def of(cls, report: StageReport, year: int, policy: StagePolicy) -> Self:
        return cls(
            year=year,
            weights={number: rule.weight for number, rule in policy.stages.items()},
            totals=dict(report.totals),
            total=report.total,
            resource=report.resource,
            schools=[
                SchoolBody(
                    school_id=each.school_id,
                    name=each.name,
                    by_stage=dict(each.by_stage),
                    total=each.total,
                    resource=each.resource,
                )
                for each in report.schools
            ],
        )


def stage_routes(reading: UnitOfWorkFactory, writing: UnitOfWorkFactory, policy: StagePolicy) -> APIRouter:
    router = APIRouter(tags=["stage of intervention"])

    @router.get(
        _OF_CHILD,
        summary="The stage of intervention of the child, with its history.",
        response_model=StageBody,
        responses=problems(404),
    )
    async def read(grant: Annotated[Grant, Depends(Granted("stage.read"))], child_id: str) -> JSONResponse:
        async with reading() as uow:
            found = await stages_of(uow, grant)
        return answer(Answer(200, stages_told(found, policy, grant), found[0].etag if found else None))

    @router.put(
        _OF_CHILD,
        summary="Agree on a stage of intervention for the child.",
        description="The first takes no `If-Match`; after that `If-Match` with the ETag of the one in force is needed.",
        response_model=StageBody,
        responses=problems(404, 412, 428),
    )
    async def agree(
        grant: Annotated[Grant, Depends(Granted("stage.set"))],
        child_id: str,
        request: StageRequest,
        if_match: Annotated[str | None, Header(max_length=500)] = None,
    ) -> JSONResponse:
        command = SetStage(request.stage, request.reason, request.criteria, request.agreed_by, if_match)
        async with writing() as uow:
            found = await set_stage(uow, policy, grant, command)
            await uow.commit()
        return answer(Answer(200, stages_told(found, policy, grant), found[0].etag), uow.effects)

    @router.get(
        "/v1/reports/stages",
        summary="Children by stage and school at the end of a year, and what they take by the policy's weights.",
        description="Numbers under 6 are not told, nor what they would follow from.",
        response_model=ReportBody,
        responses=problems(),
    )
    async def report(
        _: Annotated[Grant, Depends(Granted("report.stages"))], year: Annotated[int, Query(ge=2000, le=2100)]
    ) -> JSONResponse:
        async with reading() as uow:
            found = await report_stages(uow, policy, year)
        return answer(Answer(200, ReportBody.of(found, year, policy).model_dump(mode="json")))

    return router


def stages_told(stages: list[Stage], policy: StagePolicy, grant: Grant) -> dict[str, Any]:
    entries = [StageEntry.of(each, policy, grant) for each in stages]
    assert grant.child_id is not None
    body = StageBody(child_id=grant.child_id, current=entries[0] if entries else None, history=entries[1:])
    return disclose(body, grant.categories)
