"""Two records of one child: both lead professionals hear of it, and the inbox goes on by either id."""

from chassis.ids import new_id, system_clock
from contracts.events.child_index import MergeUndone, RecordsMerged
from tests.notifications.inbox import Inboxes, episode, lead
from tests.notifications.kit import child


def merged(record: str, into: str) -> RecordsMerged:
    return RecordsMerged(merge_id=new_id(), child_id=into, merged_child_id=record, merged_at=system_clock())


def undone(merge: RecordsMerged) -> MergeUndone:
    ids = {"child_id": merge.child_id, "merged_child_id": merge.merged_child_id}
    return MergeUndone(merge_id=merge.merge_id, **ids, undone_at=system_clock())


async def told(inboxes: Inboxes, practitioner: str) -> list[tuple[str, str]]:
    """Type and child of what they were told, oldest first."""
    return [(each["type"], each["child_id"]) for each in reversed(await inboxes.items(practitioner))]


async def test_the_lead_professionals_of_both_hear_of_it_and_of_its_undoing(inboxes: Inboxes) -> None:
    kept, copy = child(), child()
    merge = merged(copy, kept)
    await inboxes.kit.tell(lead(kept, "sw", by="sw"), lead(copy, "hv", by="hv"))
    await inboxes.kit.tell(merge)
    await inboxes.kit.tell(merge)
    assert await told(inboxes, "sw") == [("records-merged", kept)]
    assert await told(inboxes, "hv") == [("records-merged", copy)]
    await inboxes.kit.tell(undone(merge))
    await inboxes.kit.tell(undone(merge), merge)
    assert await told(inboxes, "sw") == [("records-merged", kept), ("merge-undone", kept)]
    assert await told(inboxes, "hv") == [("records-merged", copy), ("merge-undone", copy)]
    (entry, _) = (await inboxes.items("hv"))[::-1]
    assert set(entry) == {"notification_id", "type", "priority", "child_id", "why", "stop", "state", "created_at"}


async def test_who_leads_for_both_hears_once_and_nobody_hears_where_nobody_leads(inboxes: Inboxes) -> None:
    kept, copy = child(), child()
    await inboxes.kit.tell(lead(kept, "sw", by="sw"), lead(copy, "sw", by="sw"), merged(copy, kept))
    assert await told(inboxes, "sw") == [("records-merged", kept)]
    await inboxes.kit.tell(merged(child(), child()))


async def test_who_is_kept_from_the_child_is_shown_nothing_of_it(inboxes: Inboxes) -> None:
    """The decision is on all records of the child; what it does not name stays out of pages and counts."""
    kept, copy = child(), child()
    await inboxes.kit.tell(lead(copy, "hv", by="hv"), merged(copy, kept))
    assert await inboxes.candidates("hv") == [copy]
    page = await inboxes.read("hv", [])
    assert (page["items"], page["unread"]) == ([], 0)


async def test_an_entry_about_the_merged_record_is_one_about_the_child(inboxes: Inboxes) -> None:
    kept, copy = child(), child()
    await inboxes.kit.tell(lead(copy, "hv", by="hv"), episode(copy, by="gp"), merged(copy, kept))
    viewer = inboxes.viewer("hv")
    viewer.records = (kept, copy)
    page = (await viewer.call("GET", "/v1/notifications", "notification.read", children=[kept])).json()
    assert [each["child_id"] for each in page["items"]] == [copy, copy]
    path = f"/v1/notifications/{page['items'][0]['notification_id']}/acknowledgement"
    assert (await viewer.call("POST", path, "notification.acknowledge", children=[kept])).status_code == 200


async def test_the_lead_professional_is_found_by_either_id(inboxes: Inboxes) -> None:
    kept, copy, third = child(), child(), child()
    merge = merged(copy, kept)
    await inboxes.kit.tell(lead(copy, "hv", by="hv"), merge, merged(third, copy))
    await inboxes.kit.tell(episode(kept, by="gp"), episode(third, by="gp"))
    assert [kind for kind, _ in await told(inboxes, "hv")].count("new-involvement") == 2
    # Whoever is appointed for the whole is told from then on; undone, each has its own again.
    await inboxes.kit.tell(lead(kept, "sw", by="hv"), episode(copy, by="gp"))
    assert ("new-involvement", copy) in await told(inboxes, "sw")
    await inboxes.kit.tell(undone(merge), episode(copy, by="dentist"))
    assert (await told(inboxes, "hv"))[-1] == ("new-involvement", copy)


async def test_an_undoing_that_comes_first_leaves_nothing(inboxes: Inboxes) -> None:
    kept, copy = child(), child()
    merge = merged(copy, kept)
    await inboxes.kit.tell(lead(kept, "sw", by="sw"), undone(merge), merge, episode(copy, by="gp"))
    assert await told(inboxes, "sw") == []
