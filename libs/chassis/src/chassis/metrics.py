"""What a process counts of itself, for Prometheus. Nothing is counted, and no client loaded, unless a port is set.

A label has one of few words: a part, a route's template, a class of status, a code of ours. Never anything that a
caller typed, nor whom it was about. What is counted as it happens is a counter here; what stands somewhere (a backlog,
an age) is looked up when Prometheus asks, by a `Sample`, so that no old figure is shown for a new one.
"""

import asyncio
import platform
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram
    from prometheus_client.metrics_core import Metric

log = structlog.get_logger("kith.metrics")

current: "Metrics | None" = None
"""What this process counts; None where no port is set for it. One for a process, as its log is."""

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)
"""Bounds of the buckets of a duration: from a decision alone to the longest that the gateway waits for an answer."""
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
OTHER: Final = "other"
_PATIENCE: Final = 3.0  # seconds that all samples together may take
_KEPT: Final = 1.0  # seconds for which a sample is answered again: nobody asks the databases more often by asking us


class Reading(NamedTuple):
    """One figure of a gauge; `labels` in the order of the gauge's own."""

    gauge: "Gauge"
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Gauge:
    """What a sample finds. Make a reading by calling it with a value and its labels."""

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def __call__(self, value: float, *labels: str) -> Reading:
        return Reading(self, labels, value)


Sample = Callable[[], Awaitable[Sequence[Reading]]]
"""Looks up what stands now. Where it fails its gauges are missing from the answer, and the failure is counted."""


class Metrics:
    """The counters of a process, and the samples that it takes when it is asked."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, of when it began: nobody asks
        self.registry = CollectorRegistry()
        self._counters: dict[str, Counter] = {}
        self._samples: dict[tuple[str, str], Sample] = {}
        self._sampling = asyncio.Lock()
        self._readings: list[Reading] = []
        self._sampled_at = float("-inf")
        self._children: dict[tuple[str, str, str, int], tuple[Counter, Histogram]] = {}
        self._requests = self.counter(
            "kith_http_requests", "Requests answered, by route and class of status", "part", "method", "route", "status"
        )
        self._seconds = Histogram(
            "kith_http_request_seconds",
            "How long requests took, from the first byte to the last",
            ("part", "method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.dead_letters = self.counter(
            "kith_dead_letters", "Messages that a group gave up and put among the dead letters", "group", "topic"
        )
        self.messages = self.counter(
            "kith_messages_handled", "Messages whose effect a group committed, or knew already", "group", "topic"
        )
        self._unsampled = self.counter(
            "kith_samples_failed", "Samples that could not be taken: their gauges are missing", "part", "sample"
        )

    def counter(self, name: str, text: str, *labels: str) -> "Counter":
        """A counter of this process, made once for each name (several services may share a process)."""
        from prometheus_client import Counter

        if name not in self._counters:
            self._counters[name] = Counter(name, text, labels, registry=self.registry)
        return self._counters[name]

    def answered(self, part: str, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a request. `route` is a template of the code's own, or "unmatched"."""
        children = self._children.get((part, method, route, status // 100))
        if children is None:
            children = self._children_of(part, method if method in METHODS else OTHER, route, status // 100)
            if method in METHODS:  # any other word is the caller's own, and would be kept for ever
                self._children[part, method, route, status // 100] = children
        children[0].inc()
        children[1].observe(seconds)

    def _children_of(self, part: str, method: str, route: str, status: int) -> "tuple[Counter, Histogram]":
        return self._requests.labels(part, method, route, f"{status}xx"), self._seconds.labels(part, method, route)

    @contextmanager
    def sampling(self, part: str, samples: Mapping[str, Sample]) -> Iterator[None]:
        """Has these asked at each look, for as long as the block lasts."""
        mine = {(part, name): take for name, take in samples.items()}
        for key in mine:
            self._unsampled.labels(*key)  # from nought on, so that the first failure is a rise
        self._samples |= mine
        try:
            yield
        finally:
            for key in mine:
                self._samples.pop(key, None)

    async def exposition(self) -> bytes:
        """All of it, in Prometheus' text format."""
        from prometheus_client import CollectorRegistry, generate_latest

        async with self._sampling:
            if time.monotonic() - self._sampled_at > _KEPT:
                self._readings = await self._sampled()
                self._sampled_at = time.monotonic()
            found = CollectorRegistry()
            found.register(_Found(self._readings))
            return generate_latest(self.registry) + generate_latest(found)

    async def _sampled(self) -> list[Reading]:
        taken = await asyncio.gather(*(self._taken(*name, take) for name, take in self._samples.items()))
        return [_BUILD(1, _VERSION, platform.python_version()), *(reading for each in taken for reading in each)]

    async def _taken(self, part: str, name: str, take: Sample) -> Sequence[Reading]:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await take()
        except Exception as error:
            log.warning("metrics.not_sampled", part=part, sample=name, error_type=type(error).__qualname__)
            self._unsampled.labels(part, name).inc()
            return ()


class _Found:
    """Readings as the client's own families: one for each gauge, whichever parts it was read of."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings

    def collect(self) -> "Iterator[Metric]":
        from prometheus_client.core import GaugeMetricFamily

        families: dict[str, GaugeMetricFamily] = {}
        for gauge, labels, value in self._readings:
            family = families.setdefault(gauge.name, GaugeMetricFamily(gauge.name, gauge.help, labels=gauge.labels))
            family.add_metric(labels, value)
        yield from families.values()


_VERSION: Final = version("kith-chassis")
_BUILD: Final = Gauge("kith_build_info", "Always 1; which Kith, on which Python", ("version", "python"))


def switch_on() -> Metrics:
    """From now on this process counts, whoever asks first."""
    global current
    current = current or Metrics()
    return current
