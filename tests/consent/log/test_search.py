"""The search of the access log: every filter, page by page, against a plain look through all entries."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from chassis.ids import new_id
from tests.consent.kit import Consent
from tests.consent.scene import HEALTH_VISITOR, OFFICER, OTHER_TEACHER, TEACHER, make_child


async def pages(consent: Consent, who: str = OFFICER, **filters: str) -> list[dict[str, Any]]:
    found, cursor = [], None
    while True:
        query = urlencode({"limit": "3", **filters, **({"cursor": cursor} if cursor else {})})
        answer = await consent.call(who, "GET", f"/v1/access-log?{query}")
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


async def test_every_filter_and_page_agrees_with_a_look_through_all(consent: Consent) -> None:
    child_id, other = await make_child(consent), await make_child(consent)
    for viewer in (TEACHER, HEALTH_VISITOR, OTHER_TEACHER):
        for child in (child_id, other, new_id()):
            await consent.call(viewer, "GET", f"/v1/children/{child}/viewers")
    everything = await pages(consent, limit="200")
    middle = everything[5]["at"]
    cases: list[dict[str, str]] = [
        {"child_id": child_id},
        {"viewer_id": TEACHER},
        {"viewer_id": TEACHER, "outcome": "refused"},
        {"agency_id": "school", "outcome": "refused"},
        {"agency_id": "school", "outcome": "permitted"},
        {"outcome": "refused"},
        {"agency_id": "gp", "child_id": other},
        {"agency_id": "gp", "viewer_id": HEALTH_VISITOR, "child_id": other, "outcome": "permitted"},
        {"from": middle},
        {"to": middle},
        {"agency_id": "school", "from": middle},
        {"viewer_id": "nobody"},
    ]
    for filters in cases:
        named = {name: value for name, value in filters.items() if name not in {"from", "to"}}
        expected = [
            entry["entry_id"]
            for entry in everything
            if all(entry.get(name) == value for name, value in named.items())
            and entry["at"] >= filters.get("from", "")
            and entry["at"] < filters.get("to", "9")
        ]
        # The search itself is in the log by now, and is newer than all that was there.
        found = [entry["entry_id"] for entry in await pages(consent, **filters)]
        assert [entry_id for entry_id in found if entry_id in {e["entry_id"] for e in everything}] == expected, filters
        assert found == sorted(found, reverse=True)


async def test_an_officers_own_looks_are_logged(consent: Consent) -> None:
    await consent.call(OFFICER, "GET", "/v1/access-log?outcome=refused")
    await consent.call(OFFICER, "GET", "/v1/access-log/export")
    await consent.call("school-officer", "GET", "/v1/access-log/tree-head")
    own = await pages(consent, viewer_id=OFFICER)
    assert [entry["action"] for entry in own] == ["log.read", "log.export", "log.read"]
    assert [e["action"] for e in await pages(consent, "school-officer", viewer_id="school-officer")][-1] == "log.prove"
    assert all(entry["purpose"] and datetime.fromisoformat(entry["at"]) for entry in own)


@pytest.mark.parametrize(
    "query",
    [
        "cursor=abc",
        "cursor=MjAyNi0xMS0yMlQwMDowMDowMB94",  # no zone
        "cursor=MDAwMS0wMS0wMVQwMDowMDowMCsyMzo1OR94",  # before the first year
        "from=0001-01-01T00:00:00%2B23:59",
        "to=9999-12-31T23:59:59-23:59",
        "from=yesterday",
    ],
)
async def test_what_is_no_place_in_time_is_refused(consent: Consent, query: str) -> None:
    assert (await consent.call(OFFICER, "GET", f"/v1/access-log?{query}")).status_code == 422
