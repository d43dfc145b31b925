"""The child index: the only place where its parts are wired."""

from fastapi import FastAPI

from chassis.broker import Broker
from chassis.ids import Clock, system_clock
from chassis.runtime import internal_key_of
from chassis.service import create_service, internal_router
from child_index.api.archive import archive_router
from child_index.api.children import children_router
from child_index.api.corrections import corrections_router
from child_index.api.episodes import episodes_router
from child_index.api.family import family_router
from child_index.api.fhir import fhir_router
from child_index.api.import_mappings import import_mappings_router
from child_index.api.imports import imports_router
from child_index.api.leads import leads_router
from child_index.api.links import links_router
from child_index.api.merges import merges_router
from child_index.api.quality import quality_router
from child_index.api.reviews import reviews_router
from child_index.api.supplies import supplies_router
from child_index.api.weights import weights_router
from child_index.api.wiring import Parts
from child_index.application import reviews
from child_index.application.knowledge import KnowledgeSource
from child_index.domain.archiving import Ages
from child_index.settings import PART, ChildIndexSettings
from child_index.worker import add_worker, make_runtime


def create_app(
    settings: ChildIndexSettings | None = None, broker: Broker | None = None, clock: Clock = system_clock
) -> FastAPI:
    """The service as an application. `broker` is given where several services share a process."""
    settings = settings or ChildIndexSettings()
    runtime, units, reading = make_runtime(settings, broker, clock)
    knowledge = KnowledgeSource(reading)
    worker = add_worker(runtime, settings, units, reading, knowledge)
    app = create_service(
        title="Kith child index",
        part=PART,
        grant_verifier=runtime.grant_verifier(),
        internal_key=internal_key_of(settings),
        checks=runtime.ready_checks(),
        resources=runtime.running,
    )

    async def owner_of_episode(episode_id: str) -> str | None:
        async with reading() as uow:
            episode = await uow.episodes.get(episode_id)
        return episode.child_id if episode else None

    async def owner_of_review(review_id: str) -> str | None:
        async with reading() as uow:
            return await reviews.owner(uow, review_id)

    app.include_router(
        internal_router(reading, runtime.watch, {"episode": owner_of_episode, "review": owner_of_review})
    )
    parts = Parts(units, reading, knowledge, worker.wake, settings.import_batch_rows)
    for router in (
        children_router,
        corrections_router,
        episodes_router,
        leads_router,
        family_router,
        reviews_router,
        merges_router,
        links_router,
        import_mappings_router,
        imports_router,
        weights_router,
    ):
        app.include_router(router(parts))
    app.include_router(supplies_router(parts))
    app.include_router(fhir_router(parts))
    app.include_router(quality_router(parts, settings.stale_months))
    app.include_router(
        archive_router(parts, Ages(settings.archive_age, settings.archive_age_with_consent, settings.purge_years))
    )
    return app
