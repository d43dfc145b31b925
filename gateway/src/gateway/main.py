"""The gateway put together: the only place where its parts are wired."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from chassis.exposition import observe, observed
from chassis.issuer import DevelopmentIssuer, make_token_verifier
from chassis.keys import load_or_create_secret
from chassis.problems import install_problem_handlers
from chassis.telemetry import NO_TELEMETRY, RequestIdentity
from chassis.tokens import TokenVerifier
from contracts.routes import Service
from gateway.adapters.services import HttpServices
from gateway.api.development import development_router
from gateway.api.docs import docs_router
from gateway.api.forwarding import forwarded_routes
from gateway.api.health import health_router
from gateway.api.middleware import OnEveryAnswer
from gateway.application.description import Description
from gateway.application.pipeline import Pipeline
from gateway.application.readiness import Check, Readiness
from gateway.domain.rate import RateLimit
from gateway.settings import GatewaySettings

Transports = Mapping[Service, httpx.AsyncBaseTransport]


def create_app(settings: GatewaySettings | None = None, transports: Transports | None = None) -> FastAPI:
    """The gateway's application.

    `transports` are given where the services run in this process; whoever made them closes them. Without, the
    services are reached at the addresses of the settings. Raises `ValueError` for settings that cannot work.
    """
    settings = settings or GatewaySettings()
    own: httpx.AsyncBaseTransport | None = None
    if transports is None:
        observe(settings)
        from gateway.adapters.network import network_transport  # its client takes a second to import

        addresses = settings.addresses()
        own = network_transport()
        transports = dict.fromkeys(Service, own)
    else:
        addresses = {service: f"http://{service}" for service in Service}
    internal_key = settings.internal_key.get_secret_value() or load_or_create_secret(settings.internal_key_file)
    services = HttpServices(transports, addresses, settings.answer_seconds)
    tokens = make_token_verifier(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if own is None:
            yield
            return
        try:
            async with observed(settings):
                yield
        finally:
            await own.aclose()

    app = FastAPI(
        title="Kith",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    install_problem_handlers(app)
    app.include_router(health_router(Readiness(services, internal_key, {"identity": _keys_known(tokens)})))
    app.include_router(docs_router(Description(services, internal_key)))
    if settings.has_development_issuer:
        issuer = DevelopmentIssuer(settings.data_dir, environment=settings.environment, audience=settings.oidc_audience)
        app.include_router(development_router(issuer))
    pipeline = Pipeline(tokens, RateLimit(settings.rate_limit), services, internal_key, settings.settle_seconds)
    app.router.routes.extend(forwarded_routes(pipeline, settings.body_limit_bytes, settings.upload_limit_bytes))
    app.add_middleware(OnEveryAnswer)
    app.add_middleware(RequestIdentity, part="gateway")
    return app


def _keys_known(tokens: TokenVerifier) -> Check:
    """Ready once the issuer's keys have been read; they are then kept, so this asks only until it succeeds."""
    known = False

    async def check() -> None:
        nonlocal known
        if not known:
            await tokens.refresh()
            known = True

    return check
