"""The plan as a PDF, for whoever works with the child; and one page of it, in plain words, for the young person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from chassis.grants import KeptBack
from contracts.supplies import DocumentFacts, Helper
from contracts.vocabulary import Category, Role
from tests.assessment.desk import BASE, KNOWN, TEACHER, Desk
from tests.assessment.papers import A4, Paper, words
from tests.assessment.test_documents import person, staffed
from tests.assessment.test_plan import TODAY, actions, add, change, review, reviews
from tests.assessment.test_prefill import begun
from tests.assessment.test_stages import agree
from tests.assessment.test_teams import invite, joined
from tests.notifications.kit import Viewer, child, problem

ALL = frozenset(Category)
OWN = BASE | {Category.PLAN, Category.WHEREABOUTS}
LEAD = Helper(
    practitioner_id="sw", name="Sam Söderström", role="social_worker", agency_name="The Council", phone="01632 960777",
    email="sam@example.org", leads=True,
)  # fmt: skip
SCHOOL = Helper(practitioner_id="teacher", name="Tia Teacher", role="teacher", service_name="Elm School")
FACTS = KNOWN.model_copy(update={"lead": LEAD, "around": [LEAD, SCHOOL]})
SOON, LATER = TODAY + timedelta(days=9), TODAY + timedelta(days=40)


def me(desk: Desk, child_id: str, **more: Any) -> Viewer:
    viewer = desk.kit.viewer(f"account-{child_id}", OWN, Role.YOUNG_PERSON)
    for name, value in more.items():
        setattr(viewer, name, value)
    return viewer


async def mine(viewer: Viewer, child_id: str, facts: DocumentFacts = FACTS) -> dict[str, Any]:
    answer = await viewer.call(
        "GET", "/v1/me/plan", "me.plan", child=child_id, content=facts.model_dump_json().encode()
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def my_paper(viewer: Viewer, child_id: str, facts: DocumentFacts = FACTS) -> httpx.Response:
    return await viewer.call(
        "GET", "/v1/me/plan/document", "me.plan-document", child=child_id, content=facts.model_dump_json().encode()
    )


def long_day(day: Any) -> str:
    return f"{day.day} {day:%B %Y}"


async def planned(desk: Desk, child_id: str) -> Viewer:
    sw = desk.kit.viewer("sw", ALL)
    assert (await add(sw, child_id, title="Reading twice a week", due_on=LATER.isoformat())).status_code == 201
    assert (await add(sw, child_id, title="See the nurse", owner_id="hv", due_on=SOON.isoformat())).status_code == 201
    made = await add(sw, child_id, title="An inhaler", category="health", outcome="be-healthy")
    assert made.status_code == 201
    return sw


async def test_a_plan_says_what_its_lists_say_for_each_reader(desk: Desk) -> None:
    await staffed(desk)
    jo = child()
    sw = await planned(desk, jo)
    dropped = (await add(sw, jo, title="A club")).json()["action_id"]
    assert (await change(sw, jo, dropped, {"status": "dropped", "reason": "it closed"})).status_code == 200
    await joined(desk, jo, "teacher")
    assert (await agree(sw, jo, stage=3, reason="several agencies", criteria=[])).status_code == 200
    decided = [{"text": "Meet at school"}, {"text": "An X-ray", "category": "health"}]
    scored = [{"outcome": "stay-safe", "score": 4}, {"outcome": "be-healthy", "score": 2, "category": "health"}]
    made = await review(sw, jo, decisions=decided, progress=scored, next_on=LATER.isoformat())
    assert made.status_code == 201

    answer = await desk.practitioner("sw", jo).plan_paper(FACTS)
    assert answer.headers["content-disposition"] == f'attachment; filename="plan-{jo}.pdf"'
    paper = Paper.of(answer)
    text, tags = paper.text(), paper.tags()
    for line in (
        "Olábísí Ọ̀ṣun", "Sam Söderström, social worker, The Council, 01632 960777", "Reading twice a week",
        "See the nurse", "An inhaler", "Be healthy. Of health", "it closed", "Dropped", "هناء", long_day(SOON),
        "In the team", "reading support", "several agencies", "Meet at school", "An X-ray", "Stay safe: 4 of 10",
        "Be healthy: 2 of 10", long_day(LATER), f"4 on {long_day(TODAY)}",
    ):  # fmt: skip
        assert words(line) in text, (line, text)
    assert (tags.count("/Table"), tags.count("/H1"), paper.sizes) == (3, 1, {A4})

    text = Paper.of(await desk.practitioner("teacher", jo, TEACHER).plan_paper(FACTS)).text()
    assert "Reading twice a week" in text
    for gone in ("inhaler", "X-ray", "Be healthy", "Of health"):
        assert gone not in text
    # Without the plan: the actions of other categories alone, and no word of what there is beside them.
    text = Paper.of(await desk.practitioner("gp", jo, BASE | {Category.HEALTH}).plan_paper(FACTS)).text()
    assert "An inhaler" in text
    for gone in ("Reading", "nurse", "Stage", "Team", "Reviews", "X-ray", "Progress"):
        assert gone not in text
    text = Paper.of(await desk.practitioner("gp", jo, frozenset({Category.HEALTH})).plan_paper(FACTS)).text()
    for gone in ("Olábísí", "Lead", "01632 960777"):
        assert gone not in text
    veiled = desk.practitioner("sw", jo)
    veiled.viewer.veiled = (jo,)
    text = Paper.of(await veiled.plan_paper(KNOWN)).text()
    for gone in ("Tia", "هناء", "reading support"):
        assert gone not in text
    assert (await desk.practitioner("sw", jo).plan_paper(FACTS, **{"for": "anybody"})).status_code == 422


async def test_the_young_person_has_it_on_one_page_in_plain_words(desk: Desk) -> None:
    await staffed(desk)
    jo = child()
    sw = await planned(desk, jo)
    await joined(desk, jo, "hv")
    assert (await invite(sw, jo, "sw-not-yet")).status_code == 422
    await desk.kit.tell(person("asked", "Asked Only"))
    assert (await invite(sw, jo, "asked")).status_code == 201
    assert (await review(sw, jo, next_on=LATER.isoformat(), decisions=[{"text": "Between us"}])).status_code == 201
    done = (await add(sw, jo, title="Done with")).json()["action_id"]
    await change(sw, jo, done, {"status": "done"})
    practitioner = desk.practitioner("sw", jo)
    first = await begun(practitioner, "common-assessment")
    await practitioner.write(first, "child_words", {"words": "أحب القراءة\nI want a dog", "recorded_on": "2026-02-28"})
    await practitioner.write(first, "parent_words", {"words": "Our worry"})
    await practitioner.write(first, "development", {"general_health": "A cough"})

    body = await mine(me(desk, jo), jo)

    assert body == {
        "given_name": "Olábísí",
        "actions": [
            {"title": "See the nurse", "by": "هناء", "due_on": SOON.isoformat()},
            {"title": "Reading twice a week", "by": "Tia Teacher", "due_on": LATER.isoformat()},
        ],
        "next_review_on": LATER.isoformat(),
        "around": [
            LEAD.model_dump(exclude={"practitioner_id"}, exclude_none=True),
            SCHOOL.model_dump(exclude={"practitioner_id"}, exclude_none=True),
            {
                "name": "هناء", "role": "health_visitor", "agency_name": "عيادة النور", "phone": "01632 960001",
                "email": "hv@example.org", "leads": False,
            },
        ],
        "own_words": [{"text": "أحب القراءة\nI want a dog", "said_on": "2026-02-28"}],
        "how_to_ask": body["how_to_ask"],
    }  # fmt: skip
    answer = await my_paper(me(desk, jo), jo)
    assert answer.headers["content-disposition"] == 'attachment; filename="my-plan.pdf"'
    paper = Paper.of(answer)
    text, tags = paper.text(), paper.tags()
    assert (paper.pages, paper.sizes, tags.count("/H1"), tags.count("/H2")) == (1, {A4}, 1, 5)
    for line in (
        "Olábísí’s plan", "See the nurse", f"will do this by {long_day(SOON)}", f"again on {long_day(LATER)}",
        "Sam Söderström, social worker, The Council – the person to ask first", "01632 960777 · sam@example.org",
        "أحب القراءة", "I want a dog", "You said this on 28 February 2026", "Ask Sam Söderström: 01632 960777",
        "Olábísí Ọ̀ṣun ·",
    ):  # fmt: skip
        assert words(line) in text, (line, text)
    for gone in ("inhaler", "Our worry", "cough", "Between us", "Done with", "Elm School ·"):
        assert gone not in text
    assert "Olábísí" not in paper.metadata

    # Printed for them by somebody who sees more, it says no more; by somebody who sees less, less.
    theirs = Paper.of(await practitioner.plan_paper(FACTS, **{"for": "young-person"}))
    assert theirs.pages == 1
    assert "Sam Söderström, Elm School ·" in theirs.text()
    assert theirs.text().split(" Sam Söderström, Elm School ·")[0] == text.split(" Olábísí Ọ̀ṣun ·")[0]
    less = Paper.of(await desk.practitioner("police", jo, BASE).plan_paper(FACTS, **{"for": "young-person"})).text()
    assert "What was agreed isn't on this page" in less.replace("’", "'")
    for gone in ("nurse", "Reading", long_day(LATER), "هناء"):
        assert gone not in less


async def test_nothing_that_is_kept_back_is_told_and_nothing_that_is_sensitive(desk: Desk) -> None:
    await staffed(desk)
    await desk.kit.tell(
        person("mind", "Mina", Role.CAMHS), person("pol", "Pat", Role.POLICE_OFFICER, "police"),
        person("duty", "Dee", Role.SOCIAL_WORKER, "council"),
    )  # fmt: skip
    jo = child()
    sw = await planned(desk, jo)
    assert (await add(sw, jo, title="Talk to somebody", owner_id="mind", due_on=LATER.isoformat())).status_code == 201
    await joined(desk, jo, "mind")
    before = await mine(me(desk, jo), jo)
    assert "Mina" not in str(before)
    assert {"title": "Talk to somebody", "due_on": LATER.isoformat()} in before["actions"]

    since = datetime.now(UTC)
    for who in ("pol", "duty"):
        other = desk.kit.viewer(who, ALL)
        assert (await add(other, jo, title=f"Enquiry of {who}", owner_id="teacher")).status_code == 201
        assert (await review(other, jo, next_on=SOON.isoformat())).status_code == 201
        practitioner = desk.practitioner(who, jo)
        enquiry = await begun(practitioner, "early-help")
        await desk.practitioner("teacher", jo).write(enquiry, "child_words", {"words": "KEPT"})
    assert (await add(sw, jo, title="For them to do", owner_id="pol")).status_code == 201
    await joined(desk, jo, "duty")
    mixed = (await actions(sw, jo))["items"]
    reading = next(each for each in mixed if each["title"] == "See the nurse")
    kept = KeptBack(since, ("pol",), ("council",))
    told = me(desk, jo, kept_back=(kept,))
    assert await mine(told, jo) == before
    assert Paper.of(await my_paper(told, jo)).text().count("Enquiry") == 0
    printed = desk.practitioner("sw", jo)
    printed.viewer.kept_back = (kept,)
    paper = Paper.of(await printed.plan_paper(FACTS, **{"for": "young-person"}))
    for gone in ("Enquiry", "For them to do", "KEPT", "Dee"):
        assert gone not in paper.text()
    # Their own plan shows practitioners all of it.
    assert "Enquiry of pol" in Paper.of(await printed.plan_paper(FACTS)).text()
    # What they changed is not told either; and where everybody is kept back, nothing since.
    changed = await change(desk.kit.viewer("duty", ALL), jo, reading["action_id"], {"title": "See the police"})
    assert changed.status_code == 200
    assert [each["title"] for each in (await mine(told, jo))["actions"]] == ["Reading twice a week", "Talk to somebody"]
    everybody = me(desk, jo, kept_back=(KeptBack(since),))
    assert (await mine(everybody, jo))["actions"] == (await mine(told, jo))["actions"]
    assert "next_review_on" not in await mine(everybody, jo)
    # Of whom it isn't known where they work may be of any agency.
    nobody = desk.kit.viewer("not-told-of", ALL)
    assert (await add(nobody, jo, title="Who knows")).status_code == 201
    assert "Who knows" not in str(await mine(told, jo))
    over = await mine(me(desk, jo), jo)
    assert {"Enquiry of pol", "Enquiry of duty", "See the police", "Who knows"} < {
        each["title"] for each in over["actions"]
    }
    assert {"KEPT", "Dee"} == {word for word in ("KEPT", "Dee") if word in str(over)}


async def test_of_merged_records_it_is_one_plan(desk: Desk) -> None:
    await staffed(desk)
    kept, copy = child(), child()
    sw = desk.kit.viewer("sw", ALL)
    assert (await add(sw, copy, title="Under the copy")).status_code == 201
    assert (await mine(me(desk, kept), kept))["actions"] == []
    both = me(desk, kept, records=(kept, copy))
    assert [each["title"] for each in (await mine(both, kept))["actions"]] == ["Under the copy"]
    practitioner = desk.practitioner("sw", kept)
    practitioner.viewer.records = (kept, copy)
    assert "Under the copy" in Paper.of(await practitioner.plan_paper(FACTS)).text()


async def test_what_does_not_find_room_on_the_page_is_counted(desk: Desk) -> None:
    await staffed(desk)
    jo = child()
    sw = desk.kit.viewer("sw", ALL)
    for number in range(40):
        made = await add(sw, jo, title=f"No {number} " + "much to do " * 30, due_on=LATER.isoformat())
        assert made.status_code == 201
    practitioner = desk.practitioner("sw", jo)
    first = await begun(practitioner, "common-assessment")
    await practitioner.write(first, "child_words", {"words": "blah " * 999})
    crowd = [SCHOOL.model_copy(update={"practitioner_id": str(n), "name": "N" * 200}) for n in range(60)]
    facts = FACTS.model_copy(update={"around": [LEAD, *crowd]})
    paper = Paper.of(await my_paper(me(desk, jo), jo, facts))
    text = paper.text()
    assert paper.pages == 1
    shown = sum(f"No {number} much" in text for number in range(40))
    assert 0 < shown < 40
    assert f"There are {40 - shown} more in the plan." in text
    assert "There is more of what you said" in text
    assert "more people." in text
    assert "Seeing more, and who sees what" in text
    assert f"Ask {LEAD.name}" in text


async def test_without_anything_yet_it_says_so(desk: Desk) -> None:
    jo = child()
    empty = DocumentFacts(around=[Helper(service_type="school")])
    body = await mine(me(desk, jo), jo, empty)
    assert (body["actions"], body["own_words"], "given_name" in body) == ([], [], False)
    text = Paper.of(await my_paper(me(desk, jo), jo, empty)).text()
    for line in (
        "My plan",
        "Nothing is waiting to be done",
        "No day is set yet",
        "school",
        "Ask anybody",
        "Own copy ·",
    ):
        assert line in text
    answer = await me(desk, jo).call("GET", "/v1/me/plan", "me.plan", child=jo)
    assert (answer.status_code, problem(answer)["title"]) == (503, problem(answer)["title"])


async def test_a_long_plan_has_every_action(desk: Desk) -> None:
    many = 201  # more than is read at once
    await staffed(desk)
    jo = child()
    sw = desk.kit.viewer("sw", ALL)
    for number in range(many):
        assert (await add(sw, jo, title=f"No {number}.")).status_code == 201
    text = Paper.of(await desk.practitioner("sw", jo).plan_paper(FACTS)).text()
    assert all(f"No {number}." in text for number in range(many))
    assert (await reviews(sw, jo))["items"] == []
