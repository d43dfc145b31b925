"""The policy file's part about officers' signals."""

from collections.abc import Callable
from datetime import date, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from consent.domain.policy import OverridePolicy
from consent.domain.signal_words import DAYS
from consent.domain.signals import WEEKLY, SignalKind, SignalPolicy, SignalRule, WorkingHours
from contracts.vocabulary import Role

_LARGEST = 100_000


class Lines(Protocol):
    def wrong(self, what: str, *keys: str | int) -> Exception: ...


Words = Callable[..., frozenset[Any]]
_AT = "signals"


_SPANS = {
    **dict.fromkeys(WEEKLY, "settled_after_days"),
    SignalKind.REPEATED_OVERRIDES: "within_days",
}
_RULED = [kind for kind in SignalKind if kind is not SignalKind.UNREVIEWED_OVERRIDES]


def signals_of(lines: Lines, words: Words, raw: Any, overrides: OverridePolicy) -> SignalPolicy:
    """Raises what `lines.wrong` makes: for an unknown or missing word, and for a threshold that is no whole number."""
    kinds = {kind.value for kind in _RULED}
    _members(lines, raw, kinds | {"working_hours"}, _AT)
    return SignalPolicy(
        hours=_hours(lines, raw["working_hours"], overrides.bank_holidays),
        rules={kind: _rule(lines, words, kind, raw[kind.value]) for kind in _RULED},
        review_within=overrides.escalate_after,
    )


def _members(lines: Lines, raw: Any, wanted: set[str], *keys: str) -> None:
    if not isinstance(raw, dict):
        raise lines.wrong("settings by name are needed here", *keys)
    for key in raw:
        if key not in wanted:
            raise lines.wrong(f"{key!r} is not a setting of {keys[-1]}", *keys, key)
    for key in sorted(wanted - raw.keys()):
        raise lines.wrong(f"{key!r} is missing", *keys)


def _rule(lines: Lines, words: Words, kind: SignalKind, raw: Any) -> SignalRule:
    at = (_AT, kind.value)
    # One look at a child of one's own home is always worth the question.
    numbers = () if kind is SignalKind.SAME_HOME else ("at_least", _SPANS.get(kind, "within_minutes"))
    _members(lines, raw, {*numbers, "exempt_roles"}, *at)
    for key in numbers:
        # A bool is an int to Python, and "yes" is a bool to YAML.
        if type(raw[key]) is not int or not 1 <= raw[key] <= _LARGEST:
            raise lines.wrong(f"{key} is a whole number from 1 to {_LARGEST}", *at, key)
    exempt = words(lines, Role, raw["exempt_roles"], *at, "exempt_roles")
    return SignalRule(**{"at_least": 1, **{name: raw[name] for name in numbers}}, exempt_roles=exempt)


def _hours(lines: Lines, raw: Any, holidays: frozenset[date]) -> WorkingHours:
    at = (_AT, "working_hours")
    _members(lines, raw, {"time_zone", "days", "from", "to"}, *at)
    try:
        zone = ZoneInfo(raw["time_zone"])
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise lines.wrong("time_zone is not one that this machine knows", *at, "time_zone") from None
    if not isinstance(raw["days"], list) or not raw["days"]:
        raise lines.wrong("a list of days is needed here", *at, "days")
    for position, day in enumerate(raw["days"]):
        if day not in DAYS:
            raise lines.wrong(f"{day!r} is not a day of the week", *at, "days", position)
    opens, closes = (_time(lines, raw[key], *at, key) for key in ("from", "to"))
    if opens >= closes:
        raise lines.wrong("working hours end after they begin", *at, "to")
    return WorkingHours(zone, frozenset(DAYS.index(day) for day in raw["days"]), opens, closes, holidays)


def _time(lines: Lines, raw: Any, *keys: str) -> time:
    try:
        if not isinstance(raw, str) or len(raw) != len("07:00"):
            raise ValueError
        return time.fromisoformat(raw)
    except ValueError:
        raise lines.wrong('a time is written as "07:00", in quotes', *keys) from None
