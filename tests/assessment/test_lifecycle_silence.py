"""What a reader may not see of an assessment's life leaves no trace in what they are told: every answer is the same to
the byte as without it."""

from typing import Any

from contracts.vocabulary import Category, Role
from tests.assessment.desk import BASE, HEALTH_VISITOR, TEACHER, Desk, Practitioner
from tests.assessment.lifecycle import ask, close, complete, follow, listed, pointers, read, review
from tests.assessment.test_plan import add
from tests.assessment.test_teams import known, practitioner
from tests.notifications.kit import child, problem

PATHS = ("completion", "review", "contribution-requests")
HEALTH = {"section_key": "development"}


async def everything_told(who: Practitioner, assessment_id: str, *more: str) -> list[Any]:
    """All that somebody can ask for about the assessment, to the byte. `more`: others of the thread."""
    answers = [await who.read(assessment_id), *[await who.read(each) for each in more]]
    answers += [await listed(who, assessment_id, path) for path in PATHS]
    answers += [await listed(who, assessment_id, path, limit=1) for path in PATHS]
    answers += [await who.begin(), await ask(who, assessment_id, "hv", **HEALTH)]
    told: list[Any] = [await who.listed(), await who.listed(limit=1)]
    for answer in answers:
        body = problem(answer) if answer.status_code >= 400 else answer.content
        told.append((answer.status_code, answer.headers.get("ETag"), body))
    return told


async def test_a_hidden_contribution_moves_nothing(desk: Desk) -> None:
    """Neither the status, nor the ETag, nor who is waited for: of a teacher nobody says that health has been told."""
    jo = child()
    await known(desk, "hv", "gp")
    assessment_id = await desk.begun(jo)
    sw, hv = desk.practitioner("sw", jo), desk.practitioner("hv", jo, HEALTH_VISITOR)
    teacher = desk.practitioner("teacher", jo, TEACHER)
    await ask(sw, assessment_id, "hv")
    before = await everything_told(teacher, assessment_id)
    assert len((await read(teacher, assessment_id))["waiting"]) == 1

    await ask(sw, assessment_id, "hv", **HEALTH)
    await ask(sw, assessment_id, "gp", **HEALTH)
    assert (await hv.write(assessment_id, "development", {"behaviour": "calm"})).status_code == 201
    assert (await hv.write(assessment_id, "development", {"behaviour": "quiet"}, if_match='"1"')).status_code == 200

    assert await everything_told(teacher, assessment_id) == before
    assert (await read(teacher, assessment_id))["status"] == "begun"
    for who in (sw, hv):
        assert (await read(who, assessment_id))["status"] == "contributing"
        assert [each["practitioner_id"] for each in (await read(who, assessment_id))["waiting"]] == ["gp"]
    # Nor does a thread, in which it is the earlier one.
    later = (await follow(sw, assessment_id)).json()["assessment_id"]
    assert (await sw.write(later, "development", {"behaviour": "x"})).status_code == 201
    assert [each["status"] for each in (await read(teacher, later))["thread"]] == ["closed", "begun"]
    assert [each["status"] for each in (await read(sw, later))["thread"]] == ["closed", "contributing"]
    assert [each["status"] for each in (await teacher.listed())["items"]] == ["begun", "closed"]


async def test_who_was_asked_knows_of_their_own_offer(desk: Desk) -> None:
    """They may write where they may not read: nobody is told that they are waited for still who has just answered."""
    jo = child()
    await known(desk, "hv")
    assessment_id = await desk.begun(jo)
    await ask(desk.practitioner("sw", jo), assessment_id, "hv")
    await desk.practitioner("hv", jo, HEALTH_VISITOR).write(assessment_id, "development", {"behaviour": "calm"})
    assert (await read(desk.practitioner("hv", jo, TEACHER), assessment_id))["waiting"] == []
    assert len((await read(desk.practitioner("gp", jo, TEACHER), assessment_id))["waiting"]) == 1


async def test_of_a_completion_each_sees_what_their_categories_hold(desk: Desk) -> None:
    jo = child()
    await known(desk, "teacher")
    sw, teacher = desk.practitioner("sw", jo), desk.practitioner("teacher", jo, TEACHER)
    shown = (await add(sw.viewer, jo)).json()["action_id"]
    hidden = (await add(sw.viewer, jo, category="health")).json()["action_id"]
    told = []
    for findings, actions in (
        ([{"text": "Reads late", "category": "education"}], [shown]),
        (
            [{"text": "Hearing", "category": "health"}, {"text": "Reads late", "category": "education"}],
            [hidden, shown],
        ),
    ):
        assessment_id = (await sw.begin(also_open=True, also_open_reason="x")).json()["assessment_id"]
        await complete(sw, assessment_id, findings=findings, agreed_action_ids=actions)
        page = (await listed(teacher, assessment_id, "completion")).json()
        (completion,) = page["items"]
        assert (await read(teacher, assessment_id))["completion"] == completion
        told.append({**completion, "completed_at": ""})
    assert told[0] == told[1]
    assert told[1]["agreed_action_ids"] == [shown]
    assert [each["text"] for each in told[1]["findings"]] == ["Reads late"]
    whole = (await read(sw, assessment_id))["completion"]
    assert (whole["agreed_action_ids"], len(whole["findings"])) == ([hidden, shown], 2)
    # Nobody writes down what they may not know of, nor learns that it is there.
    beyond = desk.practitioner("sw", jo, TEACHER)
    assessment_id = (await beyond.begin(also_open=True, also_open_reason="x")).json()["assessment_id"]
    refused = [
        await complete(beyond, assessment_id, agreed_action_ids=[each]) for each in (hidden, child(), "not an id")
    ]
    assert [pointers(each) for each in refused] == [["/agreed_action_ids/0"]] * 3
    assert len({str(problem(each)) for each in refused}) == 1
    finding = [{"text": "Hearing", "category": "health"}]
    assert (await complete(beyond, assessment_id, findings=finding)).status_code == 404


async def test_without_the_plan_only_where_it_stands_is_told(desk: Desk) -> None:
    jo = child()
    sw, blind = desk.practitioner("sw", jo), desk.practitioner("sw", jo, BASE)
    told = []
    for words in ("one", "two"):
        assessment_id = (await sw.begin(also_open=True, also_open_reason="x")).json()["assessment_id"]
        for refused in (await complete(blind, assessment_id), await review(blind, assessment_id, '"begun-1"')):
            assert refused.status_code == 404
        await complete(sw, assessment_id, summary=words, child_views=words, parent_views=words)
        await review(sw, assessment_id, words=words, outcome="continues" if words == "one" else "needs-met")
        closed = await close(blind, assessment_id, '"reviewed-3"', reason=words)
        assert closed.status_code == 201, "closing needs no plan, as beginning needs none"
        assert set(closed.json()["closure"]) == {"closed_by", "closed_at"}
        body = await read(blind, assessment_id)
        assert {"completion", "review", "reason"}.isdisjoint(body)
        assert (body["status"], set(body["closure"])) == ("closed", {"closed_by", "closed_at"})
        for path in ("completion", "review"):
            assert (await listed(blind, assessment_id, path)).status_code == 404
        times = {"assessment_id": "", "begun_at": "", "closure": {}}
        told.append({**body, **times})
    assert told[0] == told[1]


async def test_without_the_involvement_not_even_that(desk: Desk) -> None:
    jo = child()
    await known(desk, "gp")
    sw = desk.practitioner("sw", jo)
    assessment_id = await desk.begun(jo)
    blind = desk.practitioner("sw", jo, frozenset(Category) - {Category.INVOLVEMENT, Category.PLAN})
    absent = problem(await complete(blind, child()))
    before = await everything_told(blind, assessment_id)
    await ask(sw, assessment_id, "gp")
    await complete(sw, assessment_id)
    await review(sw, assessment_id)
    for refused in (
        await complete(blind, assessment_id),
        await review(blind, assessment_id),
        await close(blind, assessment_id),
        await ask(blind, assessment_id, "gp"),
        *[await listed(blind, assessment_id, path) for path in PATHS],
    ):
        assert (refused.status_code, problem(refused)) == (404, absent)
    later = (await follow(sw, assessment_id, '"reviewed-3"')).json()["assessment_id"]
    assert await everything_told(blind, assessment_id) == before
    assert before[2][1] is None, "the ETag tells where it stands"
    assert "thread" not in await read(blind, later)


async def test_who_is_asked_by_what_is_sensitive_is_not_there_for_others(desk: Desk) -> None:
    jo = child()
    await desk.kit.tell(practitioner("camhs", Role.CAMHS), practitioner("hv"))
    assessment_id = await desk.begun(jo)
    sw, teacher = desk.practitioner("sw", jo, TEACHER), desk.practitioner("teacher", jo, TEACHER)
    before = await everything_told(teacher, assessment_id)
    assert (await ask(sw, assessment_id, "camhs")).status_code == 201
    assert await everything_told(teacher, assessment_id) == before
    for who, categories in (("sw", TEACHER), ("camhs", TEACHER), ("other", TEACHER | {Category.SENSITIVE})):
        (waited_for,) = (await read(desk.practitioner(who, jo, categories), assessment_id))["waiting"]
        assert waited_for["practitioner_id"] == "camhs"


async def test_where_the_child_is_shows_in_nobody_who_took_a_step(desk: Desk) -> None:
    jo = child()
    await known(desk, "hv")
    assessment_id = await desk.begun(jo)
    sw, gp = desk.practitioner("sw", jo), desk.practitioner("gp", jo)
    await ask(sw, assessment_id, "hv")
    await ask(gp, assessment_id, "hv")
    await complete(sw, assessment_id)
    await review(sw, assessment_id)
    gp.viewer.veiled = (jo,)
    seen = await read(gp, assessment_id)
    told = [seen, *[(await listed(gp, assessment_id, path)).json() for path in PATHS]]
    assert [each.get("asked_by") for each in seen["waiting"]] == ["gp", None]
    await close(sw, assessment_id, '"reviewed-3"')
    told.append(await read(gp, assessment_id))
    assert not {"'sw'", "'hv'"} & set(str(told).replace(",", " ").replace("}", " ").split())


async def test_a_section_that_one_may_not_see_is_asked_for_as_one_that_there_is_not(desk: Desk) -> None:
    jo = child()
    await known(desk, "hv")
    assessment_id = await desk.begun(jo)
    teacher = desk.practitioner("teacher", jo, TEACHER)
    refused = [await ask(teacher, assessment_id, "hv", section_key=key) for key in ("development", "no_such")]
    assert problem(refused[0]) == problem(refused[1])
    assert pointers(refused[0]) == ["/section_key"]
    await desk.kit.published("ContributionRequested", 0)
