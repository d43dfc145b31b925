"""The image: what it is made of, and that what its steps make runs."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

from stack.programs import free_ports
from tests.architecture.conftest import ROOT
from tests.deployment.dockerfile import Image, read, sent
from tests.support.processes import PLAIN, Server
from tests.support.proof import Proof

FILE = ROOT / "Dockerfile"


def test_every_image_is_pinned_to_one_release() -> None:
    for file in (FILE, ROOT / "deploy" / "keycloak" / "Dockerfile"):
        for stage in read(file):
            assert re.fullmatch(r"[a-z./]+:[0-9]+\.[0-9]+\.[0-9]+(-[a-z-]+)?", stage.base), stage.base


def test_what_is_copied_is_there_and_is_sent_to_the_builder() -> None:
    allowed = sent(ROOT)
    copied = [words for stage in read(FILE) for words in stage.all_of("COPY") if not words.startswith("--from=")]
    for source in (each for words in copied for each in words.split()[:-1]):
        assert (ROOT / source).exists()
        assert source in allowed
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*", "what isn't named is left out"


def test_every_member_is_installed() -> None:
    """But for the stack, which runs the parts without Docker."""
    (installs,) = [step for stage in read(FILE) for step in stage.all_of("RUN") if "--no-build-isolation" in step]
    workspace = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["members"]
    members = {str(path.relative_to(ROOT)) for pattern in workspace for path in ROOT.glob(pattern)} - {"deploy/stack"}
    assert set(re.findall(r"-e (\S+)", installs)) == members


def test_it_runs_as_nobody_in_particular_and_is_checked() -> None:
    last = read(FILE)[-1]
    (account,) = last.all_of("USER")
    assert all(int(number) > 1000 for number in account.split(":"))
    assert last.health_check() == ["python", "-m", "chassis.probe", "http://127.0.0.1:8080/health/ready"]
    assert last.environment()["KITH_PORT"] == "8080"


def test_hadolint_has_nothing_to_say() -> None:
    files = [str(FILE), str(ROOT / "deploy" / "keycloak" / "Dockerfile")]
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), *files], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.prove
def test_the_steps_of_the_dockerfile_make_parts_that_run(tmp_path: Path, proof: Proof) -> None:
    """Without Docker: the same commands in a folder, and of the base image only Python. Then a service is migrated,
    started and found healthy by the image's own check."""
    image = Image(FILE, tmp_path)
    image.build()
    python = image.workdir / ".venv" / "bin" / "python"
    for gone in ("hatchling", "editables", "pip", "uv"):
        assert subprocess.run([python, "-c", f"import {gone}"], capture_output=True, check=False).returncode == 1, gone
    files = [path for path in image.workdir.rglob("*") if path.is_file() and not path.is_symlink()]
    proof.note("megabytes of the image, without its base", sum(path.stat().st_size for path in files) // 10**6)
    own = [path for path in files if ".venv" not in path.parts]
    proof.note("megabytes of them that are Kith's own", round(sum(path.stat().st_size for path in own) / 10**6, 1))

    port, metrics = free_ports(2)
    environment = {
        **image.environment(),
        "KITH_HOST": "127.0.0.1", "KITH_PORT": str(port), "KITH_METRICS_PORT": str(metrics),
        "KITH_DATA_DIR": str(tmp_path / "data"), "HOME": str(tmp_path), "KITH_RUN_WORKER": "false",
    }  # fmt: skip
    (tmp_path / "data").mkdir()
    for _ in ("first", "again"):
        subprocess.run([python, "-m", "consent.migrate"], cwd="/", env=environment, check=True)
    server = Server("consent", [str(python), "-m", "consent"], log=tmp_path / "log", environment=environment)
    check = [word.replace(":8080/", f":{port}/") for word in image.stages[-1].health_check()]

    def healthy() -> bool:
        return subprocess.run(check, env=environment, capture_output=True, check=False).returncode == 0

    try:
        server.start(healthy, seconds=60)
        found = httpx.get(f"http://127.0.0.1:{metrics}/metrics", verify=PLAIN)
        assert "kith_build_info" in found.text
    finally:
        server.stop()
    assert not healthy()
    compiled = list((image.workdir / "services").rglob("*.pyc"))
    assert compiled, "nothing can be compiled later: the file system is read-only"
