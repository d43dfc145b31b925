"""The rule behind the rate limit, for any sequence of requests."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chassis.errors import TooMany
from gateway.domain.rate import RateLimit

GAPS = st.lists(st.floats(min_value=0, max_value=30), max_size=200)


def times(gaps: list[float]) -> list[float]:
    at, made = 1000.0, []
    for gap in gaps:
        at += gap
        made.append(at)
    return made


@settings(deadline=None)
@given(per_minute=st.integers(min_value=1, max_value=100), gaps=GAPS)
def test_never_more_than_a_full_bucket_and_what_has_run_in(per_minute: int, gaps: list[float]) -> None:
    limit, taken = RateLimit(per_minute), 0
    moments = times(gaps)
    for now in moments:
        try:
            limit.take("a", now)
        except TooMany:
            continue
        taken += 1
        assert taken <= per_minute + (now - moments[0]) * per_minute / 60 + 1e-6


@settings(deadline=None)
@given(per_minute=st.integers(min_value=1, max_value=100), gaps=GAPS)
@example(per_minute=1, gaps=[1.4877455884494566, 0.0])  # sixty seconds later is by rounding a little less
def test_who_waits_as_told_is_served(per_minute: int, gaps: list[float]) -> None:
    limit, late = RateLimit(per_minute), 0.0
    for now in times(gaps):
        try:
            limit.take("a", now + late)
        except TooMany as refusal:
            late += refusal.retry_after
            limit.take("a", now + late)


@settings(deadline=None)
@given(callers=st.lists(st.text(max_size=3), max_size=300))
def test_memory_is_bounded_whoever_calls(callers: list[str]) -> None:
    limit = RateLimit(1000, remembered=10)
    for caller in callers:
        limit.take(caller, 0.0)
        assert len(limit) <= 10


@settings(deadline=None)
@given(others=st.lists(st.sampled_from("bcd"), max_size=50))
def test_callers_do_not_spend_for_one_another(others: list[str]) -> None:
    limit = RateLimit(60)
    for other in others:
        limit.take(other, 0.0)
    for _ in range(60):
        limit.take("a", 0.0)
