"""Officers' signals: patterns of looks that are worth a human's question. A signal blocks nobody and proves nothing.

Each kind is a pure function of looks and thresholds; the thresholds stand in the policy file. What is found depends
only on the looks themselves, not on when, how often or in which portions they are examined.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from consent.domain.likeness import Key, alike
from contracts.vocabulary import Role


class SignalKind(StrEnum):
    OUT_OF_HOURS = "out-of-hours"
    MANY_CHILDREN = "many-children"
    REFUSED_ATTEMPTS = "refused-attempts"
    LOOKS_WITHOUT_INVOLVEMENT = "looks-without-involvement"
    REPEATED_OVERRIDES = "repeated-overrides"
    UNREVIEWED_OVERRIDES = "unreviewed-overrides"
    SAME_FAMILY_NAME = "same-family-name"
    SAME_HOME = "same-home"


BURSTS = (SignalKind.OUT_OF_HOURS, SignalKind.MANY_CHILDREN, SignalKind.REFUSED_ATTEMPTS)
"""The kinds that every look may be part of; repeated overrides are a burst too, of the few looks by an override."""


WEEKLY = (SignalKind.LOOKS_WITHOUT_INVOLVEMENT, SignalKind.SAME_FAMILY_NAME)
"""The kinds that are judged by the week, when an involvement has had time to begin."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """By the clock of `zone`. `days` as `date.weekday()` has them, without the `holidays`; open from `opens` up to, not
    including, `closes`."""

    zone: ZoneInfo
    days: frozenset[int]
    opens: time
    closes: time
    holidays: frozenset[date] = frozenset()

    def include(self, at: datetime) -> bool:
        local = at.astimezone(self.zone)
        works = local.weekday() in self.days and local.date() not in self.holidays
        return works and self.opens <= local.time() < self.closes

    def day_of(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The first moment of a local day, UTC."""
        return datetime.combine(day, time.min, self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class SignalRule:
    """A signal from `at_least` (of what the kind counts). A burst counts `within` a time; what no involvement followed
    is counted by the week, `settled_after_days` later, so that one has had time to begin."""

    at_least: int
    exempt_roles: frozenset[Role] = frozenset()
    within_minutes: int = 0
    within_days: int = 0
    settled_after_days: int = 0

    @property
    def within(self) -> timedelta:
        return timedelta(days=self.within_days, minutes=self.within_minutes)


@dataclass(frozen=True, slots=True)
class SignalPolicy:
    """`rules` of each kind but unreviewed overrides: of these one is enough, `review_within` working days after."""

    hours: WorkingHours
    rules: dict[SignalKind, SignalRule]
    review_within: int

    @property
    def longest(self) -> timedelta:
        """How far back a look can matter to a burst."""
        return max(self.rules[kind].within for kind in BURSTS)


@dataclass(frozen=True, slots=True)
class Look:
    """One entry of the access log. `shown` says that something of the child was shown; `refused` that nothing was;
    `override_id` by which override it was shown, if by one."""

    entry_id: str
    at: datetime
    child_id: str | None
    shown: bool
    refused: bool
    override_id: str | None = None


@dataclass(slots=True)
class Evidence:
    """The entries behind a signal, and the most that was counted at once."""

    peak: int = 0
    entries: dict[str, datetime] = field(default_factory=dict)

    def add(self, looks: Iterable[Look], count: int) -> None:
        self.peak = max(self.peak, count)
        self.entries.update((look.entry_id, look.at) for look in looks)


def bursts(kind: SignalKind, looks: Iterable[Look], policy: SignalPolicy, since: datetime) -> dict[date, Evidence]:
    """The bursts of one viewer that end at or after `since`, by the local day on which each window ends.

    A window holds the looks of less than `within` up to and including one look; it speaks when it counts `at_least`.
    `looks` must reach back by `policy.longest` before `since`.
    """
    rule = policy.rules[kind]
    wanted, counted = _COUNTED[kind]
    matter = sorted((look for look in looks if wanted(look, policy)), key=lambda look: (look.at, look.entry_id))
    found: dict[date, Evidence] = {}
    inside: Counter[str] = Counter()
    first = end = noted = 0
    for at, together in groupby(matter, key=lambda look: look.at):
        moment = list(together)
        inside.update(counted(look) for look in moment)
        end += len(moment)
        while matter[first].at <= at - rule.within:
            left = counted(matter[first])
            inside[left] -= 1
            if not inside[left]:
                del inside[left]
            first += 1
        if at >= since and len(inside) >= rule.at_least:
            day = policy.hours.day_of(at)
            # Windows overlap: what the day's last one held is there already.
            begin = max(first, noted) if day in found else first
            found.setdefault(day, Evidence()).add(matter[begin:end], len(inside))
            noted = end
    return found


def _out_of_hours(look: Look, policy: SignalPolicy) -> bool:
    return look.shown and not policy.hours.include(look.at)


_COUNTED: dict[SignalKind, tuple[Callable[[Look, SignalPolicy], bool], Callable[[Look], str]]] = {
    SignalKind.OUT_OF_HOURS: (_out_of_hours, lambda look: look.entry_id),
    SignalKind.MANY_CHILDREN: (lambda look, _: look.shown, lambda look: look.child_id or ""),
    SignalKind.REFUSED_ATTEMPTS: (lambda look, _: look.refused, lambda look: look.entry_id),
    SignalKind.REPEATED_OVERRIDES: (lambda look, _: look.override_id is not None, lambda look: look.override_id or ""),
}
"""Which looks a burst is made of, and what is counted in it: entries, different children, or different overrides."""


def unfollowed(looks: Sequence[Look], rule: SignalRule) -> Evidence | None:
    """The signal of one viewer's week, from the looks that no involvement preceded or followed (of a kind: those at a
    child of the viewer's family name alone); None below the threshold."""
    children = {look.child_id for look in looks}
    if len(children) < rule.at_least:
        return None
    evidence = Evidence()
    evidence.add(looks, len(children))
    return evidence


def at_home(looks: Iterable[Look], viewers: Sequence[Key], childrens: Mapping[str, Sequence[Key]]) -> list[Look]:
    """The looks that showed something of a child who lives, or lived, where the viewer did at that moment."""
    return [
        look
        for look in looks
        if look.shown and look.child_id is not None and alike(viewers, childrens.get(look.child_id, ()), look.at)
    ]


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def settled(kind: SignalKind, week: date, now: datetime, policy: SignalPolicy) -> bool:
    """Whether a week has been over for long enough to be judged."""
    rule = policy.rules[kind]
    return now >= policy.hours.start_of(week + timedelta(days=7 + rule.settled_after_days))
