"""Tree heads as other agencies receive them, and the change of the log's key, over a running service."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from typer.testing import CliRunner

from consent.domain.log_heads import LogKey, TreeHead
from consent.settings import ConsentSettings
from contracts.events.base import Envelope
from kith import audit
from tests.consent.kit import Consent, running_consent
from tests.consent.scene import OFFICER
from tests.consent.shared import Prepared


def heads(consent: Consent) -> list[Envelope]:
    return [event for event in consent.heard if event.type == "TreeHeadSigned"]


async def size_now(consent: Consent) -> int:
    """The size that holds this look, too."""
    found = await consent.call(OFFICER, "GET", "/v1/access-log/tree-head")
    return int(found.json()["tree_size"])


async def published(consent: Consent, size: int) -> TreeHead:
    """The first published head of at least that size; it has to come within seconds."""
    for _ in range(600):
        for event in heads(consent):
            if event.data["tree_size"] >= size:
                return TreeHead.parse(event.data)
        await asyncio.sleep(0.05)
    raise AssertionError("no head was published")


async def proven(consent: Consent, tmp_path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    export = await consent.call(OFFICER, "GET", "/v1/access-log/export")
    assert export.status_code == 200
    (tmp_path / "export.ndjson").write_bytes(export.content)
    result = CliRunner().invoke(audit.app, ["verify", str(tmp_path / "export.ndjson"), "--json", *options])
    return result.exit_code, json.loads(result.stdout)


async def test_heads_are_published_about_once_a_second_and_not_while_nothing_is_new(consent: Consent) -> None:
    for _ in range(18):
        await size_now(consent)
        await asyncio.sleep(0.07)
    last = await size_now(consent) + 1
    await published(consent, last)
    times = [event.time for event in heads(consent)]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(times)]
    assert len(times) >= 2
    assert min(gaps) >= 1
    sizes = [event.data["tree_size"] for event in heads(consent)]
    assert sizes == sorted(set(sizes))
    await asyncio.sleep(1.2)
    assert len(heads(consent)) == len(times)
    assert {event.subject for event in heads(consent)} == {"access-log"}


async def test_a_held_head_proves_the_export_and_finds_the_log_rewritten(consent: Consent, tmp_path: Path) -> None:
    held = await published(consent, await size_now(consent))
    (tmp_path / "keys.json").write_text((await consent.call(OFFICER, "GET", "/v1/access-log/keys")).text)
    kept = tmp_path / "held.ndjson"
    kept.write_text("\n".join(event.model_dump_json() for event in heads(consent)))
    options = ("--key", str(tmp_path / "keys.json"), "--head", str(kept))
    code, report = await proven(consent, tmp_path, *options)
    assert (code, report["key_trusted"], report["heads_compared"]) == (0, True, len(heads(consent)))

    forged = TreeHead.parse({**held.as_dict(), "root_hash": "00" * 32})
    kept.write_text(json.dumps(forged.as_dict()))
    code, report = await proven(consent, tmp_path, *options)
    assert (code, [finding["code"] for finding in report["findings"]]) == (1, ["bad-held-head"])


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_new_key_signs_on_and_the_old_heads_still_verify(kind: str, prepared: Prepared, tmp_path: Path) -> None:
    url = await prepared.copied_to(tmp_path, kind, authority=True)
    async with running_consent(ConsentSettings(data_dir=tmp_path, database_url=url)) as consent:
        old = await published(consent, await size_now(consent))
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    settings = ConsentSettings.model_validate({"data_dir": tmp_path, "database_url": url, "log_key": pem.decode()})
    async with running_consent(settings) as consent:
        new = await published(consent, await size_now(consent) + 1)
        keys = {
            key["kid"]: LogKey(key)
            for key in (await consent.call(OFFICER, "GET", "/v1/access-log/keys")).json()["keys"]
        }
        assert set(keys) == {old.key_id, new.key_id}
        assert old.key_id != new.key_id
        assert keys[old.key_id].verify(old)
        assert keys[new.key_id].verify(new)
        (tmp_path / "old.json").write_text(json.dumps(old.as_dict()))
        (tmp_path / "new.json").write_text(json.dumps(new.as_dict()))
        # Without any trusted key, too: the export carries the public key of each.
        code, report = await proven(
            consent, tmp_path, "--head", str(tmp_path / "old.json"), "--head", str(tmp_path / "new.json")
        )
        assert (code, report["heads_compared"]) == (0, 2)
        assert not any("signature could not be checked" in note for note in report["notes"])
