"""Two children of one family have different lead professionals: each hears that another team works with the family."""

from typing import Any

from chassis.ids import new_id
from contracts.events.child_index import ChildrenRelated, ChildrenUnrelated
from tests.notifications.inbox import Inboxes, lead
from tests.notifications.kit import child
from tests.notifications.test_merged_records import merged

TYPE = "family-has-another-lead"


def related(one: str, other: str) -> ChildrenRelated:
    return ChildrenRelated(relationship_id=new_id(), child_id=one, other_child_id=other)


def parted(link: ChildrenRelated) -> ChildrenUnrelated:
    return ChildrenUnrelated(**link.model_dump())


async def told(
    inboxes: Inboxes, practitioner: str, children: list[str], may_know_of: list[str]
) -> list[dict[str, Any]]:
    """What they are told of families, where the decision permitted `children`, and to speak of `may_know_of`."""
    viewer = inboxes.viewer(practitioner)
    viewer.related = may_know_of
    page = (await viewer.call("GET", "/v1/notifications", "notification.read", children=children)).json()
    assert page["unread"] == len(page["items"])
    return [each for each in page["items"] if each["type"] == TYPE]


async def test_both_leads_hear_whatever_came_last_and_only_once(inboxes: Inboxes) -> None:
    for last in range(3):
        jo, sam = child(), child()
        link = related(jo, sam)
        events = [lead(jo, "sw", by="sw"), lead(sam, "hv", by="hv"), link]
        for event in [*events[:last], *events[last + 1 :], events[last], link, lead(jo, "sw", by="sw", previous="sw")]:
            await inboxes.kit.tell(event)
        (to_sw,) = await told(inboxes, "sw", [jo], [sam])
        (to_hv,) = await told(inboxes, "hv", [sam], [jo])
        assert (to_sw["child_id"], to_hv["child_id"]) == (jo, sam)
        shown = {"notification_id", "type", "priority", "child_id", "why", "stop", "state", "created_at"}
        assert set(to_sw) == shown, "the other is named"
        assert to_sw["why"].startswith("Another team is working with this family")


async def test_one_lead_for_both_or_none_for_one_tells_nobody(inboxes: Inboxes) -> None:
    jo, sam, alex = child(), child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), lead(sam, "sw", by="sw"), related(jo, sam), related(sam, alex))
    assert await told(inboxes, "sw", [jo, sam], [jo, sam, alex]) == []
    # Handed over: the new one hears of the other child's, who hears too.
    await inboxes.kit.tell(lead(sam, "ehw", by="sw", previous="sw"))
    assert [each["child_id"] for each in await told(inboxes, "ehw", [sam], [jo])] == [sam]
    assert [each["child_id"] for each in await told(inboxes, "sw", [jo], [sam])] == [jo]


async def test_whom_the_other_child_blocks_is_shown_and_counted_nothing(inboxes: Inboxes) -> None:
    jo, sam = child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), lead(sam, "hv", by="hv"), related(jo, sam))
    (entry,) = await told(inboxes, "sw", [jo], [sam])
    assert await told(inboxes, "sw", [jo], []) == []
    assert (await inboxes.acknowledge("sw", entry["notification_id"], [jo])).status_code == 404
    viewer = inboxes.viewer("sw")
    viewer.related = [sam]
    path = f"/v1/notifications/{entry['notification_id']}/acknowledgement"
    assert (await viewer.call("POST", path, "notification.acknowledge", children=[jo])).status_code == 200


async def test_children_who_are_not_related_any_more(inboxes: Inboxes) -> None:
    jo, sam = child(), child()
    link = related(jo, sam)
    # The end overtakes the beginning, as when a dead letter is replayed.
    await inboxes.kit.tell(parted(link), link, lead(jo, "sw", by="sw"), lead(sam, "hv", by="hv"))
    assert await told(inboxes, "sw", [jo], [sam]) == []


async def test_a_merged_record_brings_its_family(inboxes: Inboxes) -> None:
    jo, copy, sam = child(), child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), merged(copy, jo), related(copy, sam), lead(sam, "hv", by="hv"))
    (entry,) = await told(inboxes, "hv", [sam], [jo, copy])
    assert entry["child_id"] == sam
