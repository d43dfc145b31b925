"""Something critical has waited too long to be read: the team's leader hears, once, of no child."""

from datetime import UTC, datetime, timedelta

from chassis.ids import new_id, system_clock
from contracts.events.consent import OverrideInvoked, TeamChanged
from notifications.adapters.delivery_decisions import ConsentDecisions, consent_client
from notifications.adapters.rules_file import load_rules
from notifications.adapters.tables import messaging
from notifications.adapters.unit_of_work import SqlUnitOfWork
from notifications.application.escalate import Escalator
from notifications.settings import BUILT_IN_RULES
from tests.notifications.consent import CONSENT
from tests.notifications.inbox import Inboxes, episode, lead, practitioner
from tests.notifications.kit import INTERNAL_KEY, Turns, child

DAY = timedelta(hours=24)


async def escalate(turns: Turns, after: timedelta) -> None:
    """What the worker does by the minute, `after` from now."""

    def unit_of_work() -> SqlUnitOfWork:
        return SqlUnitOfWork(
            rules=load_rules(BUILT_IN_RULES),
            escalate_after=DAY,
            database=turns.database,
            messaging=messaging,
            clock=lambda: system_clock() + after,
            source="urn:kith:notifications",
        )

    async with consent_client("", CONSENT.transport()) as client:
        await Escalator(unit_of_work, unit_of_work, ConsentDecisions(client, INTERNAL_KEY), DAY).escalate()


async def broken(inboxes: Inboxes) -> str:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"), episode(jo, by="hv"))
    team = {"name": "A team", "agency_id": "agency", "version": 1}
    await inboxes.kit.tell(
        practitioner("sw", 1, teams=["north", "led"]),
        TeamChanged(team_id="north", leader_id="leader", **team),
        TeamChanged(team_id="led", leader_id="sw", **team),
        OverrideInvoked(override_id=new_id(), child_id=jo, viewer_id="gp", expires_at=datetime.now(UTC), officers=[]),
    )
    return jo


async def test_the_leader_hears_once_and_of_no_child(inboxes: Inboxes, turns: Turns) -> None:
    await broken(inboxes)
    await escalate(turns, timedelta(hours=23))
    assert await inboxes.items("leader") == []
    for hours in (25, 26, 80):
        await escalate(turns, timedelta(hours=hours))
    (entry,) = await inboxes.items("leader")
    assert (entry["type"], entry["practitioner_id"]) == ("critical-unread", "sw")
    assert not {"child_id", "override_id"} & entry.keys()
    assert [each["type"] for each in await inboxes.items("sw")] == ["override-invoked", "new-involvement"]


async def test_what_was_read_in_time_is_told_to_nobody(inboxes: Inboxes, turns: Turns) -> None:
    jo = await broken(inboxes)
    critical = (await inboxes.items("sw"))[0]
    await inboxes.acknowledge("sw", critical["notification_id"], [jo])
    await escalate(turns, timedelta(hours=25))
    assert await inboxes.items("leader") == []


async def test_of_what_is_hidden_from_the_recipient_the_leader_is_not_told(inboxes: Inboxes, turns: Turns) -> None:
    """Asked about it, they would learn that there is something. Once they may know of it, it is looked at anew."""
    jo = await broken(inboxes)
    CONSENT.hidden.add(("sw", jo))
    await escalate(turns, timedelta(hours=25))
    CONSENT.hidden.clear()
    await escalate(turns, timedelta(hours=26))
    assert await inboxes.items("leader") == []
    await escalate(turns, timedelta(hours=50))
    assert len(await inboxes.items("leader")) == 1
