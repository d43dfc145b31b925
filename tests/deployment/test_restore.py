"""A backup and a restore to a moment, carried out: what was written until then is there, what came after is not; and
what that means for the access log."""

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from chassis.database import Database
from consent.settings import ConsentSettings
from kith import audit
from stack.programs import tied_to_us, unprivileged_account
from tests.consent.kit import Consent, running_consent
from tests.consent.log.test_purge import settled_head
from tests.consent.scene import OFFICER, TEACHER, make_child, make_directory
from tests.support.postgres import Postgres
from tests.support.proof import Proof

SCRIPTS = Path(__file__).parents[2] / "deploy" / "postgres"


class Site:
    """A cluster that archives its WAL, with the folders of a backup beside it. Scripts run as the server's account."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account = unprivileged_account()
        shutil.copytree(SCRIPTS, folder / "scripts")  # the account may not enter the checkout
        for name in ("base", "wal", "first", "second", "third", "fourth"):
            (folder / name).mkdir()
        if self.account:
            for each in (folder, *folder.iterdir()):
                shutil.chown(each, self.account)
        archive = f"{folder}/scripts/archive-wal {folder}/wal %p %f"
        settings = {"archive_mode": "on", "archive_command": archive, "archive_timeout": "60"}
        self.first = Postgres(folder / "first", durable=False, settings=settings)

    def script(self, name: str, *arguments: str, fails: bool = False) -> str:
        command = tied_to_us([str(self.folder / "scripts" / name), *arguments], account=self.account)
        environment = self.first.client_environment()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert bool(done.returncode) == fails, done.stderr
        return (done.stderr if fails else done.stdout).strip()

    @contextmanager
    def restored(self, name: str, base: str, moment: str) -> Iterator[Postgres]:
        """Another cluster, made from the backup."""
        self.script("restore", base, f"{self.folder}/wal", f"{self.folder}/{name}/data", moment)
        password = self.first.client_environment()["PGPASSWORD"]
        server = Postgres(self.folder / name, durable=False, password=password)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="kith-restore-") as folder:
        found = Site(Path(folder))
        try:
            found.first.start()
            yield found
        finally:
            found.first.stop()


async def run(url: str, *statements: str) -> Any:
    """What the last of the statements gives."""
    database = Database(url)
    async with database.write() as connection:
        for statement in statements:
            result = await connection.exec_driver_sql(statement)
        found = result.scalar() if result.returns_rows else None
        await connection.commit()
    await database.close()
    return found


async def look(consent: Consent, child_id: str) -> httpx.Response:
    return await consent.call(TEACHER, "GET", f"/v1/children/{child_id}/viewers")


def verified(folder: Path, export: str, *heads: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether the log is sound by the heads that an agency holds, and what was found."""
    (folder / "export").write_text(export)
    (folder / "heads").write_text("".join(json.dumps(head) + "\n" for head in heads))
    arguments = ["verify", str(folder / "export"), "--head", str(folder / "heads"), "--json"]
    report = json.loads(CliRunner().invoke(audit.app, arguments).stdout)
    return report["ok"], [finding["code"] for finding in report["findings"]]


@pytest.mark.prove
async def test_a_cluster_stands_as_it_did_at_a_moment(site: Site, tmp_path: Path, proof: Proof) -> None:
    url = site.first.new_database("kith")
    settings = ConsentSettings(data_dir=tmp_path, database_url=url)
    async with running_consent(settings) as consent:
        await make_directory(consent)
        before, after, mistaken = [await make_child(consent) for _ in range(3)]
        assert (await look(consent, before)).status_code == 200
        base = site.script("base-backup", f"{site.folder}/base")
        assert (await look(consent, after)).status_code == 200
        good = await settled_head(consent)
        moment = await run(url, "SELECT clock_timestamp()::text")
        assert (await look(consent, mistaken)).status_code == 200
        lost = await settled_head(consent)
    await run(url, "SELECT pg_switch_wal()")  # as archive_timeout would within a minute
    written = "SELECT last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) FROM pg_stat_archiver"
    async with asyncio.timeout(30):
        while not await run(url, written):
            await asyncio.sleep(0.05)
    site.first.crash()
    shutil.rmtree(site.folder / "first" / "data")

    began = time.monotonic()
    with site.restored("second", base, moment) as server:
        proof.note("restoring and replaying, seconds", round(time.monotonic() - began, 1))
        again = ConsentSettings(
            data_dir=tmp_path,
            database_url=server.url_of(url.rsplit("/", 1)[1]),
            run_worker=False,
            migrate_at_start=False,
        )
        async with running_consent(again) as consent:
            export = (await consent.call(OFFICER, "GET", "/v1/access-log/export")).text
            seen = [json.loads(line).get("entry", {}).get("child_id") for line in export.splitlines()]
        assert (before in seen, after in seen, mistaken in seen) == (True, True, False)
        assert verified(tmp_path, export, good) == (True, [])
        assert verified(tmp_path, export, good, lost) == (False, ["newer-head"])
        proof.note("entries of the log: at the moment, and at the crash", [good["tree_size"], lost["tree_size"]])

    with site.restored("third", base, "latest") as server:
        name = url.rsplit("/", 1)[1]
        assert await run(server.url_of(name), "SELECT max(tree_size) FROM tree_heads") >= lost["tree_size"]

    # What the archive does not reach is not passed off as the moment that was asked for.
    beyond = datetime(2099, 1, 1, tzinfo=UTC).isoformat(sep=" ")
    too_late = pytest.raises(RuntimeError, match="recovery ended before configured recovery target was reached")
    with too_late, site.restored("fourth", base, beyond):
        pass


@pytest.mark.prove
def test_nothing_is_written_over(site: Site) -> None:
    base = site.script("base-backup", f"{site.folder}/base")
    wal, first, second = (f"{site.folder}/{name}" for name in ("wal", "first/data", "second/data"))
    assert "never written over" in site.script("restore", base, wal, first, "latest", fails=True)
    assert "needs its time zone" in site.script("restore", base, wal, second, "2026-01-01 12:00", fails=True)
    assert "is no base backup" in site.script("restore", wal, wal, second, "latest", fails=True)
    segment = next(path for path in (site.folder / "wal").iterdir() if len(path.name) == 24)
    site.script("archive-wal", wal, str(segment), segment.name)  # the same again is well
    assert "differs" in site.script("archive-wal", wal, f"{base}/PG_VERSION", segment.name, fails=True)
    (Path(base) / "PG_VERSION").write_text("16\n")
    assert "PG_VERSION" in site.script("restore", base, wal, second, "latest", fails=True)
