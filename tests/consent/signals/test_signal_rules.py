"""What makes a signal: each threshold at its boundary, and bursts against a plain count of every window."""

import itertools
import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.adapters.policy_file import PolicyError, load_policy
from consent.domain.signal_words import explain, thresholds_of
from consent.domain.signals import (
    BURSTS,
    Evidence,
    Look,
    SignalKind,
    SignalPolicy,
    SignalRule,
    WorkingHours,
    bursts,
    settled,
    unfollowed,
    week_of,
)
from consent.settings import DEFAULT_POLICY

NIGHT = datetime(2026, 11, 4, 1, 0, tzinfo=UTC)
HOURS = WorkingHours(ZoneInfo("Europe/London"), frozenset(range(5)), time(7), time(20), frozenset({date(2026, 12, 25)}))
POLICY = SignalPolicy(
    HOURS,
    {
        SignalKind.OUT_OF_HOURS: SignalRule(3, within_minutes=10),
        SignalKind.MANY_CHILDREN: SignalRule(4, within_minutes=10),
        SignalKind.REFUSED_ATTEMPTS: SignalRule(3, within_minutes=20),
        SignalKind.LOOKS_WITHOUT_INVOLVEMENT: SignalRule(3, settled_after_days=14),
        SignalKind.REPEATED_OVERRIDES: SignalRule(3, within_days=30),
        SignalKind.SAME_FAMILY_NAME: SignalRule(2, settled_after_days=7),
        SignalKind.SAME_HOME: SignalRule(1),
    },
    review_within=3,
)


def look(at: datetime, child: str = "c", number: int = 0, *, refused: bool = False) -> Look:
    return Look(f"{at.isoformat()}-{number}", at, child, not refused, refused)


def spaced(count: int, gap: timedelta, begin: datetime = NIGHT, *, refused: bool = False) -> list[Look]:
    return [look(begin + gap * number, f"c{number}", number, refused=refused) for number in range(count)]


def found(
    kind: SignalKind, looks: list[Look], since: datetime = datetime(2000, 1, 1, tzinfo=UTC)
) -> dict[date, Evidence]:
    return bursts(kind, looks, POLICY, since)


@pytest.mark.parametrize("kind", BURSTS)
def test_a_signal_from_the_threshold_on_and_not_below(kind: SignalKind) -> None:
    least = POLICY.rules[kind].at_least
    refused = kind is SignalKind.REFUSED_ATTEMPTS
    assert found(kind, spaced(least - 1, timedelta(minutes=1), refused=refused)) == {}
    (evidence,) = found(kind, spaced(least, timedelta(minutes=1), refused=refused)).values()
    assert evidence.peak == len(evidence.entries) == least


@pytest.mark.parametrize("kind", BURSTS)
def test_looks_as_far_apart_as_the_window_is_long_do_not_stand_in_one(kind: SignalKind) -> None:
    rule = POLICY.rules[kind]
    refused = kind is SignalKind.REFUSED_ATTEMPTS
    gap = rule.within / (rule.at_least - 1)
    assert found(kind, spaced(rule.at_least, gap, refused=refused)) == {}
    assert found(kind, spaced(rule.at_least, gap - timedelta(microseconds=1), refused=refused)) != {}


def test_the_same_child_again_is_no_other_child() -> None:
    same = [look(NIGHT + timedelta(seconds=number), f"c{number % 3}", number) for number in range(50)]
    assert found(SignalKind.MANY_CHILDREN, same) == {}
    (evidence,) = found(SignalKind.MANY_CHILDREN, [*same, look(NIGHT + timedelta(minutes=1), "c9")]).values()
    assert evidence.peak == 4


def test_many_looks_by_one_override_are_one_use_of_it() -> None:
    def by(override: str, number: int) -> Look:
        return replace(look(NIGHT + timedelta(days=number), number=number), override_id=override)

    twice = [by("one", 0), by("one", 1), by("two", 2), by("two", 3), look(NIGHT + timedelta(days=4))]
    assert found(SignalKind.REPEATED_OVERRIDES, twice) == {}
    ((day, evidence),) = found(SignalKind.REPEATED_OVERRIDES, [*twice, by("three", 29)]).items()
    assert (day, evidence.peak, len(evidence.entries)) == (date(2026, 12, 3), 3, 5)
    assert found(SignalKind.REPEATED_OVERRIDES, [*twice, by("three", 31)]) == {}


def test_what_was_shown_is_no_refusal_and_the_reverse() -> None:
    assert found(SignalKind.REFUSED_ATTEMPTS, spaced(9, timedelta(seconds=1))) == {}
    refused = spaced(9, timedelta(seconds=1), refused=True)
    assert found(SignalKind.MANY_CHILDREN, refused) == found(SignalKind.OUT_OF_HOURS, refused) == {}


@pytest.mark.parametrize(
    ("at", "inside"),
    [
        ("2026-11-04T06:59:59.999999+00:00", False),
        ("2026-11-04T07:00:00+00:00", True),
        ("2026-11-04T19:59:59.999999+00:00", True),
        ("2026-11-04T20:00:00+00:00", False),
        ("2026-07-01T06:00:00+00:00", True),  # summer: seven o'clock in London
        ("2026-07-01T19:00:00+00:00", False),
        ("2026-11-07T12:00:00+00:00", False),  # a Saturday
        ("2026-11-08T12:00:00+00:00", False),
        ("2026-12-24T12:00:00+00:00", True),
        ("2026-12-25T12:00:00+00:00", False),  # a bank holiday
    ],
)
def test_working_hours_by_the_clock_of_the_place(at: str, inside: bool) -> None:
    assert HOURS.include(datetime.fromisoformat(at)) == inside


def test_a_burst_over_midnight_belongs_to_the_day_on_which_its_windows_end() -> None:
    looks = spaced(4, timedelta(minutes=3), datetime(2026, 11, 4, 23, 55, tzinfo=UTC))
    assert {day: len(evidence.entries) for day, evidence in found(SignalKind.OUT_OF_HOURS, looks).items()} == {
        date(2026, 11, 5): 4
    }


@given(
    offsets=st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 6), st.booleans()), max_size=60),
    kind=st.sampled_from(BURSTS),
    cuts=st.lists(st.integers(0, 60), max_size=4),
    shuffle=st.randoms(),
)
def test_bursts_are_those_of_a_plain_count_whatever_the_portions(
    offsets: list[tuple[int, int, bool]], kind: SignalKind, cuts: list[int], shuffle: object
) -> None:
    begin = datetime(2026, 11, 4, 23, 40, tzinfo=UTC)
    looks = [
        look(begin + timedelta(seconds=seconds), f"c{child}", number, refused=refused)
        for number, (seconds, child, refused) in enumerate(offsets)
    ]
    expected: dict[date, Evidence] = {}
    rule = POLICY.rules[kind]
    wanted = [
        each
        for each in looks
        if (each.refused if kind is SignalKind.REFUSED_ATTEMPTS else each.shown)
        and (kind is not SignalKind.OUT_OF_HOURS or not HOURS.include(each.at))
    ]
    for last in wanted:
        window = [each for each in wanted if last.at - rule.within < each.at <= last.at]
        count = len({each.child_id if kind is SignalKind.MANY_CHILDREN else each.entry_id for each in window})
        if count >= rule.at_least:
            expected.setdefault(last.at.date(), Evidence()).add(window, count)
    assert found(kind, looks) == expected

    # In portions, in any order, each examined with all that is there by then: the union is the same.
    arriving = list(looks)
    shuffle.shuffle(arriving)  # type: ignore[attr-defined]
    edges = [0, *sorted(min(cut, len(arriving)) for cut in cuts), len(arriving)]
    grown: dict[date, Evidence] = {}
    for start, stop in itertools.pairwise(edges):
        if start == stop:
            continue
        since = min(each.at for each in arriving[start:stop])
        reach = [each for each in arriving[:stop] if each.at > since - POLICY.longest]
        for day, evidence in found(kind, reach, since).items():
            kept = grown.setdefault(day, Evidence())
            kept.peak = max(kept.peak, evidence.peak)
            kept.entries |= evidence.entries
    assert grown == expected


def test_looks_without_involvement_count_children_from_the_threshold_on() -> None:
    rule = POLICY.rules[SignalKind.LOOKS_WITHOUT_INVOLVEMENT]
    two = [look(NIGHT, "a", 1), look(NIGHT, "b", 2), look(NIGHT, "a", 3)]
    assert unfollowed(two, rule) is None
    evidence = unfollowed([*two, look(NIGHT, "c", 4)], rule)
    assert evidence is not None
    assert (evidence.peak, len(evidence.entries)) == (3, 4)


def test_a_week_is_judged_when_it_is_over_and_the_days_after_it_too() -> None:
    monday = date(2026, 11, 2)
    assert {week_of(monday + timedelta(days=day)) for day in range(7)} == {monday}
    due = datetime(2026, 11, 23, tzinfo=UTC)
    assert settled(SignalKind.LOOKS_WITHOUT_INVOLVEMENT, monday, due, POLICY)
    assert not settled(SignalKind.LOOKS_WITHOUT_INVOLVEMENT, monday, due - timedelta(microseconds=1), POLICY)


def test_each_kind_explains_itself_with_what_was_counted_and_the_threshold() -> None:
    for kind in SignalKind:
        text = explain(kind, 37, date(2026, 11, 4), thresholds_of(kind, POLICY))
        assert "37" in text
        least = 1 if kind is SignalKind.UNREVIEWED_OVERRIDES else POLICY.rules[kind].at_least
        assert f"from {least}." in text
        assert "None" not in text
    told = explain(SignalKind.OUT_OF_HOURS, 3, date(2026, 11, 4), thresholds_of(SignalKind.OUT_OF_HOURS, POLICY))
    assert "Monday, Tuesday, Wednesday, Thursday, Friday, 07:00 to 20:00, Europe/London" in told


TEXT = DEFAULT_POLICY.read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("out-of-hours: {at_least: 15", "out-of-hours: {at_least: 0"),
        ("out-of-hours: {at_least: 15", "out-of-hours: {at_least: yes"),
        ("out-of-hours: {at_least: 15", "out-of-hours: {at_least: 1.5"),
        ("out-of-hours: {at_least: 15", "out-of-hours: {at_most: 15"),
        ("out-of-hours: {at_least: 15, ", "out-of-hours: {"),
        ("many-children:", "many-kids:"),
        ("refused-attempts: {at_least: 10, within_minutes: 60", "refused-attempts: {at_least: 10, within_minutes: -1"),
        ("repeated-overrides: {at_least: 4, within_days: 30", "repeated-overrides: {at_least: 4, within_minutes: 30"),
        (
            "looks-without-involvement: {at_least: 10, settled_after_days: 14, exempt_roles: [index_officer]",
            "looks-without-involvement: {at_least: 10, settled_after_days: 14, exempt_roles: [wizard]",
        ),
        ("same-family-name: {at_least: 1, settled_after_days: 14", "same-family-name: {at_least: 1, within_days: 14"),
        ("same-family-name: {at_least: 1", "same-family-name: {at_least: 0"),
        ("same-home: {exempt_roles: []", "same-home: {exempt_roles: none"),
        ("same-home: {exempt_roles: []", "same-home: {at_least: 2, exempt_roles: []"),
        ("time_zone: Europe/London", "time_zone: Europe/Narnia"),
        ("time_zone: Europe/London", "time_zone: ../../etc/passwd"),
        ("days: [monday,", "days: [moonday,"),
        ('from: "07:00"', "from: 11:00"),
        ('from: "07:00"', 'from: "25:00"'),
        ('to: "20:00"', 'to: "06:00"'),
    ],
)
def test_a_threshold_that_cannot_be_is_refused_with_its_line(tmp_path: Path, old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT.replace(old, new))
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    with pytest.raises(PolicyError, match=f"line ({line}|{line - 1}):" if old.startswith("many") else f"line {line}:"):
        load_policy(path)


def test_a_policy_without_signals_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(re.sub(r"\nsignals:\n(?:[ #].*\n|\n)*", "\n", TEXT))
    with pytest.raises(PolicyError, match="'signals' is missing"):
        load_policy(path)
