"""The purge: what old entries say is gone, and every proof still holds."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from consent.application import purge_log
from consent.domain.log_entries import leaf_data
from consent.domain.log_retention import purgeable_before, start_of
from consent.domain.merkle import leaf_hash, verify_consistency, verify_inclusion
from kith import audit
from tests.consent.kit import Consent
from tests.consent.scene import HEALTH_VISITOR, OFFICER, TEACHER, make_child
from tests.consent.shared import SharedConsents
from tests.consent.test_need_to_know import reads

LONG_AGO = datetime(2019, 5, 1, 12, tzinfo=UTC)
OLD = 5
"""Entries of that day."""


@dataclass
class Time:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Aged:
    """A service with old looks at a child and recent ones, and what an officer kept from before the purge."""

    consent: Consent
    time: Time
    child_id: str
    old_export: list[dict[str, Any]]
    old_head: dict[str, Any]

    async def purge(self, before: str, who: str = OFFICER) -> httpx.Response:
        return await self.consent.call(who, "POST", "/v1/access-log/purges", {"before": before})


async def settled_head(consent: Consent) -> dict[str, Any]:
    """A head that covers all that was looked at before the call."""
    last = (await consent.call(OFFICER, "GET", "/v1/access-log?limit=1")).json()["items"][0]
    for _ in range(600):
        proof = await consent.call(OFFICER, "GET", f"/v1/access-log/inclusion-proof?entry_id={last['entry_id']}")
        if proof.status_code == 200:
            found: dict[str, Any] = (await consent.call(OFFICER, "GET", "/v1/access-log/tree-head")).json()
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("the log stands still")


@asynccontextmanager
async def aged(shared: SharedConsents, kind: str, **settings: Any) -> AsyncIterator[Aged]:
    time = Time(LONG_AGO)
    async with shared.turn(kind, time, **settings) as consent:
        child_id = await make_child(consent)
        for _ in range(3):
            assert (await consent.call(HEALTH_VISITOR, "GET", f"/v1/children/{child_id}/viewers")).status_code == 200
        # One of the looks by an override, which the row names.
        asked = {
            "reason_code": "other-emergency",
            "reason": "Told on the telephone just now",
            "categories": ["health"],
        }
        assert (await consent.call(HEALTH_VISITOR, "POST", f"/v1/children/{child_id}/overrides", asked)).is_success
        assert "health" in (await reads(consent, HEALTH_VISITOR, child_id) or ())
        time.now = datetime.now(UTC)
        assert (await consent.call(TEACHER, "GET", f"/v1/children/{child_id}/viewers")).status_code == 200
        head = await settled_head(consent)
        export = (await consent.call(OFFICER, "GET", "/v1/access-log/export")).text.splitlines()
        yield Aged(consent, time, child_id, [json.loads(line) for line in export[:-1]], head)


@pytest.fixture(params=["sqlite", "postgresql"])
async def old(request: pytest.FixtureRequest, shared_in_module: SharedConsents) -> AsyncIterator[Aged]:
    async with aged(shared_in_module, request.param, log_retention_days=365) as found:
        yield found


async def test_what_old_entries_say_is_gone_and_every_proof_still_holds(old: Aged, tmp_path: Path) -> None:
    answer = await old.purge("2020-01-01")
    assert answer.json() == {"entries": OLD, "complete": True}

    left = (await old.consent.call(OFFICER, "GET", f"/v1/access-log?child_id={old.child_id}")).json()["items"]
    assert {entry["viewer_id"] for entry in left} == {TEACHER}
    of_viewer = await old.consent.call(OFFICER, "GET", f"/v1/access-log?viewer_id={HEALTH_VISITOR}")
    assert of_viewer.json()["items"] == []
    async with old.consent.app.state.unit_of_work() as uow:
        rows = await uow.connection.execute(sa.text("SELECT * FROM access_log WHERE body IS NULL"))
        kept = [{name for name, value in row._mapping.items() if value is not None} for row in rows]
    assert kept == [{"entry_id", "at", "action", "outcome", "leaf_hash"}] * OLD

    head = await settled_head(old.consent)
    export = await old.consent.call(OFFICER, "GET", "/v1/access-log/export")
    (tmp_path / "export").write_bytes(export.content)
    (tmp_path / "head").write_text(json.dumps(old.old_head))
    assert HEALTH_VISITOR not in "".join(line for line in export.text.splitlines() if '"at":"2019' in line)
    result = CliRunner().invoke(
        audit.app, ["verify", str(tmp_path / "export"), "--head", str(tmp_path / "head"), "--json"]
    )
    report = json.loads(result.stdout)
    assert (result.exit_code, report["hidden"], report["heads_compared"]) == (0, OLD, 1)

    # Who kept an entry can still prove that it was in the log.
    kept_entry = next(line for line in old.old_export if line["entry"]["viewer_id"] == HEALTH_VISITOR)
    path = f"/v1/access-log/inclusion-proof?entry_id={kept_entry['entry']['entry_id']}"
    proof = (await old.consent.call(OFFICER, "GET", path)).json()
    leaf = leaf_hash(leaf_data(kept_entry["entry"], kept_entry["salt"]))
    steps = [bytes.fromhex(step) for step in proof["audit_path"]]
    assert verify_inclusion(proof["leaf_index"], leaf, proof["tree_size"], bytes.fromhex(proof["root_hash"]), steps)
    assert (await old.consent.call("school-officer", "GET", path)).status_code == 404
    sizes = f"from_size={old.old_head['tree_size']}&to_size={head['tree_size']}"
    grown = (await old.consent.call(OFFICER, "GET", f"/v1/access-log/consistency-proof?{sizes}")).json()
    steps = [bytes.fromhex(step) for step in grown["path"]]
    roots = bytes.fromhex(old.old_head["root_hash"]), bytes.fromhex(head["root_hash"])
    assert verify_consistency(old.old_head["tree_size"], head["tree_size"], *roots, steps)


async def test_the_purge_is_an_entry_itself_and_a_second_one_finds_nothing(old: Aged) -> None:
    assert (await old.purge("2020-01-01")).json()["entries"] == OLD
    assert (await old.purge("2020-01-01")).json() == {"entries": 0, "complete": True}
    log = (await old.consent.call(OFFICER, "GET", f"/v1/access-log?viewer_id={OFFICER}")).json()["items"]
    assert [entry["purge"] for entry in log if entry["action"] == "log.purged"] == [
        {"before": "2020-01-01", "entries": OLD}
    ]
    assert [entry["outcome"] for entry in log if entry["action"] == "log.purge"] == ["permitted", "permitted"]


async def test_it_takes_a_part_at_a_time_the_oldest_first(old: Aged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge_log, "STEP", 2)
    assert (await old.purge("2019-05-02")).json() == {"entries": 2, "complete": False}
    left = (await old.consent.call(OFFICER, "GET", f"/v1/access-log?viewer_id={HEALTH_VISITOR}")).json()["items"]
    oldest = [line["entry"]["entry_id"] for line in old.old_export if line["entry"]["viewer_id"] == HEALTH_VISITOR]
    assert [entry["entry_id"] for entry in left] == sorted(oldest, reverse=True)[: OLD - 2]
    assert (await old.purge("2019-05-02")).json() == {"entries": 2, "complete": False}
    assert (await old.purge("2019-05-02")).json() == {"entries": 1, "complete": True}


async def test_the_day_named_itself_is_kept(old: Aged) -> None:
    assert (await old.purge("2019-05-01")).json()["entries"] == 0


async def test_only_an_officer_of_the_partnership_and_only_beyond_the_retention(old: Aged) -> None:
    limit = purgeable_before(old.time.now.date(), 365)
    assert (await old.purge(limit.isoformat(), "school-officer")).status_code == 403
    assert (await old.purge(limit.isoformat(), TEACHER)).status_code == 403
    refused = await old.purge((limit + timedelta(days=1)).isoformat())
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/before"
    found = await old.consent.call(OFFICER, "GET", f"/v1/access-log?viewer_id={HEALTH_VISITOR}")
    assert len(found.json()["items"]) == OLD
    assert (await old.purge(limit.isoformat())).json()["entries"] == OLD


async def test_where_no_retention_is_set_nothing_is_purged(shared: SharedConsents) -> None:
    async with aged(shared, "sqlite") as old:
        refused = await old.purge("2020-01-01")
        assert refused.status_code == 409
        assert refused.json()["type"] == "urn:kith:problem:no-retention"
        found = await old.consent.call(OFFICER, "GET", f"/v1/access-log?viewer_id={HEALTH_VISITOR}")
        assert len(found.json()["items"]) == OLD


@given(
    at=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    now=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    days=st.integers(1, 3_650),
)
def test_nothing_younger_than_the_retention_can_be_purged(at: datetime, now: datetime, days: int) -> None:
    cut = start_of(purgeable_before(now.date(), days))
    if at < cut:
        assert now - at > timedelta(days=days)
    if at >= start_of(date.fromordinal(now.date().toordinal() - days)):
        assert not at < cut
