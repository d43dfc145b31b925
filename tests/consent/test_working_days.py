"""Deadlines in working days."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.domain.working_days import after_working_days

HOLIDAYS = {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)}


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-11-23T10:00", 3, "2026-11-26T10:00"),  # Monday to Thursday
        ("2026-11-26T10:00", 3, "2026-12-01T10:00"),  # over a weekend
        ("2026-11-28T23:59", 1, "2026-12-01T00:00"),  # on a Saturday: from Monday's start
        ("2026-12-23T09:30", 3, "2026-12-30T09:30"),  # over Christmas
        ("2028-02-28T12:00", 1, "2028-02-29T12:00"),
        ("2028-02-29T12:00", 1, "2028-03-01T12:00"),
    ],
)
def test_weekends_and_bank_holidays_do_not_count(start: str, days: int, due: str) -> None:
    moment = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert after_working_days(moment, days, HOLIDAYS) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.integers(1, 20))
def test_it_is_due_on_a_working_day_and_more_days_are_later(start: datetime, days: int) -> None:
    moment = start.replace(tzinfo=UTC)
    due = after_working_days(moment, days, HOLIDAYS)
    assert due > moment
    assert due.weekday() < 5
    assert due.date() not in HOLIDAYS
    assert after_working_days(moment, days + 1, HOLIDAYS) > due
