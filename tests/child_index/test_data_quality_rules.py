"""The rules of the report on data quality: rounding, shares, dates, and cells that run nothing."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from child_index.domain.days import months_before, start_of_uk_day, uk_date
from child_index.domain.quality import Figures, NhsNumbers, rounded
from child_index.domain.spreadsheets import inert


@given(st.integers(0, 10**7))
def test_rounding_is_to_the_nearest_five(waiting: int) -> None:
    assert rounded(waiting) % 5 == 0
    assert abs(rounded(waiting) - waiting) <= 2


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_the_share_is_never_rounded_up(valid: int, others: int) -> None:
    share = Figures(valid + others, nhs_number=NhsNumbers(valid=valid)).valid_nhs_number_share
    if valid + others == 0:
        assert share is None
    else:
        assert share is not None
        assert 0 <= valid - share * (valid + others) <= (valid + others) / 10_000 + 1e-6


@given(st.text(max_size=20))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert inert(text).lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r", "\n", "|", "%"}
    assert inert(text).removeprefix("'") == text.removeprefix("'")


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(1, 240))
def test_days_and_months(day: date, months: int) -> None:
    begins = start_of_uk_day(day)
    assert uk_date(begins) == day
    assert uk_date(begins - timedelta(seconds=1)) == day - timedelta(days=1)
    before = months_before(day, months)
    assert (day.year - before.year) * 12 + day.month - before.month == months
    assert before.day == day.day or (before + timedelta(days=1)).day == 1
