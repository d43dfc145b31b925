"""The consent service: directory, consents, blocks, the decision, and the access log. Wired here and nowhere else."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Literal

from fastapi import FastAPI

from chassis.broker import Broker
from chassis.grants import GrantSigner
from chassis.ids import Clock, system_clock
from chassis.issuer import make_token_verifier
from chassis.keys import write_jwks
from chassis.runtime import grant_jwks_path, internal_key_of
from chassis.service import create_service, internal_router
from consent.adapters.decision_counts import DecisionCounts
from consent.adapters.decision_transaction import closing, decisions_of
from consent.adapters.keys import grant_key, log_signing_key
from consent.adapters.policy_file import load_policy
from consent.api import (
    access_log,
    accounts,
    agreement,
    blocks,
    consent_requests,
    consents,
    decisions,
    directory,
    explain,
    history_delay,
    legal_bases,
    me,
    overrides,
    scim,
    shields,
    signals,
    viewers,
)
from consent.api.decisions_first import DecisionsFirst
from consent.application.decide import DecideRequest
from consent.application.directory import bootstrap
from consent.settings import PART, ConsentSettings
from consent.worker import Units, add_worker, make_runtime


def create_app(
    settings: ConsentSettings | None = None, broker: Broker | None = None, clock: Clock = system_clock
) -> FastAPI:
    """The service as an application. `broker` is given where several services share a process.

    Raises `PolicyError`, naming the line, for a policy file that cannot be used.
    """
    settings = settings or ConsentSettings()
    policy = load_policy(settings.policy_file)
    signing_key, log_signer = grant_key(settings), log_signing_key(settings)
    if settings.grant_jwks_file is None:
        write_jwks(grant_jwks_path(settings), [signing_key.public_jwk])
    runtime, units, reading = make_runtime(settings, broker, clock)
    add_worker(runtime, units, reading, log_signer, policy, settings)

    transaction = decisions_of(runtime.database, account_ids_are_identities=settings.has_development_issuer)

    counted = None if runtime.metrics is None else DecisionCounts(runtime.metrics)

    @asynccontextmanager
    async def resources() -> AsyncIterator[None]:
        async with runtime.running(), closing(transaction):
            async with units() as uow:
                await bootstrap(uow)
            yield

    app = create_service(
        title="Kith consent",
        part=PART,
        grant_verifier=runtime.grant_verifier(),
        internal_key=internal_key_of(settings),
        checks=runtime.ready_checks(),
        resources=resources,
    )
    app.state.policy = policy
    app.state.log_retention_days = settings.log_retention_days
    app.state.unit_of_work = units
    app.state.reading = reading
    app.state.token_verifier = make_token_verifier(settings)
    app.state.decide = DecideRequest(transaction, policy, GrantSigner(signing_key), clock, counted)
    owners = {
        "consent": _owner(reading, "consents"),
        "block": _owner(reading, "blocks"),
        "basis": _owner(reading, "legal_bases"),
    }
    app.include_router(internal_router(reading, runtime.watch, owners))
    modules = (
        decisions, directory, scim, accounts, consents, consent_requests, legal_bases, blocks, shields, overrides,
        explain, viewers, agreement, history_delay, me, access_log, signals,
    )  # fmt: skip
    app.router.routes.insert(0, decisions.plain_route)
    for module in modules:
        app.include_router(module.router)
    app.middleware_stack = DecisionsFirst(app, app.build_middleware_stack(), PART)
    return app


def _owner(
    reading: Units, kind: Literal["consents", "blocks", "legal_bases"]
) -> Callable[[str], Awaitable[str | None]]:
    """Whose child a consent, a block or a legal basis is of; ids only."""

    async def look_up(thing_id: str) -> str | None:
        async with reading() as uow:
            repository = {"consents": uow.consents, "blocks": uow.blocks, "legal_bases": uow.legal_bases}[kind]
            record = await repository.get(thing_id)
            return None if record is None else str(record["child_id"])

    return look_up
