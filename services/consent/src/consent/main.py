"""The consent service: directory, consents, blocks, the decision, and the access log. Wired here and nowhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from chassis.broker import Broker
from chassis.grants import GrantSigner
from chassis.ids import Clock, system_clock
from chassis.issuer import make_token_verifier
from chassis.keys import SigningKey, load_or_create, write_jwks
from chassis.migrations import migrations_of
from chassis.runtime import Runtime, grant_jwks_path, internal_key_of
from chassis.service import create_service, internal_router
from consent import worker
from consent.adapters import tables
from consent.adapters.policy_file import load_policy
from consent.adapters.unit_of_work import ConsentUnitOfWork
from consent.api import access_log, accounts, blocks, consents, decisions, directory, me, viewers
from consent.application.decide import DecideRequest
from consent.application.directory import bootstrap
from consent.application.sequence_log import Sequencer
from consent.domain.log_heads import LogKey, LogSigner
from consent.settings import ConsentSettings


def create_app(
    settings: ConsentSettings | None = None, broker: Broker | None = None, clock: Clock = system_clock
) -> FastAPI:
    settings = settings or ConsentSettings()
    policy = load_policy(settings.policy_file)
    grant_key = _key(settings.grant_key.get_secret_value(), settings, "grant")
    log_key = _key(settings.log_key.get_secret_value(), settings, "log")
    if settings.grant_jwks_file is None:
        write_jwks(grant_jwks_path(settings), [grant_key.public_jwk])
    runtime = Runtime(settings, "consent", tables.messaging, migrations_of(__file__), broker, clock)
    by_account_id = settings.has_development_issuer

    def unit_of_work() -> ConsentUnitOfWork:
        return ConsentUnitOfWork(account_ids_are_identities=by_account_id, **runtime.uow_arguments())

    def reading() -> ConsentUnitOfWork:
        return ConsentUnitOfWork(account_ids_are_identities=by_account_id, read_only=True, **runtime.uow_arguments())

    log_signer = LogSigner(_text(log_key.key.to_dict()))
    worker.attach(runtime, unit_of_work, Sequencer(unit_of_work, log_signer))

    @asynccontextmanager
    async def resources() -> AsyncIterator[None]:
        async with runtime.running():
            async with unit_of_work() as uow:
                await bootstrap(uow)
            yield

    app = create_service(
        title="Kith consent",
        part="consent",
        grant_verifier=runtime.grant_verifier(),
        internal_key=internal_key_of(settings),
        checks=runtime.ready_checks(),
        resources=resources,
    )
    app.state.settings = settings
    app.state.policy = policy
    app.state.unit_of_work = unit_of_work
    app.state.reading = reading
    app.state.token_verifier = make_token_verifier(settings)
    app.state.decide = DecideRequest(unit_of_work, policy, GrantSigner(grant_key))
    app.state.log_key = LogKey(log_signer.public_jwk)
    owners = {"consent": _owner(reading, "consents"), "block": _owner(reading, "blocks")}
    app.include_router(internal_router(reading, runtime.watch, owners))
    for module in (decisions, directory, accounts, consents, blocks, viewers, me, access_log):
        app.include_router(module.router)
    return app


def _key(given: str, settings: ConsentSettings, name: str) -> SigningKey:
    return SigningKey.from_pem(given) if given else load_or_create(settings.data_dir / "keys" / f"{name}.pem")


def _text(jwk: dict[str, Any]) -> dict[str, str]:
    return {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in jwk.items()}


def _owner(reading: Any, kind: str) -> Any:
    """Whose child a consent or a block is of; ids only."""

    async def look_up(thing_id: str) -> str | None:
        async with reading() as uow:
            record = await getattr(uow, kind).get(thing_id)
            return None if record is None else str(record["child_id"])

    return look_up
