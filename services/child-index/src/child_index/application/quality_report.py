"""The report on the quality of the index: counted where the rows are, and told in numbers only."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from child_index.application.ports import IndexUnitOfWork
from child_index.domain.days import months_before, start_of_uk_day, uk_date
from child_index.domain.quality import Report, rounded


@dataclass(frozen=True, slots=True)
class DatedReport:
    """`stale_since`: nothing was heard of a stale record on this day or later. `reviews_as_at`: UTC."""

    report: Report
    stale_since: date
    reviews_as_at: datetime


async def quality_report(uow: IndexUnitOfWork, stale_months: int) -> DatedReport:
    """The report. Reviews are those that waited when the day began (in the United Kingdom), rounded: a number that
    moved with each record sent would tell whoever sent it what a block hides from them."""
    today = uk_date(uow.now())
    stale_since = months_before(today, stale_months)
    midnight = start_of_uk_day(today)
    found = await uow.quality.report(start_of_uk_day(stale_since), midnight)
    every = replace(found.every, reviews_waiting=rounded(found.every.reviews_waiting))
    agencies = tuple(
        replace(each, figures=replace(each.figures, reviews_waiting=rounded(each.figures.reviews_waiting)))
        for each in found.agencies
    )
    return DatedReport(Report(every, agencies), stale_since, midnight)
