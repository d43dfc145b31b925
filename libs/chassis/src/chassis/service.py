"""The frame of a service: an application with problem answers, health, request identity and the grant guard."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request
from fastapi.responses import JSONResponse

from chassis.errors import KithError, NotFound, Unavailable
from chassis.grants import Grant, GrantVerifier
from chassis.idempotency import Answer, Idempotency
from chassis.inbox import EffectWatch, has_taken
from chassis.problems import install_problem_handlers
from chassis.telemetry import NO_TELEMETRY, RequestIdentity, request_id_of
from chassis.unit_of_work import UnitOfWork
from contracts import headers
from contracts.effects import LONGEST_WAIT

ReadyCheck = Callable[[], Awaitable[None]]
"""Returns when the part it checks answers; raises with a reason otherwise."""


class Granted:
    """Dependency of every public route: the verified grant for one of `actions`."""

    def __init__(self, *actions: str) -> None:
        self.actions = actions

    async def __call__(self, request: Request) -> Grant:
        verifier: GrantVerifier = request.app.state.grant_verifier
        return verifier.verify(
            request.headers.get(headers.GRANT), actions=self.actions, request_id=request_id_of(request)
        )


async def idempotency(
    request: Request,
    idempotency_key: Annotated[str | None, Header(max_length=200, description="Makes a repeat harmless.")] = None,
) -> Callable[[Grant], Idempotency]:
    """Dependency of every POST that creates; call the result with the grant."""
    body = await request.body()
    return lambda grant: Idempotency.of(grant.viewer_id, grant.action, idempotency_key, request.url.path, body)


IdempotencyOf = Annotated[Callable[[Grant], Idempotency], Depends(idempotency)]


class InternalCaller:
    """Dependency of routes between parts: the caller has the internal key. Answers like a route that is not there."""

    async def __call__(self, request: Request) -> None:
        expected: str = request.app.state.internal_key
        given = request.headers.get(headers.INTERNAL_KEY, "")
        if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
            raise NotFound


def answer(result: Answer, effects: Sequence[str] = ()) -> JSONResponse:
    """A use case's answer over HTTP; `effects` are the ids of the events that it emitted."""
    response = JSONResponse(result.body, result.status)
    if result.etag is not None:
        response.headers["ETag"] = result.etag
    if effects:
        response.headers[headers.EFFECTS] = ",".join(effects)
    return response


def internal_router(
    unit_of_work: Callable[[], UnitOfWork],
    watch: EffectWatch,
    owners: dict[str, Callable[[str], Awaitable[str | None]]],
) -> APIRouter:
    """Routes between parts that every service has: whose child a thing hangs off, and whether events were taken in.

    `owners` gives, for each kind of thing, a look-up from its id to the child's id (None: no such thing).
    """
    router = APIRouter(prefix="/internal", dependencies=[Depends(InternalCaller())], include_in_schema=False)

    @router.get("/owners/{kind}/{thing_id}")
    async def owner(kind: str, thing_id: str) -> dict[str, str | None]:
        look_up = owners.get(kind)
        if look_up is None:
            raise NotFound
        return {"child_id": await look_up(thing_id)}

    @router.get("/effects")
    async def effects(
        ids: Annotated[str, Query(max_length=4000)], seconds: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 2.0
    ) -> dict[str, bool]:
        wanted = ids.split(",")

        async def seen() -> bool:
            async with unit_of_work() as uow:
                return await has_taken(uow, wanted)

        return {"taken": await watch.wait(seen, seconds)}

    return router


def health_router(checks: dict[str, ReadyCheck]) -> APIRouter:
    """`/health/live` and `/health/ready`. Not ready is 503 and names the part that does not answer, and why."""
    router = APIRouter(prefix="/health", include_in_schema=False)

    @router.get("/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/ready")
    async def ready() -> JSONResponse:
        found: dict[str, str] = {}
        for name, check in checks.items():
            try:
                await check()
                found[name] = "ready"
            except KithError as error:
                found[name] = error.detail
            except Exception as error:
                found[name] = f"not ready ({type(error).__qualname__})"
        ok = all(state == "ready" for state in found.values())
        return JSONResponse({"status": "ready" if ok else "not ready", "checks": found}, 200 if ok else 503)

    return router


def create_service(
    *,
    title: str,
    part: str,
    grant_verifier: GrantVerifier,
    internal_key: str,
    checks: dict[str, ReadyCheck],
    resources: Callable[[], AbstractAsyncContextManager[None]],
) -> FastAPI:
    """An application in the frame. `resources` is entered when it starts and left when it stops."""
    if not internal_key:
        raise Unavailable("KITH_INTERNAL_KEY is not set")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with resources():
            yield

    app = FastAPI(
        title=title,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/internal/openapi.json",
        telemetry=NO_TELEMETRY,
    )
    app.state.grant_verifier = grant_verifier
    app.state.internal_key = internal_key
    install_problem_handlers(app)
    app.include_router(health_router(checks))
    app.add_middleware(RequestIdentity, part=part)
    return app
