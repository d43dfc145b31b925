"""Of a child who has died nobody is told anything routine; what has to be looked at is told all the same."""

from chassis.ids import new_id, system_clock
from contracts.events.child_index import ChildDetailsChanged, ChildPurged
from contracts.events.consent import OverrideInvoked
from notifications.adapters.purge import OF_A_CHILD
from notifications.adapters.tables import metadata
from tests.notifications.inbox import Inboxes, begun, episode, expiring, lead
from tests.notifications.kit import child
from tests.notifications.test_families import related
from tests.notifications.test_merged_records import merged


def details(child_id: str, *fields: str, deceased: bool) -> ChildDetailsChanged:
    return ChildDetailsChanged(
        child_id=child_id, change_id=new_id(), changed_by="hv", fields=list(fields), deceased=deceased
    )


def override(child_id: str) -> OverrideInvoked:
    return OverrideInvoked(
        override_id=new_id(), child_id=child_id, viewer_id="hv", expires_at=system_clock(), officers=[]
    )


async def test_only_what_has_to_be_looked_at(inboxes: Inboxes) -> None:
    jo, other, sam = child(), child(), child()
    routine = [episode(jo, by="hv"), begun(jo, by="hv"), expiring(jo, by=None), related(jo, sam)]
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), lead(sam, "hv", by="hv"), details(jo, "died_on", deceased=True))
    for event in (*routine, override(jo), merged(other, jo), episode(other, by="hv")):
        await inboxes.kit.tell(event)
    assert {each["type"] for each in await inboxes.items("sw")} == {"override-invoked", "records-merged"}
    # It was said in error, which only a change of that says.
    await inboxes.kit.tell(details(jo, "sex", deceased=False), episode(jo, by="hv"))
    assert len(await inboxes.items("sw")) == 2
    await inboxes.kit.tell(details(jo, "died_on", "sex", deceased=False), episode(jo, by="hv"))
    assert "new-involvement" in {each["type"] for each in await inboxes.items("sw")}


async def test_what_is_told_of_a_purged_child_is_gone(inboxes: Inboxes) -> None:
    jo, sam = child(), child()
    for event in (lead(jo, "sw", by="x"), lead(sam, "sw", by="x"), related(jo, sam), episode(jo, by="hv")):
        await inboxes.kit.tell(event)
    assert {each["child_id"] for each in await inboxes.items("sw")} == {jo, sam}
    await inboxes.kit.tell(details(jo, "died_on", deceased=True), ChildPurged(child_id=jo))
    assert {each["child_id"] for each in await inboxes.items("sw")} == {sam}
    assert jo not in await inboxes.candidates("sw")


def test_every_column_that_names_a_child_is_purged() -> None:
    names = {"child_id", "other_child_id", "from_id", "into_id"}
    naming = {column for table in metadata.sorted_tables for column in table.columns if column.name in names}
    assert naming == set(OF_A_CHILD)
