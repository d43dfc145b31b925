"""The assessment service, wired. In a process of its own: `python -m assessment`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from assessment.adapters.life_event_codes import load_life_event_codes
from assessment.adapters.stage_policy_file import load_stage_policy
from assessment.adapters.template_files import load_catalogue
from assessment.adapters.typesetting import ProcessTypesetter
from assessment.adapters.unit_of_work import SqlUnitOfWork
from assessment.api.actions import action_routes
from assessment.api.assessments import assessment_routes
from assessment.api.calendar import calendar_routes
from assessment.api.chronology import chronology_routes
from assessment.api.chronology_schemas import Teller
from assessment.api.contribution_requests import contribution_request_routes
from assessment.api.contributions import contribution_routes
from assessment.api.documents import document_routes
from assessment.api.drafts import draft_routes
from assessment.api.invitations import invitation_routes
from assessment.api.life_events import life_event_routes
from assessment.api.lifecycle import lifecycle_routes
from assessment.api.my_drafts import my_draft_routes
from assessment.api.my_plan import my_plan_routes
from assessment.api.prefill import prefill_routes
from assessment.api.referrals import referral_routes
from assessment.api.reviews import review_routes
from assessment.api.service_directory import service_directory_routes
from assessment.api.stages import stage_routes
from assessment.api.teams import team_routes
from assessment.api.templates import template_routes
from assessment.application.find_action import child_of_action
from assessment.application.find_assessment import child_of
from assessment.application.life_events import child_of_life_event
from assessment.application.put_template import KeptTemplates
from assessment.application.read_referrals import child_of_referral
from assessment.application.record_review import child_of_review
from assessment.application.used_templates import UsedTemplates
from assessment.settings import BUILT_IN, LIFE_EVENT_CODES, AssessmentSettings
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
    codes = load_life_event_codes(LIFE_EVENT_CODES)
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

    async def owner_of_referral(referral_id: str) -> str | None:
        async with reading() as uow:
            return await child_of_referral(uow, referral_id)

    async def owner_of_life_event(life_event_id: str) -> str | None:
        async with reading() as uow:
            return await child_of_life_event(uow, life_event_id)

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
    app.include_router(my_draft_routes(reading, catalogue), dependencies=fresh)
    app.include_router(lifecycle_routes(reading, writing))
    app.include_router(contribution_request_routes(reading, writing, catalogue), dependencies=fresh)
    app.include_router(stage_routes(reading, writing, stage_policy))
    app.include_router(action_routes(reading, writing))
    app.include_router(review_routes(reading, writing))
    app.include_router(calendar_routes(reading, settings.public_url))
    app.include_router(service_directory_routes(reading, writing))
    app.include_router(referral_routes(reading, writing))
    app.include_router(life_event_routes(reading, writing, codes))
    app.include_router(chronology_routes(reading, Teller(catalogue, stage_policy, codes)), dependencies=fresh)
    typesetter = ProcessTypesetter(settings.documents_at_once, settings.document_seconds)
    app.include_router(document_routes(reading, catalogue, stage_policy, typesetter), dependencies=fresh)
    app.include_router(my_plan_routes(reading, catalogue), dependencies=fresh)
    app.include_router(
        internal_router(
            reading,
            runtime.watch,
            owners={
                "assessment": owner_of_assessment,
                "action": owner_of_action,
                "review": owner_of_review,
                "referral": owner_of_referral,
                "life_event": owner_of_life_event,
            },
        )
    )
    return app
