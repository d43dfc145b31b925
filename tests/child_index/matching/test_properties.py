"""What holds for all persons, however they are written."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.gb import nhs, upn

from child_index.domain.matching import (
    DEFAULT_WEIGHTS,
    Bounds,
    PersonDetails,
    Prepared,
    blocking_keys,
    compare,
    decide,
    prepare,
    score_bits,
)
from tests.child_index.matching.people import FREQUENCIES, OLIVER, TOWN, compared, decided, like

any_text = st.text(max_size=220)
names = (
    st.sampled_from(
        ["Oliver", "Olvier", "Ollie", "Jack", "Amelia", "Amelie", "Mohammed", "Muhammad", "Hassan", "Hussain", "Smith"]
    )
    | st.sampled_from(
        ["Smyth", "Khan", "Whitaker", "O'Brien", "Anne-Marie", "Zoë", "王明", "محمد", "Jan", "J", "", "Mohammed Ali"]
    )
    | st.sampled_from(["Mary Anne Rose", "Smith-Jones", "Abdul Rahman", "Singh Gill"])
)
births = st.none() | st.sampled_from(
    [date(2014, 3, 5), date(2014, 5, 3), date(2013, 3, 5), date(2014, 3, 6), date(2014, 1, 1), date(2010, 10, 20)]
)
nhs_numbers = st.sampled_from(["", "9990000018", "9990000026", "9990000019"])
upns = st.sampled_from(["", "H801200001001", "X801200001002", "U80120000100A"])
persons = st.builds(
    PersonDetails,
    given_name=names,
    family_name=names,
    date_of_birth=births,
    sex=st.sampled_from([None, "male", "female"]),
    postcode=st.sampled_from([None, "ZX1 4AB", "ZX1 4AD", "ZX9 1AA"]),
    address_line=st.sampled_from([None, "12 High Street", "12 High St", "3 Mill Lane"]),
    nhs_number=nhs_numbers,
    upn=upns,
    other_names=st.lists(st.tuples(names, names), max_size=2).map(tuple),
    earlier_postcodes=st.lists(st.sampled_from(["ZX1 4AB", "ZX7 7ZZ"]), max_size=2).map(tuple),
)


@given(
    st.builds(
        PersonDetails,
        given_name=any_text,
        family_name=any_text,
        date_of_birth=st.none() | st.dates(),
        sex=st.none() | any_text,
        postcode=st.none() | any_text,
        address_line=st.none() | any_text,
        nhs_number=st.none() | any_text,
        upn=st.none() | any_text,
        other_names=st.lists(st.tuples(any_text, any_text), max_size=2).map(tuple),
        earlier_postcodes=st.lists(any_text, max_size=2).map(tuple),
    )
)
def test_any_text_can_be_prepared_keyed_and_compared(person: PersonDetails) -> None:
    prepared = prepare(person)
    keys = blocking_keys(prepared)
    assert len(set(keys)) == len(keys)
    assert all(-(1 << 63) <= key < 1 << 63 for key in keys)
    assert compare(prepared, prepared, FREQUENCIES, DEFAULT_WEIGHTS, TOWN).because() is not None
    assert compare(prepared, prepare(OLIVER), FREQUENCIES, DEFAULT_WEIGHTS, TOWN).bits < 200


@given(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"]))
def test_no_visible_name_vanishes(character: str) -> None:
    assert blocking_keys(prepare(PersonDetails(given_name=character * 3)))


@given(persons, persons)
def test_a_pair_scores_the_same_either_way_round(one: PersonDetails, other: PersonDetails) -> None:
    assert compared(one, other).bits == pytest.approx(compared(other, one).bits)


@given(persons, persons, st.integers(0, 20_000_000))
def test_the_bits_are_the_sum_of_the_evidence(one: PersonDetails, other: PersonDetails, population: int) -> None:
    comparison = compared(one, other, population)
    assert comparison.bits == pytest.approx(sum(each.bits for each in comparison.evidence))
    alone = score_bits(prepare(one), prepare(other), FREQUENCIES, DEFAULT_WEIGHTS, population)
    assert alone == pytest.approx(comparison.bits)


@given(persons, persons | st.none(), st.integers(min_value=0, max_value=20_000_000))
def test_who_may_not_be_the_child_would_not_be_taken_for_them(
    one: PersonDetails, other: PersonDetails | None, population: int
) -> None:
    """What is told by less than weighing is what weighing tells, also of a namesake born another day."""
    other = other or replace(one, date_of_birth=date(2010, 10, 20), upn="", nhs_number="", other_names=())
    query, record = prepare(one), prepare(other)
    may_be = Bounds.of(DEFAULT_WEIGHTS).may_be(query, record, FREQUENCIES, population)
    decision = decide(query, [("other", record)], FREQUENCIES, DEFAULT_WEIGHTS, population=population)
    assert may_be or decision.outcome == "new"


@given(persons, persons)
def test_swapped_names_are_tolerated(one: PersonDetails, other: PersonDetails) -> None:
    """Swapping the two names of a record never makes a pair with right names score better than unswapped ones."""
    if one.given_name and one.family_name and one.given_name != one.family_name:
        straight = like(one, other_names=())
        swapped = like(straight, given_name=one.family_name, family_name=one.given_name)
        assert compared(straight, straight).bits >= compared(straight, swapped).bits
        if one.date_of_birth:
            assert set(blocking_keys(prepare(straight))) & set(blocking_keys(prepare(swapped)))


@given(persons, st.lists(persons, max_size=4), st.sets(st.sampled_from("0123")), st.sets(st.sampled_from("0123")))
def test_what_is_never_done_without_a_human(
    query: PersonDetails, records: list[PersonDetails], parted: set[str], same_source: set[str]
) -> None:
    decision = decided(query, *records, parted=frozenset(parted), same_source=frozenset(same_source))
    assert {each.candidate_id for each in decision.ranked} == {str(number) for number in range(len(records))}
    assert decision.candidate_id not in parted
    assert (decision.candidate_id is None) == (decision.outcome == "new")
    if decision.outcome != "link":
        return
    mine, theirs = prepare(query), prepare(records[int(str(decision.candidate_id))])
    assert not (mine.nhs_number and theirs.nhs_number and mine.nhs_number != theirs.nhs_number)
    same_nhs = bool(mine.nhs_number) and mine.nhs_number == theirs.nhs_number
    if not same_nhs and mine.upn[-1:].isdigit() and theirs.upn[-1:].isdigit():
        assert mine.upn == theirs.upn
    if not same_nhs and not (mine.upn and mine.upn == theirs.upn):
        assert mine.born is not None
        assert theirs.born is not None
        assert parts_in_common(mine.born, theirs.born) >= 2
        assert any(a.given.text and a.family.text for a in mine.names)
        assert any(a.given.text and a.family.text for a in theirs.names)


def parts_in_common(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    """Of year, month and day; day and month may have been swapped."""
    year, month, day = other
    straight = sum(a == b for a, b in zip(one, other, strict=True))
    return max(straight, sum(a == b for a, b in zip(one, (year, day, month), strict=True)))


@given(persons, persons, st.sampled_from(["Jack", "Thomas", "Ibrahim", "Zofia"]))
def test_a_sibling_of_another_name_is_never_linked(one: PersonDetails, other: PersonDetails, name: str) -> None:
    record = like(other, given_name="Amelia", family_name="Whitaker", other_names=(), nhs_number="", upn="")
    query = like(record, given_name=name)
    assert decided(query, record).outcome != "link"


@given(persons)
def test_persons_can_be_stored(person: PersonDetails) -> None:
    prepared = prepare(person)
    restored = pickle.loads(pickle.dumps(prepared))  # noqa: S301 our own bytes
    assert isinstance(restored, Prepared)
    assert restored == prepared


@given(st.from_regex(r"[0-9]{10}", fullmatch=True))
def test_nhs_numbers_are_those_that_the_kept_library_takes(number: str) -> None:
    taken = prepare(PersonDetails(nhs_number=number)).nhs_number
    assert taken == (number if nhs.is_valid(number) else "")


@given(st.from_regex(r"[A-Z](380|801|201)[0-9]{8}[0-9A-Z]", fullmatch=True), st.booleans())
@settings(max_examples=150)
def test_upns_are_those_that_the_kept_library_takes(code: str, right_check: bool) -> None:
    if right_check and code[-1] not in "IOS":
        code = upn.calc_check_digit(code[1:]) + code[1:]
    taken = prepare(PersonDetails(upn=code)).upn
    assert taken == (code if upn.is_valid(code) else "")


def test_keys_are_the_same_in_another_process() -> None:
    """Stored keys outlive the process and the Python that made them, so their very values are part of the contract."""
    person = like(OLIVER, nhs_number="9990000018", upn="H801200001001", other_names=(("Zoë", "王"),))
    script = (
        "import json, sys\n"
        "from datetime import date\n"
        "from child_index.domain.matching import PersonDetails, blocking_keys, prepare\n"
        "held = json.loads(sys.stdin.read())\n"
        "held['date_of_birth'] = date.fromisoformat(held['date_of_birth'])\n"
        "held['other_names'] = tuple(map(tuple, held['other_names']))\n"
        "print(json.dumps(blocking_keys(prepare(PersonDetails(**held)))))\n"
    )
    held = {each.name: getattr(person, each.name) for each in fields(person)}
    held["date_of_birth"] = person.date_of_birth.isoformat() if person.date_of_birth else None
    answer = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(held),
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert tuple(json.loads(answer.stdout)) == blocking_keys(prepare(person))


def test_decide_does_not_depend_on_the_order_of_candidates() -> None:
    candidates = [
        (str(n), prepare(like(OLIVER, given_name=name))) for n, name in enumerate(["Jack", "Oliver", "Olvier"])
    ]
    query = prepare(OLIVER)
    forth = decide(query, candidates, FREQUENCIES, population=TOWN)
    assert forth == decide(query, candidates[::-1], FREQUENCIES, population=TOWN)
