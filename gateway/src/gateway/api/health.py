"""`/health/live`: this process runs. `/health/ready`: every part that a request needs answers."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from gateway.application.readiness import READY, Readiness


def health_router(readiness: Readiness) -> APIRouter:
    router = APIRouter(prefix="/health", include_in_schema=False)

    @router.get("/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/ready")
    async def ready() -> JSONResponse:
        checks = await readiness.checks()
        ok = all(state == READY for state in checks.values())
        return JSONResponse({"status": READY if ok else "not ready", "checks": checks}, 200 if ok else 503)

    return router
