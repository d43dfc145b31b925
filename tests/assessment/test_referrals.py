"""Referrals: sent with the least that is needed, answered by the team that they went to, chased where nobody does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from assessment.adapters.referral_tables import legal_bases, referral_steps, referrals
from assessment.adapters.tables import messaging
from assessment.adapters.unit_of_work import SqlUnitOfWork
from assessment.application.chase_referrals import ReferralChaser
from contracts.events.child_index import ChildArchived, ChildPurged
from contracts.events.consent import LegalBasisEnded, LegalBasisRecorded
from contracts.vocabulary import Category, LegalBasisCode, Role
from tests.assessment.desk import Desk
from tests.assessment.offers import (
    AGREED,
    INVOLVED,
    entry,
    mine,
    of_child,
    offered,
    put,
    read,
    refer,
    sent,
    service,
    step,
    team,
)
from tests.notifications.kit import Turns, Viewer, child, problem
from tests.support.rows import all_rows

SENSITIVE = INVOLVED | {Category.SENSITIVE}


def teacher(desk: Desk, categories: frozenset[Category] = INVOLVED) -> Viewer:
    return desk.kit.viewer("teacher", categories, Role.TEACHER)


def basis(child_id: str, days: int = 30) -> LegalBasisRecorded:
    return LegalBasisRecorded(
        basis_id=child(),
        child_id=child_id,
        code=LegalBasisCode.CHILD_PROTECTION,
        valid_until=datetime.now(UTC) + timedelta(days=days),
    )


async def test_a_referral_is_sent_received_accepted_started_and_ended(desk: Desk) -> None:
    jo, to = child(), await offered(desk)
    made = await refer(teacher(desk), jo, to, needs=["speech"], share=["involvement"])
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    referral = made.json()["referral_id"]
    assert made.json() == {
        "referral_id": referral, "child_id": jo, "entry_id": to,
        "service_id": (await entry(desk, to)).json()["kith_service_id"],
        "category": "involvement", "status": "sent", "reason": "Late to talk", "needs": ["speech"],
        "shared": ["involvement"], "consent": AGREED, "referred_by": "teacher", "sent_at": made.json()["sent_at"],
        "steps": [], "possible": ["ended"], "version": 1,
    }  # fmt: skip
    (told,) = await desk.kit.published("ReferralSent", 1)
    assert told == {
        "referral_id": referral, "child_id": jo, "service_id": made.json()["service_id"], "team_id": "speech-team",
        "sensitive": False, "shared": ["involvement"], "referred_by": "teacher",
    }  # fmt: skip

    assert [each["referral_id"] for each in await mine(team(desk), [jo])] == [referral]
    assert (await mine(team(desk), [jo]))[0]["possible"] == ["received"]
    for number, what in enumerate(("received", "accepted", "started", "ended"), 1):
        await desk.kit.published("ReferralClosed", 0)
        taken = await step(team(desk), jo, referral, what, number)
        assert (taken.status_code, taken.headers["ETag"]) == (200, f'"{number + 1}"'), taken.text
    shown = (await read(teacher(desk), jo, referral)).json()
    assert [(each["step"], each["taken_by"]) for each in shown["steps"]] == [
        (what, "therapist") for what in ("received", "accepted", "started", "ended")
    ]
    assert (shown["status"], shown["possible"]) == ("ended", [])
    (closed,) = await desk.kit.published("ReferralClosed", 1)
    assert (closed["referral_id"], closed["closed_on"]) == (referral, datetime.now(UTC).date().isoformat())
    answered = await desk.kit.published("ReferralAnswered", 4)
    assert {(each["referred_by"], each["taken_by"]) for each in answered} == {("teacher", "therapist")}
    assert "Late to talk" not in str(desk.kit.heard)


async def test_who_declines_says_why_and_the_referrer_reads_it(desk: Desk) -> None:
    jo, to = child(), await offered(desk)
    referral = await sent(teacher(desk), jo, to)
    await step(team(desk), jo, referral, "received", 1)
    refused = await step(team(desk), jo, referral, "declined", 2)
    assert [error["pointer"] for error in problem(refused)["errors"]] == ["/reason"]
    misplaced = await step(team(desk), jo, referral, "accepted", 2, "gladly")
    assert [error["pointer"] for error in problem(misplaced)["errors"]] == ["/reason"]
    assert (await step(team(desk), jo, referral, "declined", 2, "Too old for us")).status_code == 200
    shown = (await read(teacher(desk), jo, referral)).json()
    assert (shown["status"], shown["steps"][-1]["reason"]) == ("declined", "Too old for us")
    await desk.kit.published("ReferralClosed", 1)
    assert "Too old" not in str(desk.kit.heard)


async def test_steps_have_their_order_their_taker_and_their_etag(desk: Desk) -> None:
    jo, to = child(), await offered(desk)
    referral, therapist = await sent(teacher(desk), jo, to), team(desk)
    assert (await step(therapist, jo, referral, "received", None)).status_code == 428
    assert (await step(therapist, jo, referral, "received", 2)).status_code == 412
    for who, what, possible in (
        (therapist, "accepted", ["received"]),
        (therapist, "ended", ["received"]),
        (teacher(desk), "received", ["ended"]),
        (desk.kit.viewer("gp", INVOLVED), "received", []),
    ):
        told = problem(await step(who, jo, referral, what, 1))
        assert (told["status"], told["type"]) == (409, "urn:kith:problem:step-not-possible")
        assert (told["state"], told["possible"]) == ("sent", possible)
    first = await step(therapist, jo, referral, "received", 1, Idempotency_Key="a")
    again = await step(therapist, jo, referral, "received", 1, Idempotency_Key="a")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    answers = await asyncio.gather(
        *(step(therapist, jo, referral, what, 2, why) for what, why in (("accepted", None), ("declined", "no"))),
        step(teacher(desk), jo, referral, "ended", 2, "moved"),
    )
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert sorted(answer.status_code for answer in answers)[1:] in ([412, 412], [409, 412])
    shown = (await read(teacher(desk), jo, referral)).json()
    assert (shown["version"], len(shown["steps"])) == (3, 2)


async def test_the_referrer_ends_what_the_family_does_not_want_any_more(desk: Desk) -> None:
    jo, to = child(), await offered(desk)
    referral = await sent(teacher(desk), jo, to)
    assert (await step(teacher(desk), jo, referral, "ended", 1)).status_code == 422
    assert (await step(teacher(desk), jo, referral, "ended", 1, "They moved")).status_code == 200
    lead = desk.kit.viewer("sw", INVOLVED)
    other = await sent(teacher(desk), jo, to)
    assert (await step(lead, jo, other, "ended", 1, "They moved")).status_code == 409
    lead.lead = True
    assert (await step(lead, jo, other, "ended", 1, "They moved")).status_code == 200


async def test_without_a_team_in_kith_the_referrers_word_counts(desk: Desk) -> None:
    """Of an entry that is tied to nothing, or to a service without a team; once it has one, the team answers."""
    jo = child()
    await put(desk, "outside")
    teamless = await offered(desk, team_id=None)
    for to in ("outside", teamless):
        referral = await sent(teacher(desk), jo, to)
        assert (await step(team(desk), jo, referral, "received", 1)).status_code == 409
        assert (await step(teacher(desk), jo, referral, "received", 1)).status_code == 200
        lead = desk.kit.viewer("sw", INVOLVED)
        lead.lead = True  # whoever sent it may have left
        assert (await step(lead, jo, referral, "accepted", 2)).status_code == 200
    service_id = (await entry(desk, teamless)).json()["kith_service_id"]
    await desk.kit.tell(service(service_id, version=2))
    assert (await step(teacher(desk), jo, referral, "started", 3)).status_code == 409
    assert (await step(team(desk), jo, referral, "started", 3)).status_code == 200
    assert [each["referral_id"] for each in await mine(team(desk), [jo])] == [referral]


async def test_nobody_shares_what_they_do_not_see_nor_without_a_ground(desk: Desk) -> None:
    jo, to = child(), await offered(desk)
    for more, pointer in (
        ({"share": ["involvement", "health"]}, "/share/1"),
        ({"consent": None}, "/consent"),
        ({"consent": AGREED | {"given_on": "2999-01-01"}}, "/consent/given_on"),
        ({"consent": AGREED | {"given_by": "neighbour"}}, "/consent/given_by"),
        ({"consent": AGREED, "legal_basis_id": child()}, "/legal_basis_id"),
        ({"consent": None, "legal_basis_id": child()}, "/legal_basis_id"),
        ({"consent": None, "legal_basis_id": "no id"}, "/legal_basis_id"),
        ({"reason": "  "}, "/reason"),
        ({"reason": "nul \0"}, "/reason"),
        ({"needs": ["x" * 201]}, "/needs/0"),
        ({"category": "health"}, "/category"),
        ({"more": 1}, "/more"),
    ):
        refused = await refer(teacher(desk), jo, to, **more)
        assert [error["pointer"] for error in problem(refused)["errors"]] == [pointer], more
    unknown = await refer(teacher(desk), jo, "nothing")
    assert [error["pointer"] for error in problem(unknown)["errors"]] == ["/service_id"]
    assert (await refer(teacher(desk, frozenset({Category.BASICS})), jo, to)).status_code == 404
    assert (await of_child(teacher(desk), jo))["items"] == []
    await desk.kit.published("ReferralSent", 0)
    shared = await refer(teacher(desk, INVOLVED | {Category.HEALTH}), jo, to, share=["health", "health"])
    assert shared.json()["shared"] == ["health"]
    words: dict[str, Any] = {"reason": "Ṉ̃amé " * 33 + "مرحبا 👩‍👩‍👧 \u202eRTL", "needs": ["x" * 200, "🧸"]}
    assert (await refer(teacher(desk), jo, to, **words)).json()["needs"] == words["needs"]


async def test_a_legal_basis_stands_in_for_consent_while_it_is_in_force(desk: Desk) -> None:
    jo, other, to = child(), child(), await offered(desk)
    good, ended, past, theirs = basis(jo), basis(jo), basis(jo, days=-1), basis(other)
    await desk.kit.tell(LegalBasisEnded(basis_id=ended.basis_id, child_id=jo), good, ended, past, theirs)
    for each in (ended, past, theirs):
        refused = await refer(teacher(desk), jo, to, consent=None, legal_basis_id=each.basis_id)
        assert [error["pointer"] for error in problem(refused)["errors"]] == ["/legal_basis_id"]
    made = await refer(teacher(desk), jo, to, consent=None, legal_basis_id=good.basis_id)
    assert made.json()["legal_basis_id"] == good.basis_id
    # The team reads why, and not which enquiry there is.
    shown = (await read(team(desk), jo, made.json()["referral_id"])).json()
    assert (shown["reason"], "legal_basis_id" in shown) == ("Late to talk", False)
    await desk.kit.tell(LegalBasisEnded(basis_id=good.basis_id, child_id=jo))
    assert (await refer(teacher(desk), jo, to, consent=None, legal_basis_id=good.basis_id)).status_code == 422


async def test_a_service_that_is_closed_takes_nobody(desk: Desk) -> None:
    jo, to = child(), await offered(desk)
    standing = await sent(teacher(desk), jo, to)
    tie = (await entry(desk, to)).json()["kith_service_id"]
    for number, status in enumerate(("inactive", "defunct", "temporarily closed"), 1):
        await put(desk, to, f'"{number}"', kith_service_id=tie, status=status)
        told = problem(await refer(teacher(desk), jo, to))
        assert (told["status"], told["type"], told["state"]) == (409, "urn:kith:problem:service-closed", status)
    # What it has, it can answer.
    assert (await step(team(desk), jo, standing, "received", 1)).status_code == 200


async def test_a_referral_to_a_sensitive_service_leaves_no_sign(desk: Desk) -> None:
    """Every answer to who is not granted it is the same to the byte as without it; but to who wrote it."""
    jo, to = child(), await offered(desk)
    await put(desk, "clinic", kith_sensitive=True)
    gp, viewer = desk.kit.viewer("gp", INVOLVED, Role.GP), desk.kit.viewer("other", INVOLVED)
    shown = await sent(gp, jo, to)
    await sent(gp, jo, to)
    unknown = child()

    async def seen() -> list[Any]:
        therapist = team(desk)
        therapist.refused = {Category.SENSITIVE: [jo]}
        therapist.categories = SENSITIVE
        lead = desk.kit.viewer("lead", INVOLVED)
        lead.lead = True
        return [
            [await of_child(each, jo), await of_child(each, jo, limit=1)] for each in (viewer, lead, team(desk))
        ] + [
            await mine(therapist, [jo]),
            await mine(therapist, [jo], limit=1),
            await mine(viewer, [jo], direction="out"),
        ]

    before = await seen()
    sensitive = await offered(desk, sensitive=True)
    hidden = [await sent(gp, jo, sensitive), await sent(gp, jo, "clinic"), await sent(gp, jo, to, category="sensitive")]
    assert await seen() == before
    assert [each["category"] for each in (await of_child(gp, jo))["items"]] == ["sensitive"] * 3 + ["involvement"] * 2
    for each in hidden:
        for who in (viewer, team(desk)):
            answers = [
                problem(await read(who, jo, each)), problem(await read(who, jo, unknown)),
                problem(await step(who, jo, each, "received", 1)), problem(await step(who, jo, unknown, "received", 1)),
            ]  # fmt: skip
            assert answers == [answers[0]] * 4
            assert answers[0]["status"] == 404
        assert (await read(desk.kit.viewer("camhs", SENSITIVE), jo, each)).json()["category"] == "sensitive"
    assert len(await mine(team(desk, categories=SENSITIVE), [jo])) == 4  # the clinic is no team's of Kith
    assert {each["sensitive"] for each in await desk.kit.published("ReferralSent", 5)} == {True, False}
    assert (await read(team(desk, categories=frozenset({Category.SENSITIVE})), jo, shown)).status_code == 404

    # A service that turns out to be sensitive takes those with it that were sent before.
    service_id = (await entry(desk, to)).json()["kith_service_id"]
    await desk.kit.tell(service(service_id, sensitive=True, version=2))
    assert [await of_child(viewer, jo), await mine(team(desk), [jo])] == [{"items": [], "next_cursor": None}, []]


async def test_a_sensitive_service_needs_the_familys_consent(desk: Desk) -> None:
    jo, to = child(), await offered(desk, sensitive=True)
    good = basis(jo)
    await desk.kit.tell(good)
    refused = await refer(teacher(desk), jo, to, consent=None, legal_basis_id=good.basis_id)
    assert [error["pointer"] for error in problem(refused)["errors"]] == ["/consent"]
    await put(desk, "outside")
    kept = await sent(teacher(desk), jo, "outside")
    await put(desk, "outside", '"1"', kith_sensitive=True)
    assert (await read(desk.kit.viewer("other", INVOLVED), jo, kept)).status_code == 404


async def test_who_has_no_part_in_it_reads_where_it_stands_and_not_what_was_written(desk: Desk) -> None:
    jo, to = child(), await offered(desk)
    referral = await sent(teacher(desk), jo, to, needs=["speech"])
    await step(team(desk), jo, referral, "received", 1)
    await step(team(desk), jo, referral, "declined", 2, "Too old for us")
    other = desk.kit.viewer("gp", INVOLVED)
    shown = (await read(other, jo, referral)).json()
    assert {"reason", "needs", "shared", "consent"}.isdisjoint(shown)
    assert (shown["status"], shown["steps"][-1].get("reason")) == ("declined", None)
    for text in ("Late to talk", "Too old", 'speech"', "parent"):
        assert text not in str(await of_child(other, jo))
    other.lead = True
    assert (await read(other, jo, referral)).json()["reason"] == "Late to talk"


async def test_where_the_child_is_shows_in_no_referral(desk: Desk) -> None:
    jo, to = child(), await offered(desk)
    referral = await sent(teacher(desk), jo, to)
    await step(team(desk), jo, referral, "received", 1)
    for who, there in (("gp", set()), ("teacher", {"entry_id", "service_id", "referred_by"})):
        viewer = desk.kit.viewer(who, INVOLVED)
        viewer.veiled = (jo,)
        for shown in ((await read(viewer, jo, referral)).json(), (await of_child(viewer, jo))["items"][0]):
            assert {"entry_id", "service_id", "referred_by"} & set(shown) == there
            assert [each.get("taken_by") for each in shown["steps"]] == [None]
    therapist = team(desk)
    therapist.veiled = (jo,)
    (shown,) = await mine(therapist, [jo])
    assert ("entry_id" in shown, "referred_by" in shown, shown["steps"][0]["taken_by"]) == (True, False, "therapist")


async def test_of_ones_referrals_those_are_told_that_the_decision_names(desk: Desk) -> None:
    """A child whose record keeps me out is not there, in whichever direction, page or status."""
    jo, hidden, to = child(), child(), await offered(desk)
    for number in range(3):
        await sent(teacher(desk), hidden if number == 1 else jo, to)
    others = await offered(desk, team_id="other-team")
    await sent(teacher(desk), jo, others)
    therapist = team(desk)
    asked = await therapist.call(
        "GET", "/internal/candidates/v1/referrals", "referral.read", params={"direction": "in"}
    )
    assert asked.json() == {"children": [jo, hidden], "categories": ["involvement"]}
    await sent(teacher(desk), jo, await offered(desk, sensitive=True))
    asked = await therapist.call(
        "GET", "/internal/candidates/v1/referrals", "referral.read", params={"direction": "in"}
    )
    assert asked.json()["categories"] == ["involvement", "sensitive"]
    seen = await mine(therapist, [jo])
    assert [each["child_id"] for each in seen] == [jo, jo]
    page = await therapist.call(
        "GET", "/v1/referrals", "referral.read", children=[jo], params={"direction": "in", "limit": 1}
    )
    rest = await mine(therapist, [jo], cursor=page.json()["next_cursor"], limit=1)
    assert page.json()["items"] + rest == seen
    assert len(await mine(teacher(desk), [jo], direction="out")) == 4
    assert await mine(therapist, [jo], direction="out") == await mine(teacher(desk), [jo]) == []
    await step(therapist, jo, seen[0]["referral_id"], "received", 1)
    assert [len(await mine(therapist, [jo], status=status)) for status in ("sent", "received", "ended")] == [1, 1, 0]
    therapist.refused = {Category.INVOLVEMENT: [jo]}
    assert await mine(therapist, [jo, hidden]) == [
        each for each in await mine(team(desk), [jo, hidden]) if each["child_id"] == hidden
    ]
    assert (await therapist.call("GET", "/v1/referrals", "referral.read")).status_code == 422


async def test_the_same_key_sends_one(desk: Desk) -> None:
    jo, to = child(), await offered(desk)
    first, again = await refer(teacher(desk), jo, to, "key"), await refer(teacher(desk), jo, to, "key")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (await refer(teacher(desk), jo, to, "key", reason="Another")).status_code == 422
    await desk.kit.published("ReferralSent", 1)


async def test_merged_records_show_their_referrals_together_and_keep_their_own(desk: Desk) -> None:
    kept, copy, to = child(), child(), await offered(desk)
    theirs, ours = await sent(teacher(desk), copy, to), await sent(teacher(desk), kept, to)
    both = teacher(desk)
    both.records = (kept, copy)
    shown = (await of_child(both, kept))["items"]
    assert [(each["referral_id"], each["child_id"]) for each in shown] == [(ours, kept), (theirs, kept)]
    on_copy = basis(copy)
    await desk.kit.tell(on_copy)
    assert (await refer(both, kept, to, consent=None, legal_basis_id=on_copy.basis_id)).status_code == 201
    therapist = team(desk)
    therapist.records = (kept, copy)
    assert (await step(therapist, kept, theirs, "received", 1)).json()["child_id"] == kept
    assert (await desk.kit.published("ReferralAnswered", 1))[0]["child_id"] == copy
    assert (await read(teacher(desk), kept, theirs)).status_code == 404
    assert (await read(teacher(desk), copy, theirs)).json()["status"] == "received"


async def test_what_is_purged_is_gone(desk: Desk, turns: Turns) -> None:
    jo, other, to = child(), child(), await offered(desk)
    gone, stays = await sent(teacher(desk), jo, to), await sent(teacher(desk), other, to)
    await step(team(desk), jo, gone, "received", 1)
    await desk.kit.tell(basis(jo))
    assert (await desk.kit.owner("referral", gone)).json() == {"child_id": jo}
    assert (await desk.kit.owner("referral", "no id")).json() == {"child_id": None}
    await desk.kit.tell(ChildPurged(child_id=jo))
    assert (await desk.kit.owner("referral", gone)).json() == {"child_id": None}
    async with turns.database.read() as connection:
        rows = await all_rows(connection, messaging.outbox.metadata)
    assert [row["referral_id"] for row in rows[referrals]] == [stays]
    assert rows[referral_steps] == rows[legal_bases] == []


async def test_a_referral_that_nobody_answers_is_chased_once_and_escalated_once(desk: Desk, turns: Turns) -> None:
    """However often it is looked at, by however many at once, and whatever the clock does."""
    jo, closed, to = child(), child(), await offered(desk)
    started = datetime.now(UTC)
    await put(desk, "outside")
    first, outside = await sent(teacher(desk), jo, to), await sent(teacher(desk), jo, "outside")
    answered, archived = await sent(teacher(desk), jo, to), await sent(teacher(desk), closed, to)
    for number, what in enumerate(("received", "accepted"), 1):
        assert (await step(team(desk), jo, answered, what, number)).status_code == 200
    await step(team(desk), jo, first, "received", 1)
    await desk.kit.tell(ChildArchived(child_id=closed))

    async def look(days: float) -> None:
        def clock() -> datetime:
            return started + timedelta(days=days)

        def work() -> SqlUnitOfWork:
            return SqlUnitOfWork(turns.database, messaging, clock, "urn:kith:assessment")

        await ReferralChaser(work, work, timedelta(days=5), timedelta(days=10), 1).chase()

    def told() -> list[tuple[str, bool, str | None]]:
        found = [each.data for each in desk.kit.heard if each.type == "ReferralUnanswered"]
        return sorted((each["referral_id"], each["escalated"], each["team_id"]) for each in found)

    await look(4.9)
    await asyncio.gather(*(look(5.1) for _ in range(4)))
    await desk.kit.published("ReferralUnanswered", 2)
    assert told() == sorted([(first, False, "speech-team"), (outside, False, None)])
    for days in (9.9, -3, 5.1):
        await look(days)
    await asyncio.gather(*(look(10.1) for _ in range(4)))
    for days in (-3, 10.1, 400):
        await look(days)
    await desk.kit.published("ReferralUnanswered", 4)
    assert [each for each in told() if each[1]] == sorted([(first, True, "speech-team"), (outside, True, None)])
    assert archived not in str(told())
    # One that was overlooked for long is told of both ways at once.
    late = await sent(teacher(desk), jo, to)
    await look(30)
    await desk.kit.published("ReferralUnanswered", 6)
    assert [each[:2] for each in told() if each[0] == late] == [(late, False), (late, True)]
