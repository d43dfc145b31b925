"""Imports as Prometheus counts them: rows by what became of them, and how imports ended."""

from collections import Counter
from typing import Final

from chassis.metrics import Metrics

_OUTCOMES: Final = ("created", "matched", "review", "rejected")
_STATES: Final = ("completed", "failed")


class ImportCounts:
    def __init__(self, metrics: Metrics) -> None:
        self._rows = metrics.counter(
            "kith_import_rows", "Rows of lists that were worked through, by what became of them", "outcome", "check"
        )
        self._ended = metrics.counter("kith_imports", "Imports that ended, by how", "state")
        for outcome in _OUTCOMES:
            self._rows.labels(outcome, "no")
        for state in _STATES:
            self._ended.labels(state)

    def taken(self, outcomes: Counter[str], *, check: bool) -> None:
        for outcome, count in outcomes.items():
            self._rows.labels(outcome, "yes" if check else "no").inc(count)

    def ended(self, state: str) -> None:
        self._ended.labels(state).inc()
