"""The realm on Keycloak itself, started as docker-compose.yml starts it: its own command, an account that may write its
data alone, and tokens that Kith's verifier takes."""

import base64
import hashlib
import html
import os
import re
import secrets as random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from jose import jwt

from chassis.tokens import TokenVerifier
from stack.programs import free_ports, program, run, tied_to_us, unprivileged_account
from tests.architecture.conftest import ROOT
from tests.deployment import dockerfile
from tests.deployment.composed import services
from tests.support.processes import PLAIN, Server
from tests.support.proof import Proof

STAGES = dockerfile.read(ROOT / "deploy" / "keycloak" / "Dockerfile")
PATIENCE = 300.0
REDIRECT = "http://localhost:8080/portal/callback"


def server_of(folder: Path) -> Path:
    """Keycloak as its image has it, from Maven Central, with the settings of the Dockerfile built in."""
    version = STAGES[0].base.rpartition(":")[2]
    copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
    artifact = f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{version}:zip"
    mvn = program("mvn", install="apt-get install maven")
    run("Maven, asked for Keycloak,", [mvn, "-B", "-C", "-q", copy, artifact, f"-DoutputDirectory={folder}"])
    (archive,) = folder.glob("*.zip")
    with ZipFile(archive) as opened:
        opened.extractall(folder)
    archive.unlink()
    home = folder / f"keycloak-{version}"
    for script in home.glob("bin/*.sh"):
        script.chmod(0o755)
    run("building Keycloak", [str(home / "bin" / "kc.sh"), "build"], STAGES[0].environment())
    return home


@pytest.fixture
def keycloak(secrets: Path) -> Iterator[str]:
    """Its issuer."""
    service: dict[str, Any] = services()["keycloak"]
    port, management = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="kith-keycloak-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        home, mounted = server_of(folder), folder / "secrets"
        account = unprivileged_account()
        shutil.copytree(secrets, mounted)
        mounted.chmod(0o755)
        (home / "data" / "import").mkdir(parents=True)
        shutil.copy(ROOT / "deploy" / "keycloak" / "kith-realm.json", home / "data" / "import")
        if account:
            run("handing over its data", ["chown", "-R", account, str(home / "data")])
        script = service["command"][0].replace("$$", "$").replace("/run/secrets", str(mounted))
        check = service["healthcheck"]["test"][3].replace("$$", "$").replace("/9000", f"/{management}")
        issuer = f"http://localhost:{port}"
        environment = {
            **service["environment"],
            "KC_HOSTNAME": issuer, "KC_HTTP_PORT": str(port), "KC_HTTP_MANAGEMENT_PORT": str(management),
            "HOME": str(home / "data"), "PATH": os.environ["PATH"],
        }  # fmt: skip
        command = [*service["entrypoint"], script.replace("/opt/keycloak", str(home))]
        server = Server("Keycloak", tied_to_us(command, account=account), log=folder / "log", environment=environment)
        health = lambda: subprocess.run(["bash", "-c", check], capture_output=True, check=False).returncode == 0  # noqa: E731
        server.start(health, seconds=PATIENCE)
        try:
            yield f"{issuer}/realms/kith"
        finally:
            server.stop()


def as_a_browser(client: httpx.Client, answer: httpx.Response, password: str) -> httpx.Response:
    """Fills in the form. By hand, since its cookies are for https, or for what a browser counts as the same machine."""
    form = re.search(r'action="([^"]+)"', answer.text)
    assert form is not None, answer.text
    cookies = "; ".join(each.partition(";")[0] for each in answer.headers.get_list("set-cookie"))
    filled = {"username": "dee-teacher", "password": password}
    return client.post(html.unescape(form.group(1)), headers={"Cookie": cookies}, data=filled)


@pytest.mark.prove
async def test_keycloaks_tokens_are_taken(keycloak: str, secrets: Path, proof: Proof) -> None:
    openid = f"{keycloak}/protocol/openid-connect"
    with httpx.Client(timeout=PATIENCE, verify=PLAIN) as client:

        async def keys() -> dict[str, Any]:
            found: dict[str, Any] = client.get(f"{openid}/certs").json()
            return found

        verifier = TokenVerifier(keycloak, "kith", keys)

        def token(**asked: str) -> str:
            answer = client.post(f"{openid}/token", data=asked)
            assert answer.status_code == 200, answer.text
            found: str = answer.json()["access_token"]
            return found

        tokens = {}
        for machine, subject, secret in (
            ("kith-directory", "admin", "keycloak_directory_secret"),
            ("hillside-roll", "hillside-roll", "keycloak_hillside_secret"),
        ):
            own = (secrets / secret).read_text().strip()
            tokens[subject] = token(grant_type="client_credentials", client_id=machine, client_secret=own)

        verifying = random.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifying.encode()).digest()).rstrip(b"=").decode()
        wanted = {"client_id": "kith-portal", "response_type": "code", "scope": "openid", "redirect_uri": REDIRECT}

        def code_for(asked: dict[str, str]) -> str:
            signed_in = as_a_browser(client, client.get(f"{openid}/auth", params=asked), password)
            return str(httpx.URL(signed_in.headers["location"]).params["code"])

        refused = client.get(f"{openid}/auth", params=wanted)
        assert "error=invalid_request" in refused.headers["location"], "without PKCE there is no signing in"
        pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
        page = client.get(f"{openid}/auth", params={**wanted, **pkce})
        password = (secrets / "keycloak_test_password").read_text().strip()
        assert as_a_browser(client, page, "not the password").status_code == 200
        tokens["dee-teacher"] = token(
            grant_type="authorization_code", client_id="kith-portal", code=code_for({**wanted, **pkce}),
            redirect_uri=REDIRECT, code_verifier=verifying,
        )  # fmt: skip
        through = {"client_id": "hillside-records", "redirect_uri": "http://localhost:8090/callback"}
        acting = token(
            grant_type="authorization_code", **through, code=code_for({**wanted, **through, **pkce}),
            client_secret=(secrets / "keycloak_records_secret").read_text().strip(), code_verifier=verifying,
        )  # fmt: skip
        named = await verifier.verify(f"Bearer {acting}")
        assert (named.subject, named.actor) == ("dee-teacher", "hillside-records")

        for subject, found in tokens.items():
            identity = await verifier.verify(f"Bearer {found}")
            assert (identity.subject, identity.actor) == (subject, None)
            claims = set(jwt.get_unverified_claims(found))
            assert not {"email", "name", "given_name", "family_name", "preferred_username"} & claims
        proof.note("who signed in", ", ".join(tokens))
        password_grant = client.post(
            f"{openid}/token",
            data={
                "grant_type": "password",
                "client_id": "kith-portal",
                "username": "dee-teacher",
                "password": password,
            },
        )
        assert password_grant.status_code in {400, 401}
