"""Whoever does what in whatever order: the table's laws hold, and what was acknowledged is there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assessment.domain.assessments import Status
from assessment.domain.lifecycle import STEPS, Step, after, as_seen
from assessment.main import create_app
from assessment.settings import AssessmentSettings
from chassis.errors import Conflict
from contracts.events.base import ASSESSMENT
from contracts.vocabulary import Category
from tests.assessment.desk import HEALTH_VISITOR, TEACHER, Desk, Practitioner
from tests.assessment.lifecycle import ask, close, code, complete, follow, listed, read, review
from tests.assessment.test_teams import known
from tests.notifications.kit import child, running

ALL = frozenset(Category)
SECTIONS = {"learning": Category.EDUCATION, "development": Category.HEALTH}
FIELD = {"learning": "aspirations", "development": "behaviour"}
PEOPLE = {"sw": ALL, "lead": ALL, "teacher": TEACHER, "hv": HEALTH_VISITOR}
MAY_STEP = {"sw", "lead"}
KEPT: list[Status] = [status for status in Status if status is not Status.CONTRIBUTING]


def test_the_table() -> None:
    """What the table has is all that there is: nothing leaves the end, and nothing goes back to the begin."""
    for status in KEPT:
        for step in Step:
            if (status, step) in STEPS:
                assert after(status, step) is STEPS[status, step]
                continue
            with pytest.raises(Conflict) as refused:
                after(status, step)
            closed = status is Status.CLOSED
            assert refused.value.code == ("assessment-closed" if closed else "assessment-not-completed")
    assert not any(status is Status.CLOSED for status, _ in STEPS)
    assert {STEPS[each] for each in STEPS if each[1] is Step.CLOSE} == {Status.CLOSED}
    assert {status for status, step in STEPS if step is Step.CLOSE} == set(KEPT) - {Status.CLOSED}
    assert all(KEPT.index(found) >= KEPT.index(status) for (status, _), found in STEPS.items())
    for status in KEPT:
        assert as_seen(status, contributed=False) is status
        assert (as_seen(status, contributed=True) is status) == (status is not Status.BEGUN)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk_of_laws(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("lives")
    url = f"sqlite+aiosqlite:///{folder / 'lives.sqlite3'}"
    async with AsyncExitStack() as stack:
        desk = Desk(await stack.enter_async_context(running(create_app, AssessmentSettings, url, folder, ASSESSMENT)))
        await known(desk, *PEOPLE)
        yield desk


@dataclass
class One:
    """What the model knows of one assessment."""

    status: Status = Status.BEGUN
    version: int = 1
    completions: list[str] = field(default_factory=list)
    rested_on: dict[tuple[str, str], int] = field(default_factory=dict)
    reviews: list[str] = field(default_factory=list)
    written: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    asked: list[tuple[str, str | None, set[str]]] = field(default_factory=list)
    """Whom, for which section, and in which sections they have answered."""

    @property
    def tag(self) -> str:
        return f'"{self.status}-{self.version}"'


@dataclass
class Lives:
    desk: Desk
    jo: str
    by_id: dict[str, One] = field(default_factory=dict)
    words: int = 0

    def word(self) -> str:
        self.words += 1
        return f"word-{self.words}."

    def who(self, name: str) -> Practitioner:
        found = self.desk.practitioner(name, self.jo, PEOPLE[name])
        found.viewer.lead = name == "lead"
        return found

    async def do(self, name: str, what: str, which: int, section: str, other: str, *, stale: bool) -> None:
        ids = list(self.by_id)
        assessment_id = ids[which % len(ids)]
        one, who, word = self.by_id[assessment_id], self.who(name), self.word()
        match what:
            case "write":
                await self.write(who, assessment_id, one, section, word)
            case "ask":
                await self.ask(who, assessment_id, one, other, section if stale else None)
            case _:
                await self.step(who, assessment_id, one, what, word, stale=stale)

    async def write(self, who: Practitioner, assessment_id: str, one: One, section: str, word: str) -> None:
        mine = one.written.get((section, who.viewer.viewer_id), [])
        tag = f'"{len(mine)}"' if mine else None
        answer = await who.write(assessment_id, section, {FIELD[section]: word}, if_match=tag)
        if SECTIONS[section] not in who.viewer.categories:
            assert answer.status_code == 404
        elif one.status is Status.CLOSED:
            assert code(answer) == (409, "assessment-closed")
        else:
            assert answer.status_code == (200 if mine else 201)
            one.written[section, who.viewer.viewer_id] = [*mine, word]
            for whom, wanted, answered in one.asked:
                if whom == who.viewer.viewer_id and wanted in {None, section}:
                    answered.add(section)

    async def ask(self, who: Practitioner, assessment_id: str, one: One, whom: str, section: str | None) -> None:
        answer = await ask(who, assessment_id, whom, **({} if section is None else {"section_key": section}))
        if section is not None and SECTIONS[section] not in who.viewer.categories:
            assert answer.status_code == 422
        elif one.status is Status.CLOSED:
            assert code(answer) == (409, "assessment-closed")
        else:
            assert answer.status_code == 201
            one.asked.append((whom, section, set()))

    async def step(self, who: Practitioner, assessment_id: str, one: One, what: str, word: str, *, stale: bool) -> None:
        tag = f'"{one.status}-{one.version - 1}"' if stale else one.tag
        answer = await self.sent(who, assessment_id, what, word, tag)
        expected = self.expected(who, one, what, stale=stale)
        if expected is not None:
            assert code(answer) == expected, answer.text
            return
        assert answer.status_code == 201, answer.text
        kind = {"complete": Step.COMPLETE, "review": Step.REVIEW}.get(what, Step.CLOSE)
        one.status, one.version = STEPS[one.status, kind], one.version + 1
        if what == "complete":
            one.completions.append(word)
            one.rested_on = {place: len(versions) for place, versions in one.written.items()}
        if what == "review":
            one.reviews.append(word)
        if what == "follow":
            self.by_id[answer.json()["assessment_id"]] = One()

    def expected(self, who: Practitioner, one: One, what: str, *, stale: bool) -> tuple[int, str] | None:
        """How it is refused, if it is."""
        if who.viewer.viewer_id not in MAY_STEP:
            return 409, "assessment-not-yours"
        if stale:
            return 412, "stale"
        if one.status is Status.CLOSED:
            return 409, "assessment-closed"
        if what == "review" and one.status is Status.BEGUN:
            return 409, "assessment-not-completed"
        return None

    async def sent(self, who: Practitioner, assessment_id: str, what: str, word: str, tag: str) -> httpx.Response:
        match what:
            case "complete":
                return await complete(who, assessment_id, tag, summary=word)
            case "review":
                return await review(who, assessment_id, tag, words=word)
            case "close":
                return await close(who, assessment_id, tag, reason=word)
        return await follow(who, assessment_id, tag, reason=word)

    async def holds(self, name: str) -> None:
        """All that the model knows is there, as far as this reader may see it."""
        who = self.who(name)
        statuses = {}
        for assessment_id, one in self.by_id.items():
            body = await read(who, assessment_id)
            seen = {key for key, category in SECTIONS.items() if category in who.viewer.categories}
            contributed = any(section in seen for section, _ in one.written)
            statuses[assessment_id] = as_seen(one.status, contributed=contributed)
            assert body["status"] == statuses[assessment_id]
            assert (await who.read(assessment_id)).headers["ETag"] == one.tag
            self.contributions(body, one, seen)
            assert [each["summary"] for each in await self.all_of(who, assessment_id, "completion")] == (
                one.completions[::-1]
            )
            assert [each["words"] for each in await self.all_of(who, assessment_id, "review")] == one.reviews[::-1]
            self.waiting(body, one, seen, name)
        assert {each["assessment_id"]: each["status"] for each in (await who.listed())["items"]} == statuses
        thread = {each["assessment_id"]: each["status"] for each in body["thread"]}
        assert thread == (statuses if len(statuses) > 1 else {})

    @staticmethod
    def contributions(body: dict[str, Any], one: One, seen: set[str]) -> None:
        told = {
            (section["key"], each["contributor_id"]): (each["content"], each["version"], each.get("completed_version"))
            for section in body["sections"]
            for each in section["contributions"]
        }
        assert told == {
            (section, by): ({FIELD[section]: versions[-1]}, len(versions), one.rested_on.get((section, by)))
            for (section, by), versions in one.written.items()
            if section in seen
        }

    @staticmethod
    def waiting(body: dict[str, Any], one: One, seen: set[str], reader: str) -> None:
        told = [(each["practitioner_id"], each.get("section_key")) for each in body["waiting"]]
        open_ones = [
            (whom, wanted)
            for whom, wanted, answered in one.asked
            if (wanted is None or wanted in seen) and not (answered if whom == reader else answered & seen)
        ]
        assert told == ([] if one.status is Status.CLOSED else open_ones[::-1])

    @staticmethod
    async def all_of(who: Practitioner, assessment_id: str, path: str) -> list[dict[str, Any]]:
        return list((await listed(who, assessment_id, path, limit=200)).json()["items"])


ACTS = st.lists(
    st.tuples(
        st.sampled_from(sorted(PEOPLE)),
        st.sampled_from(["write", "write", "ask", "complete", "review", "close", "follow"]),
        st.integers(0, 3),
        st.sampled_from(sorted(SECTIONS)),
        st.sampled_from(sorted(PEOPLE)),
        st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=settings().max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
async def test_in_whatever_order_the_laws_hold_and_nothing_is_lost(
    desk_of_laws: Desk, acts: list[tuple[str, str, int, str, str, bool]]
) -> None:
    lives = Lives(desk_of_laws, child())
    lives.by_id[await desk_of_laws.begun(lives.jo)] = One()
    for name, what, which, section, other, stale in acts:
        await lives.do(name, what, which, section, other, stale=stale)
    for name in PEOPLE:
        await lives.holds(name)
