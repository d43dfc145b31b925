"""Whatever steps are tried, by whoever: a referral keeps the table's laws, and each side's view is the same story."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.domain.referrals import Side, Status, Step, needs_a_reason, possible
from contracts.vocabulary import Role
from tests.assessment.desk import Desk
from tests.assessment.offers import INVOLVED, of_child, offered, put, read, sent, step, team
from tests.notifications.kit import child

# The table again, by hand: from which state each step leads, for who receives and for who refers.
RECEIVING = {
    "received": {"sent"}, "accepted": {"received"}, "declined": {"received"}, "started": {"accepted"},
    "ended": {"accepted", "started"},
}  # fmt: skip
REFERRING = {"ended": {"sent", "received", "accepted"}}
TRIES = st.lists(
    st.tuples(
        st.sampled_from(["teacher", "therapist", "lead", "other"]),
        st.sampled_from([each.value for each in Step]),
        st.sampled_from([None, "because", "because"]),
        st.sampled_from([0, 0, 0, 0, -1, 1]),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=settings().max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(tries=TRIES, tied=st.booleans())
async def test_random_steps_keep_the_laws(
    desk: Desk, tries: list[tuple[str, str, str | None, int]], tied: bool
) -> None:
    jo = child()
    to = await offered(desk)
    if not tied:
        to = f"outside-{jo}"
        await put(desk, to)
    people = {who: desk.kit.viewer(who, INVOLVED, Role.TEACHER) for who in ("teacher", "lead", "other")}
    people |= {"therapist": team(desk)}
    people["lead"].lead = True
    referral = await sent(people["teacher"], jo, to)
    receives = {"therapist"} if tied else {"teacher", "lead"}
    status, version, story = "sent", 1, list[dict[str, Any]]()
    for who, what, reason, off in tries:
        answer = await step(people[who], jo, referral, what, version + off, reason)
        may = (who in receives and status in RECEIVING[what]) or (
            who in {"teacher", "lead"} and status in REFERRING.get(what, ())
        )
        wants = what == "declined" or (what == "ended" and status != "started")
        takes = what in {"declined", "ended"}
        if off:
            expected = 412
        elif not may:
            expected = 409
        else:
            expected = 422 if (reason is None and wants) or (reason is not None and not takes) else 200
        assert answer.status_code == expected, (who, what, reason, off, status)
        if expected == 200:
            status, version = what, version + 1
            story.append({"step": what, "taken_by": who} | ({} if reason is None else {"reason": reason}))
        else:
            assert "version" not in answer.text
    for reader in people.values():
        shown = (await read(reader, jo, referral)).json()
        assert (shown["status"], shown["version"]) == (status, version)
        told = [{name: value for name, value in each.items() if name != "taken_at"} for each in shown["steps"]]
        party = reader.viewer_id in receives | {"teacher", "lead"}
        hidden = set() if party else {"reason"}
        assert told == [{name: value for name, value in each.items() if name not in hidden} for each in story]
        assert (await of_child(reader, jo))["items"][0] == shown
    closed = [each for each in desk.kit.heard if each.type == "ReferralClosed" and each.data["referral_id"] == referral]
    assert len(closed) <= 1


def test_nothing_leads_out_of_what_is_closed_and_everything_leads_there() -> None:
    both = set(Side)
    assert {status for status in Status if not possible(status, both)} == {Status.DECLINED, Status.ENDED}
    for sides in ({Side.RECEIVING}, both):
        reached, border = {Status.SENT}, {Status.SENT}
        while border:
            border = {Status(each.value) for status in border for each in possible(status, sides)} - reached
            reached |= border
        assert reached == set(Status)
    assert not any(possible(status, ()) for status in Status)
    assert needs_a_reason(Status.ACCEPTED, Step.ENDED)
    assert not needs_a_reason(Status.STARTED, Step.ENDED)
