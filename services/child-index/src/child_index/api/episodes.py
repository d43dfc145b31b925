"""Who works with a child: episodes."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from chassis.disclosure import disclose
from chassis.grants import Grant
from chassis.idempotency import Answer, once
from chassis.problem_docs import problems
from chassis.service import Granted, IdempotencyOf, answer
from child_index.api.answers import EpisodeOpened
from child_index.api.requests import EpisodeEndRequest, EpisodeRequest
from child_index.api.wiring import Parts
from child_index.application.close_episode import CloseEpisode, close_episode
from child_index.application.open_episode import OpenEpisode, open_episode


def episodes_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Involvement"])

    @router.post(
        "/v1/children/{child_id}/episodes",
        summary="Open an episode",
        status_code=201,
        response_model=EpisodeOpened,
        responses=problems(404, 409, 422),
    )
    async def open_(
        child_id: str,
        sent: EpisodeRequest,
        grant: Annotated[Grant, Depends(Granted("episode.open"))],
        idempotency: IdempotencyOf,
    ) -> JSONResponse:
        """Open a service episode: you, a colleague, or for a system the service itself, begin to work with the child.

        The service, and a colleague who is named, must be of your own agency. It gives a relationship with the child,
        and the lead professional hears of it. A second open one of the same practitioner and service is refused
        (`episode-open`).
        """
        command = OpenEpisode(
            service_id=sent.service_id,
            practitioner_id=sent.practitioner_id,
            started_on=sent.started_on,
            sensitive=sent.sensitive,
            contact=sent.contact,
        )
        async with parts.units() as uow:

            async def work() -> Answer:
                episode = await open_episode(uow, command, grant)
                return Answer(201, disclose(EpisodeOpened.of(episode), grant.categories))

            return answer(await once(uow, idempotency(grant), work), uow.effects)

    @router.patch(
        "/v1/episodes/{episode_id}",
        summary="End an episode",
        response_model=EpisodeOpened,
        responses=problems(404, 409, 422),
    )
    async def close(
        episode_id: str, sent: EpisodeEndRequest, grant: Annotated[Grant, Depends(Granted("episode.close"))]
    ) -> JSONResponse:
        """End an episode of your own or of your agency."""
        async with parts.units() as uow:
            episode = await close_episode(uow, episode_id, CloseEpisode(sent.ended_on, sent.reason), grant)
            await uow.commit()
        return answer(Answer(200, disclose(EpisodeOpened.of(episode), grant.categories)), uow.effects)

    return router
