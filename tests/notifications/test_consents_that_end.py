"""A consent that is about to end: who is reminded, and that nobody is asked to renew what was taken back."""

from itertools import permutations

from contracts.events.base import CONSENT
from contracts.events.consent import ConsentWithdrawn
from tests.notifications.inbox import Inboxes, expiring, lead
from tests.notifications.kit import child, enveloped


async def test_the_lead_professional_and_whoever_recorded_it_are_reminded(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="manager"))
    consent = expiring(jo, by="hv")
    await inboxes.kit.tell(consent)

    for who, others in (("sw", ["lead-assigned"]), ("hv", [])):
        entry, *rest = await inboxes.items(who)
        assert [each["type"] for each in rest] == others
        assert (entry["type"], entry["consent_id"], entry["child_id"]) == ("consent-expiring", consent.consent_id, jo)
        assert "before it ends" in entry["why"]


async def test_a_lead_professional_who_recorded_it_is_reminded_once(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"))
    await inboxes.kit.tell(expiring(jo, by="sw"), expiring(jo, by=None))
    assert [each["type"] for each in await inboxes.items("sw")] == ["consent-expiring"] * 2


async def test_what_has_ended_meanwhile_is_not_told(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"))
    await inboxes.kit.tell(expiring(jo, by="hv", days=-0.001))
    assert await inboxes.items("sw") == []
    assert await inboxes.items("hv") == []


async def test_in_every_order_and_however_often_nobody_is_asked_to_renew_what_was_taken_back(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="sw"))
    for order in permutations(range(3)):
        kept, taken_back = expiring(jo, by="hv"), expiring(jo, by="hv")
        gone = ConsentWithdrawn(consent_id=taken_back.consent_id, child_id=jo)
        messages = [enveloped(each) for each in (kept, taken_back, gone)]
        for place in (*order, *order):
            await inboxes.kit.publish(CONSENT, [messages[place]])
        # Told again under another id, as by a sender that lost count.
        await inboxes.kit.tell(taken_back, kept)
        for who in ("sw", "hv"):
            reminded = [entry["consent_id"] for entry in await inboxes.items(who)]
            assert reminded.count(kept.consent_id) == 1
            assert taken_back.consent_id not in reminded


async def test_what_somebody_acknowledged_stays_in_their_inbox(inboxes: Inboxes) -> None:
    jo = child()
    consent = expiring(jo, by="hv")
    await inboxes.kit.tell(consent)
    (entry,) = await inboxes.items("hv")
    assert (await inboxes.acknowledge("hv", entry["notification_id"], [jo])).status_code == 200
    await inboxes.kit.tell(ConsentWithdrawn(consent_id=consent.consent_id, child_id=jo))
    assert [each["notification_id"] for each in await inboxes.items("hv")] == [entry["notification_id"]]
