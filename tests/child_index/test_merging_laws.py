"""Whatever is merged, parted and written in between: each record has its own, and every id answers as its set does."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.child_index.kit import Index, code
from tests.support.proof import Proof

pytestmark = pytest.mark.asyncio(loop_scope="session")

Anew = Callable[[], AbstractAsyncContextManager[Index]]
PEOPLE = (
    ("Amara", "Okonkwo", "2014-03-07", "M1 1AE"),
    ("Oliver", "Smith", "2012-01-09", "LS1 4AP"),
    ("Zainab", "Khan", "2015-06-30", "B1 1AA"),
    ("Tomasz", "Nowak", "2011-12-12", "CF10 1AA"),
)
_RECORD = st.integers(0, len(PEOPLE) - 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), _RECORD, _RECORD),
        st.tuples(st.just("merge"), _RECORD, _RECORD),
        st.tuples(st.just("undo"), st.integers(0, 20), st.just(0)),
        st.tuples(st.just("episode"), _RECORD, st.integers(0, 1)),
        st.tuples(st.just("family"), _RECORD, st.just(0)),
        st.tuples(st.just("address"), _RECORD, st.just(0)),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Story:
    """The plain retelling: the merges in force, and what each record was given itself."""

    index: Index
    ids: list[str]
    merged: dict[str, str] = field(default_factory=dict)
    merges: dict[str, str] = field(default_factory=dict)
    """Merges in force: the record that each merged, by its id."""
    own: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    open: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    count: int = 0

    def root(self, record: str) -> str:
        while record in self.merged:
            record = self.merged[record]
        return record

    def members(self, record: str) -> list[str]:
        return [each for each in self.ids if self.root(each) == self.root(record)]

    async def merge(self, one: int, other: int) -> None:
        child, into = self.ids[one], self.ids[other]
        lower, upper = self.root(child), self.root(into)
        answer = await self.index.officer.merge(child, into, despite=["different-nhs-numbers"])
        if child == into:
            assert answer.status_code == 422
        elif lower == upper:
            repeated = self.merged.get(child) == into
            assert answer.status_code == (200 if repeated else 409), answer.text
        else:
            assert answer.status_code == 200, answer.text
            self.merged[lower] = upper
            self.merges[answer.json()["merge_id"]] = lower

    async def undo(self, which: int, _: int = 0) -> None:
        if self.merges:
            merge_id = sorted(self.merges)[which % len(self.merges)]
            assert (await self.index.officer.undo(merge_id)).status_code == 200
            del self.merged[self.merges.pop(merge_id)]
            again = await self.index.officer.undo(merge_id)
            assert code(again) == "merge-undone"

    async def episode(self, record: int, whose: int) -> None:
        child = self.ids[record]
        caller, service = ((self.index.teacher, "roll"), (self.index.nurse, "list"))[whose]
        answer = await caller.open_episode(child, service_id=service)
        if any(service in self.open[each] for each in self.members(child)):
            assert code(answer) == "episode-open"
        else:
            assert answer.json()["child_id"] == self.root(child)
            self.open[self.root(child)].add(service)
            self.own[self.root(child)].add(answer.json()["episode_id"])

    async def family(self, record: int, _: int) -> None:
        child = self.ids[record]
        self.count += 1
        person = {"given_name": "Ada", "family_name": f"Carer {self.count}"}
        answer = await self.index.teacher.relate(child, relationship="carer", person=person)
        self.own[self.root(child)].add(answer.json()["relationship_id"])

    async def address(self, record: int, _: int) -> None:
        """A sender tells of a new address: it is kept with the record that it is about, merged or not."""
        given_name, family_name, born, postcode = PEOPLE[record]
        self.count += 1
        line = f"{self.count} Elm Grove"
        answer = await self.index.nurse.register(
            given_name=given_name,
            family_name=family_name,
            date_of_birth=born,
            postcode=postcode,
            address_line=line,
            nhs_number=NUMBERS[record],
        )
        assert answer.json() == {"outcome": "matched", "child_id": self.root(self.ids[record])}
        self.own[self.ids[record]].add(line)

    async def check(self) -> None:
        for record in self.ids:
            shown = await self.index.teacher.record(record)
            assert shown["child_id"] == self.root(record)
            assert _held(shown) == set().union(*(self.own[each] for each in self.members(record)))
            names = {shown["basics"]["given_name"], *(n["given_name"] for n in shown["basics"]["other_names"])}
            assert names == {PEOPLE[self.ids.index(each)][0] for each in self.members(record)}


NUMBERS = ("9434765919", "9990000018", "9990000026", "9990000034")


def _held(record: dict[str, Any]) -> set[str]:
    return {
        *(each["episode_id"] for each in record["involvement"]["episodes"]),
        *(each["relationship_id"] for each in record["family"]["relationships"]),
        *(each["address_line"] for each in record["whereabouts"]["addresses"] if "address_line" in each),
    }


async def _tell(index: Index, steps: list[tuple[str, int, int]], order: list[int]) -> None:
    ids = []
    for (given_name, family_name, born, postcode), number in zip(PEOPLE, NUMBERS, strict=True):
        person = {"given_name": given_name, "family_name": family_name, "date_of_birth": born, "postcode": postcode}
        ids.append(await index.teacher.registered(**person, nhs_number=number))
    story = Story(index, ids)
    for what, one, other in steps:
        await getattr(story, what)(one, other)
    await story.check()
    for place in order:
        await story.undo(place)
    assert story.merges == {}
    await story.check()
    for record, number in zip(ids, NUMBERS, strict=True):
        shown = await index.teacher.record(record)
        assert (shown["basics"]["nhs_number"], shown["basics"]["other_names"]) == (number, [])
        assert "other_nhs_numbers" not in shown["basics"]
        assert await index.teacher.found(nhs_number=number) == [record]


_SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
_ORDER = st.permutations(range(3))


@settings(max_examples=6, suppress_health_check=_SLOW)
@given(steps=STEPS, order=_ORDER)
async def test_each_record_has_its_own_whatever_is_merged(
    anew: Anew, steps: list[tuple[str, int, int]], order: list[int]
) -> None:
    async with anew() as index:
        await _tell(index, steps, order)


@pytest.mark.prove
@settings(max_examples=150, suppress_health_check=_SLOW)
@given(steps=STEPS, order=_ORDER)
async def test_each_record_has_its_own_in_many_stories(
    anew: Anew, proof: Proof, steps: list[tuple[str, int, int]], order: list[int]
) -> None:
    async with anew() as index:
        await _tell(index, steps, order)
    proof.note("stories", proof.notes.get("stories", 0) + 1)
