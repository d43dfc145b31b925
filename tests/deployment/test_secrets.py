"""deploy/compose/secrets: all that docker-compose.yml reads, made once, and such that the parts start with it."""

import json
import subprocess
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]
import pytest
from pydantic import ValidationError

from assessment.settings import AssessmentSettings
from chassis.keys import SigningKey
from chassis.settings import DatabaseSettings, ServiceSettings
from child_index.settings import ChildIndexSettings
from consent.settings import ConsentSettings
from gateway.settings import GatewaySettings
from notifications.settings import NotificationsSettings
from stack.parts import SERVICES, Databases, module_of
from tests.architecture.conftest import ROOT
from tests.deployment.composed import COMPOSE, read, secret_files, secrets_of
from tests.deployment.conftest import MAKE_SECRETS as SCRIPT
from tests.deployment.conftest import Cluster

KINDS: dict[str, type[ServiceSettings]] = {
    "consent": ConsentSettings,
    "child-index": ChildIndexSettings,
    "assessment": AssessmentSettings,
    "notifications": NotificationsSettings,
}
PRODUCTION = {
    "KITH_ENVIRONMENT": "production",
    "KITH_OIDC_ISSUER": "https://login.example/kith",
    "KITH_OIDC_JWKS_URL": "",
}


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_those_that_compose_reads_are_made_and_no_other(secrets: Path) -> None:
    assert {path.name for path in secret_files().values()} == set(contents(secrets))
    assert {path.name for path in secret_files().values()} == set(secret_files())


def test_they_are_made_once(secrets: Path) -> None:
    before = contents(secrets)
    random = [text for name, text in before.items() if not name.endswith(("_url", ".json"))]
    assert len(set(random)) == len(random)
    assert min(map(len, random)) > 32
    subprocess.run([SCRIPT, secrets], check=True, capture_output=True)
    assert contents(secrets) == before


def test_what_was_lost_is_made_again_and_what_hangs_off_it_follows(tmp_path: Path, secrets: Path) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for name, text in contents(secrets).items():
        (folder / name).write_text(text)
    (folder / "kith_consent_password").unlink()
    subprocess.run([SCRIPT, folder], check=True, capture_output=True)
    made = (folder / "kith_consent_password").read_text().strip()
    assert made != (secrets / "kith_consent_password").read_text().strip()
    assert f":{made}@" in (folder / "consent_database_url").read_text()


def test_nobody_else_on_the_machine_comes_to_them_and_the_containers_account_does(secrets: Path) -> None:
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in secrets.iterdir()} == {0o444}


def test_the_grant_keys_public_half_is_as_the_consent_service_would_write_it(secrets: Path) -> None:
    key = SigningKey.from_pem((secrets / "kith_grant_key").read_text())
    assert json.loads((secrets / "grant.jwks.json").read_text()) == {"keys": [key.public_jwk]}
    assert SigningKey.from_pem((secrets / "kith_log_key").read_text()).key_id != key.key_id


def test_the_databases_are_those_of_the_stack(secrets: Path) -> None:
    roles = [f"{module_of(service)}{end}" for service in SERVICES for end in ("", "_owner")]
    passwords = {role: (secrets / f"kith_{role}_password").read_text().strip() for role in roles}
    databases = Databases("postgres", 5432, passwords)
    for service in SERVICES:
        module = module_of(service)
        assert (secrets / f"{module}_database_url").read_text() == databases.url(service)
        assert (secrets / f"{module}_owner_database_url").read_text() == databases.url(service, owner=True)


class Container:
    """What a container of Compose is given, on this machine."""

    def __init__(self, folder: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._made, self._monkeypatch = folder, made, monkeypatch

    def becomes(self, name: str, variables: dict[str, str]) -> None:
        service = read(COMPOSE, variables)["services"][name]
        mounted = self._folder / name
        mounted.mkdir(exist_ok=True)
        for target, source in secrets_of(service).items():
            (mounted / target).write_text((self._made / secret_files()[source].name).read_text())
        for key, value in service["environment"].items():
            self._monkeypatch.setenv(key, ("" if value is None else str(value)).replace("/run/secrets", str(mounted)))


@pytest.fixture
def container(tmp_path: Path, secrets: Path, monkeypatch: pytest.MonkeyPatch) -> Container:
    return Container(tmp_path, secrets, monkeypatch)


@pytest.mark.parametrize("variables", [{}, PRODUCTION], ids=["as it is", "production"])
def test_each_part_has_all_that_it_needs(container: Container, secrets: Path, variables: dict[str, str]) -> None:
    """In production nothing secret has a default: what starts there was given everything."""
    container.becomes("gateway", variables)
    assert GatewaySettings().environment.value == variables.get("KITH_ENVIRONMENT", "development")
    for service, kind in KINDS.items():
        module = module_of(service)
        for name in (f"{service}-api", f"{service}-worker"):
            container.becomes(name, variables)
            settings = kind()
            assert settings.production is bool(variables)
            assert settings.database_url == (secrets / f"{module}_database_url").read_text()
            assert settings.grant_jwks_file is not None
            assert settings.grant_jwks_file.exists()
        container.becomes(f"{service}-migration", variables)
        assert DatabaseSettings().database_url == (secrets / f"{module}_owner_database_url").read_text()


def test_production_refuses_the_identity_provider_that_compose_starts(container: Container) -> None:
    for variables in (
        {"KITH_ENVIRONMENT": "production"},
        {**PRODUCTION, "KITH_OIDC_JWKS_URL": "http://keycloak:8080/realms/kith/protocol/openid-connect/certs"},
    ):
        container.becomes("gateway", variables)
        with pytest.raises(ValidationError, match="https"):
            GatewaySettings()


async def test_the_job_makes_databases_that_the_secrets_open(cluster: Cluster, tmp_path: Path, secrets: Path) -> None:
    environment = cluster.server.client_environment()
    for name, text in contents(secrets).items():
        (tmp_path / name).write_text(text)
    (tmp_path / "postgres_password").write_text(environment.pop("PGPASSWORD") + "\n")
    environment["KITH_SECRETS_DIR"] = str(tmp_path)
    try:
        done = subprocess.run(
            [ROOT / "deploy" / "compose" / "databases"], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        for service in SERVICES:
            for end in ("", "_owner"):
                url = (secrets / f"{module_of(service)}{end}_database_url").read_text()
                here = url.replace("+asyncpg", "").replace("@postgres:5432/", f"@127.0.0.1:{cluster.server.port}/")
                connection = await asyncpg.connect(here)
                await connection.close()
    finally:
        assert cluster.prepare().returncode == 0  # the passwords of before
