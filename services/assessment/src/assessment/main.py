"""The assessment service, wired. In a process of its own: `python -m assessment`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from assessment.adapters.stage_policy_file import load_stage_policy
from assessment.adapters.template_files import load_catalogue
from assessment.adapters.unit_of_work import SqlUnitOfWork
from assessment.api.actions import action_routes
from assessment.api.assessments import assessment_routes
from assessment.api.calendar import calendar_routes
from assessment.api.contributions import contribution_routes
from assessment.api.drafts import draft_routes
from assessment.api.invitations import invitation_routes
from assessment.api.prefill import prefill_routes
from assessment.api.reviews import review_routes
from assessment.api.stages import stage_routes
from assessment.api.teams import team_routes
from assessment.api.templates import template_routes
from assessment.application.find_action import child_of_action
from assessment.application.find_assessment import child_of
from assessment.application.put_template import KeptTemplates
from assessment.application.record_review import child_of_review
from assessment.application.used_templates import UsedTemplates
from assessment.settings import BUILT_IN, AssessmentSettings
from assessment.worker import make_runtime
from chassis.broker import Broker
from chassis.runtime import internal_key_of
from chassis.service import create_service, internal_router


def create_app(settings: AssessmentSettings | None = None, broker: Broker | None = None) -> FastAPI:
    """`broker` is given where several services share a process; it is then started by whoever made it.

    Raises `TemplateFileError`, naming file, line and place, for a template that cannot be used; `StagePolicyError`
    likewise for the policy of stages.
    """
    settings = settings or AssessmentSettings()
    catalogue = load_catalogue(BUILT_IN, settings.assessment_template_dir)
    stage_policy = load_stage_policy(settings.assessment_stages_file)
    runtime = make_runtime(settings, broker)

    def writing() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments())

    def reading() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments(), read_only=True)

    kept = KeptTemplates(reading, catalogue)
    used = UsedTemplates(writing, catalogue, kept.refresh)
    fresh = [Depends(kept.refresh)]

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with runtime.running():
            await used.check_at_start()
            yield

    async def owner_of_assessment(assessment_id: str) -> str | None:
        async with reading() as uow:
            return await child_of(uow, assessment_id)

    async def owner_of_action(action_id: str) -> str | None:
        async with reading() as uow:
            return await child_of_action(uow, action_id)

    async def owner_of_review(review_id: str) -> str | None:
        async with reading() as uow:
            return await child_of_review(uow, review_id)

    app = create_service(
        title="Kith assessment",
        part=runtime.part,
        grant_verifier=runtime.grant_verifier(),
        internal_key=internal_key_of(settings),
        checks={**runtime.ready_checks(), "templates": used.ready},
        resources=running,
    )
    app.include_router(template_routes(writing, catalogue, kept), dependencies=fresh)
    app.include_router(assessment_routes(reading, writing, catalogue), dependencies=fresh)
    app.include_router(contribution_routes(writing, catalogue), dependencies=fresh)
    app.include_router(team_routes(reading, writing))
    app.include_router(invitation_routes(reading, writing))
    app.include_router(prefill_routes(reading, catalogue), dependencies=fresh)
    app.include_router(draft_routes(reading, writing, catalogue), dependencies=fresh)
    app.include_router(stage_routes(reading, writing, stage_policy))
    app.include_router(action_routes(reading, writing))
    app.include_router(review_routes(reading, writing))
    app.include_router(calendar_routes(reading, settings.public_url))
    app.include_router(
        internal_router(
            reading,
            runtime.watch,
            owners={"assessment": owner_of_assessment, "action": owner_of_action, "review": owner_of_review},
        )
    )
    return app
