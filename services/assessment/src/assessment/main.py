"""The assessment service, wired. In a process of its own: `uvicorn --factory assessment.main:create_app`."""

from fastapi import FastAPI

from assessment.adapters.template_files import load_catalogue
from assessment.adapters.unit_of_work import SqlUnitOfWork
from assessment.api.assessments import assessment_routes
from assessment.api.contributions import contribution_routes
from assessment.api.templates import template_routes
from assessment.application.find_assessment import child_of
from assessment.settings import AssessmentSettings
from assessment.worker import make_runtime
from chassis.broker import Broker
from chassis.runtime import internal_key_of
from chassis.service import create_service, internal_router


def create_app(settings: AssessmentSettings | None = None, broker: Broker | None = None) -> FastAPI:
    """`broker` is given where several services share a process; it is then started by whoever made it.

    Raises `TemplateError`, naming file and place, for a template that cannot be used.
    """
    settings = settings or AssessmentSettings()
    catalogue = load_catalogue(settings.assessment_template_dir)
    runtime = make_runtime(settings, broker)

    def writing() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments())

    def reading() -> SqlUnitOfWork:
        return SqlUnitOfWork(**runtime.uow_arguments(), read_only=True)

    async def owner_of_assessment(assessment_id: str) -> str | None:
        async with reading() as uow:
            return await child_of(uow, assessment_id)

    app = create_service(
        title="Kith assessment",
        part=runtime.part,
        grant_verifier=runtime.grant_verifier(),
        internal_key=internal_key_of(settings),
        checks=runtime.ready_checks(),
        resources=runtime.running,
    )
    app.include_router(template_routes(catalogue))
    app.include_router(assessment_routes(reading, writing, catalogue))
    app.include_router(contribution_routes(writing, catalogue))
    app.include_router(internal_router(reading, runtime.watch, owners={"assessment": owner_of_assessment}))
    return app
