"""Filters, acknowledging and taking it back, putting off, all up to one: of what the caller may know, and no more."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from contracts.events.child_index import ChildDetailsChanged
from contracts.events.consent import OverrideInvoked
from contracts.vocabulary import Category
from tests.notifications.inbox import CONTACT, Inboxes, begun, episode, lead
from tests.notifications.kit import child, problem
from tests.support.patience import PATIENCE


async def change(
    inboxes: Inboxes, method: str, path: str, action: str, children: list[str], **body: Any
) -> httpx.Response:
    more: dict[str, Any] = {"json": body} if method in {"PUT", "POST"} else {}
    return await inboxes.viewer("sw").call(method, f"/v1/notifications/{path}", action, children=children, **more)


async def all_up_to(inboxes: Inboxes, children: list[str], up_to: str, **sought: Any) -> httpx.Response:
    return await change(
        inboxes, "POST", "acknowledgements", "notification.acknowledge", children, up_to=up_to, **sought
    )


async def filled(inboxes: Inboxes) -> tuple[str, str]:
    """Two children of one lead professional: an override and an involvement of the first, an involvement and an
    assessment of the second."""
    jo, sam = child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), lead(sam, "sw", by="sw"))
    await inboxes.kit.tell(episode(jo, by="hv"), episode(sam, by="hv"))
    await inboxes.kit.tell(begun(sam, by="teacher"))
    await inboxes.kit.tell(
        OverrideInvoked(
            override_id=new_id(), child_id=jo, viewer_id="gp", expires_at=datetime.now(UTC), officers=["officer"]
        )
    )
    return jo, sam


async def test_each_filter_narrows_the_items_and_not_the_count(inboxes: Inboxes) -> None:
    jo, sam = await filled(inboxes)
    types: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["override-invoked", "assessment-begun", "new-involvement", "new-involvement"]),
        ({"type": "new-involvement"}, ["new-involvement", "new-involvement"]),
        ({"child_id": sam}, ["assessment-begun", "new-involvement"]),
        ({"priority": "critical"}, ["override-invoked"]),
        ({"child_id": jo, "type": "assessment-begun"}, []),
        ({"child_id": child()}, []),
        ({"child_id": "none"}, []),
    ]
    for query, expected in types:
        page = await inboxes.read("sw", [jo, sam], **query)
        assert [entry["type"] for entry in page["items"]] == expected, query
        assert page["unread"] == 4
    hidden = await inboxes.read("sw", [jo], child_id=sam)
    assert hidden == await inboxes.read("sw", [jo], child_id=child()), "a hidden child is like none"
    wrong = [({"type": "x"}, "/type"), ({"priority": "high"}, "/priority"), ({"child_id": "x" * 65}, "/child_id")]
    for query, pointer in wrong:
        response = await inboxes.viewer("sw").call("GET", "/v1/notifications", "notification.read", params=query)
        assert [error["pointer"] for error in problem(response)["errors"]] == [pointer]


async def test_an_acknowledgement_is_taken_back(inboxes: Inboxes) -> None:
    jo, sam = await filled(inboxes)
    before = await inboxes.read("sw", [jo, sam])
    one = before["items"][0]["notification_id"]
    await inboxes.acknowledge("sw", one, [jo])
    back = await change(inboxes, "DELETE", f"{one}/acknowledgement", "notification.acknowledge", [jo])
    assert back.json() == before["items"][0]
    assert await inboxes.read("sw", [jo, sam]) == before
    gone = [
        await change(inboxes, "DELETE", f"{each}/acknowledgement", "notification.acknowledge", [sam])
        for each in (one, new_id(), "x")
    ]
    assert {answer.status_code for answer in gone} == {404}
    assert len({answer.text.replace(answer.json()["instance"], "") for answer in gone}) == 1


async def test_what_is_put_off_comes_back_by_itself(inboxes: Inboxes) -> None:
    jo, sam = await filled(inboxes)
    before = await inboxes.read("sw", [jo, sam])
    one = before["items"][1]["notification_id"]
    until = datetime.now(UTC) + timedelta(seconds=2)
    answer = await change(inboxes, "PUT", f"{one}/snooze", "notification.snooze", [sam], until=until.isoformat())
    assert (answer.status_code, answer.json()["state"]) == (200, "snoozed")
    page = await inboxes.read("sw", [jo, sam], state="snoozed")
    assert ([entry["notification_id"] for entry in page["items"]], page["unread"]) == ([one], 3)
    assert one not in {e["notification_id"] for e in (await inboxes.read("sw", [jo, sam], state="unread"))["items"]}
    assert (await all_up_to(inboxes, [jo, sam], before["items"][0]["notification_id"])).json()["acknowledged"] == 3
    async with asyncio.timeout(PATIENCE):
        while (await inboxes.read("sw", [jo, sam]))["unread"] == 0:
            await asyncio.sleep(0.05)
    (back,) = (await inboxes.read("sw", [jo, sam], state="unread"))["items"]
    assert back == before["items"][1]
    assert datetime.now(UTC) >= until


@pytest.mark.parametrize(
    "until",
    ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "2026-12-01T00:00:00", "soon", None],
)
async def test_a_time_that_cannot_be_is_refused(inboxes: Inboxes, until: str | None) -> None:
    jo, sam = await filled(inboxes)
    before = await inboxes.read("sw", [jo, sam])
    one = before["items"][0]["notification_id"]
    answer = await change(inboxes, "PUT", f"{one}/snooze", "notification.snooze", [jo], until=until)
    assert (answer.status_code, problem(answer)["errors"][0]["pointer"]) == (422, "/until")
    assert await inboxes.read("sw", [jo, sam]) == before


async def test_what_is_acknowledged_is_not_put_off_and_one_is_had_back_at_once(inboxes: Inboxes) -> None:
    jo, _ = await filled(inboxes)
    one = (await inboxes.items("sw"))[0]
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    path = f"{one['notification_id']}/snooze"
    await change(inboxes, "PUT", path, "notification.snooze", [jo], until=soon)
    assert (await change(inboxes, "DELETE", path, "notification.snooze", [jo])).json() == one
    await inboxes.acknowledge("sw", one["notification_id"], [jo])
    refused = await change(inboxes, "PUT", path, "notification.snooze", [jo], until=soon)
    assert (refused.status_code, problem(refused)["type"]) == (409, "urn:kith:problem:acknowledged")
    hidden = await change(inboxes, "PUT", path, "notification.snooze", [], until=soon)
    assert hidden.status_code == 404


async def test_all_up_to_one_leaves_what_is_newer_filtered_out_or_hidden(inboxes: Inboxes) -> None:
    jo, sam = await filled(inboxes)
    override, assessment, *_ = (await inboxes.read("sw", [jo, sam]))["items"]
    done = await all_up_to(inboxes, [sam], assessment["notification_id"])
    assert done.json() == {"acknowledged": 2, "unread": 0}, "of the hidden child nothing is counted"
    left = (await inboxes.read("sw", [jo, sam], state="unread"))["items"]
    assert [entry["child_id"] for entry in left] == [jo, jo]
    older = await all_up_to(inboxes, [jo, sam], assessment["notification_id"])
    assert older.json() == {"acknowledged": 1, "unread": 1}, "the override came later"
    up_to = override["notification_id"]
    assert (await all_up_to(inboxes, [jo, sam], up_to, type="assessment-begun")).json()["acknowledged"] == 0
    assert (await all_up_to(inboxes, [jo, sam], up_to, child_id=sam)).json()["acknowledged"] == 0
    assert (await all_up_to(inboxes, [jo, sam], up_to, priority="critical")).json()["acknowledged"] == 1
    for unknown in (new_id(), "x"):
        assert (await all_up_to(inboxes, [jo, sam], unknown)).status_code == 404
    assert (await all_up_to(inboxes, [sam], up_to)).status_code == 404, "one that is hidden is none"
    assert (await all_up_to(inboxes, [jo, sam], up_to)).json() == {"acknowledged": 0, "unread": 0}


async def test_a_change_of_details_is_told_by_what_one_may_see(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"))
    await inboxes.kit.tell(
        ChildDetailsChanged(child_id=jo, change_id=new_id(), changed_by="hv", fields=["addresses", "name", "unheard"]),
        ChildDetailsChanged(child_id=jo, change_id=new_id(), changed_by="hv", fields=["unheard"]),
        ChildDetailsChanged(child_id=jo, change_id=new_id(), changed_by="sw", fields=["sex"]),
    )
    (seen,) = await inboxes.items("sw")
    assert (seen["type"], seen["about"]) == ("details-changed", "basics")
    both = await inboxes.items("sw", CONTACT | {Category.WHEREABOUTS})
    assert {entry["about"] for entry in both} == {"basics", "whereabouts"}
    assert not {"addresses", "name"} & {str(value) for entry in both for value in entry.values()}
