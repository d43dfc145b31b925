"""An archived record answers nobody any more, save index officers for data quality. A purged one is gone."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from typer.testing import CliRunner

from chassis.ids import new_id
from consent.adapters.purge_repository import OF_A_CHILD
from consent.adapters.tables import access_log, messaging, metadata
from contracts.events.child_index import ChildArchived, ChildPurged, ChildrenRelated, ChildRestored
from kith import audit
from tests.consent.kit import Consent
from tests.consent.log.test_purge import settled_head
from tests.consent.scene import (
    HEALTH_VISITOR,
    INDEX_OFFICER,
    OFFICER,
    SOCIAL_WORKER,
    TEACHER,
    make_account,
    make_child,
    merge,
)
from tests.consent.test_need_to_know import ALL, reads
from tests.support.patience import PATIENCE


async def test_it_answers_like_no_record(consent: Consent) -> None:
    child_id = await make_child(consent)
    young_person = await make_account(consent, child_id, "young_person")
    mine = {"action": "me.record", "subject": "own", "purpose": "direct-support", "categories": ALL}
    found = {"action": "child.search", "subject": "candidates", "purpose": "direct-support", "categories": ["basics"]}
    body = {"reason_code": "missing-child", "reason": "Last seen by the canal", "categories": ["basics"]}
    await consent.tell(ChildArchived(child_id=child_id))
    for who in (TEACHER, HEALTH_VISITOR, SOCIAL_WORKER, INDEX_OFFICER):
        assert await reads(consent, who, child_id) is None
    assert (await consent.decide(young_person, **mine)).json()["outcome"] == "refused"
    assert (await consent.call(HEALTH_VISITOR, "POST", f"/v1/children/{child_id}/overrides", body)).status_code == 404
    searched = await consent.decide(TEACHER, **found, children=[child_id])
    assert child_id not in searched.text
    question = {"viewer_id": TEACHER, "child_id": child_id, "categories": ["basics"], "purpose": "direct-support"}
    explained = (await consent.call(OFFICER, "POST", "/v1/decisions/explain", question)).json()
    assert [each["rule"] for each in explained["rules"]][:1] == ["archived"]
    assert "basics" in (await reads(consent, INDEX_OFFICER, child_id, "data-quality") or ())
    await consent.tell(ChildRestored(child_id=child_id))
    assert await reads(consent, TEACHER, child_id) is not None


async def test_merged_with_a_child_it_answers_as_the_child(consent: Consent) -> None:
    child_id, other = await make_child(consent), await make_child(consent)
    await consent.tell(ChildArchived(child_id=other))
    await merge(consent, other, child_id)
    assert await reads(consent, TEACHER, child_id) is not None
    await consent.tell(ChildArchived(child_id=child_id))
    assert await reads(consent, TEACHER, child_id) is None


async def test_a_consent_may_keep_the_record_open(consent: Consent) -> None:
    child_id = await make_child(consent)
    young_person = await make_account(consent, child_id, "young_person")
    body = {"categories": ["health"], "recipients": [{"type": "all"}], "keep_until_25": True}
    recorded = await consent.call(young_person, "POST", "/v1/me/consents", body)
    assert recorded.json()["keep_until_25"] is True
    async with asyncio.timeout(PATIENCE):
        while not (told := [each.data for each in consent.heard if each.type == "ConsentRecorded"]):
            await asyncio.sleep(0.01)
    assert told[0]["keep_until_25"] is True


async def test_a_purge_leaves_nothing_but_the_logs_hashes(consent: Consent, tmp_path: Path) -> None:
    child_id, other = await make_child(consent), await make_child(consent)
    young_person = await make_account(consent, child_id, "young_person")
    agreed = {"categories": ["health"], "recipients": [{"type": "all"}]}
    block = {"viewer": {"type": "practitioner", "id": TEACHER}, "categories": ["all"]}
    for path, body in (("consents", agreed), ("blocks", block)):
        keyed = {"Idempotency-Key": path}
        made = await consent.call(young_person, "POST", f"/v1/me/{path}", body, headers=keyed)
        assert made.status_code == 201
    async with consent.app.state.unit_of_work() as uow:  # six years ago, say
        long_ago = sa.update(messaging.idempotency).values(created_at=datetime(2020, 1, 1, tzinfo=UTC))
        await uow.connection.execute(long_ago.where(messaging.idempotency.c.key == "consents"))
        await uow.connection.commit()
    shield = {"categories": ["whereabouts"], "reason": "In a refuge"}
    assert (await consent.call(SOCIAL_WORKER, "PUT", f"/v1/children/{child_id}/shield", shield)).status_code == 200
    await consent.tell(ChildrenRelated(relationship_id=new_id(), child_id=other, other_child_id=child_id))
    assert await reads(consent, HEALTH_VISITOR, child_id) is not None
    assert await reads(consent, HEALTH_VISITOR, other) is not None
    await settled_head(consent)
    for _ in range(2):  # and a second time changes nothing
        await consent.tell(ChildPurged(child_id=child_id))
    assert await reads(consent, HEALTH_VISITOR, child_id) is None
    assert await reads(consent, INDEX_OFFICER, child_id, "data-quality") is None
    assert (await consent.call(young_person, "GET", "/v1/me/viewers")).status_code in {403, 404}
    async with consent.app.state.unit_of_work() as uow:
        found = [
            table.name
            for table in metadata.sorted_tables
            for row in await uow.connection.execute(sa.select(table))
            if table.name not in {"outbox", "inbox"} and child_id in str(row)
        ]
        kept = (await uow.connection.execute(sa.select(messaging.idempotency.c.key))).scalars().all()
    assert kept == ["blocks"]
    # Looks at an id that is nobody's are logged like any other.
    assert set(found) == {"access_log"}
    listed = await consent.call(OFFICER, "GET", f"/v1/access-log?child_id={child_id}")
    assert {each["outcome"] for each in listed.json()["items"]} == {"refused"}
    assert await reads(consent, HEALTH_VISITOR, other) is not None
    await settled_head(consent)
    export = tmp_path / "export"
    export.write_bytes((await consent.call(OFFICER, "GET", "/v1/access-log/export")).content)
    result = CliRunner().invoke(audit.app, ["verify", str(export), "--json"])
    assert (result.exit_code, json.loads(result.stdout)["hidden"] > 0) == (0, True), result.stdout


def test_every_column_that_names_a_child_is_purged() -> None:
    names = {"child_id", "other_child_id", "record_id", "root_id", "from_id", "into_id"}
    naming = {column for table in metadata.sorted_tables for column in table.columns if column.name in names}
    assert naming - {access_log.c.child_id} == set(OF_A_CHILD)
