"""Finds officers' signals in the access log. It reads and notes, blocks nobody, and tells the officers alone."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from chassis.ids import new_id
from consent.application.history import LOOKS
from consent.application.ports import Post, Record, UnitOfWork, UnitOfWorkFactory
from consent.domain.policy import Policy
from consent.domain.signal_words import thresholds_of
from consent.domain.signals import (
    BURSTS,
    WEEKLY,
    Evidence,
    Look,
    SignalKind,
    at_home,
    bursts,
    settled,
    unfollowed,
    week_of,
)
from consent.domain.working_days import after_working_days
from contracts.events.consent import SignalRaised
from contracts.vocabulary import ACCOUNT_ROLES, Outcome, Role

log = structlog.get_logger("kith.signals")

BATCH = 2000
"""Entries that are examined together: those that came before them and matter to them are read once for all."""
_REST = 9
_LEAVES = "leaves"
_WEEKS = {SignalKind.LOOKS_WITHOUT_INVOLVEMENT: "weeks", SignalKind.SAME_FAMILY_NAME: "name-weeks"}
_INSTANT = timedelta(microseconds=1)

_Found = tuple[SignalKind, Post, date, Evidence]


@dataclass
class SignalFinder:
    """Examines each entry once it has its place in the log. A signal is of one viewer in one agency's post, one kind,
    and one day (or week), and only grows; so examining again, or in other portions, finds the same."""

    unit_of_work: UnitOfWorkFactory
    reading: UnitOfWorkFactory
    policy: Policy
    interval: float

    async def run(self) -> None:
        """Finds for ever. A fault is logged and tried again; nothing is passed over."""
        while True:
            try:
                while await self._rested(self.find_bursts) == BATCH:
                    pass
                while await self.find_unfollowed():
                    pass
                await self.find_unreviewed()
                await asyncio.sleep(self.interval)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("signals.failed", error_type=type(error).__qualname__)
                await asyncio.sleep(self.interval * 4)

    @staticmethod
    async def _rested(work: Callable[[], Awaitable[int]]) -> int:
        """Signals can wait and decisions cannot: after each batch others have the machine for nine times as long."""
        began = time.monotonic()
        done = await work()
        await asyncio.sleep(_REST * (time.monotonic() - began))
        return done

    async def find_bursts(self) -> int:
        """Examines the next entries of the log; returns how many there were."""
        async with self.reading() as uow:
            first = await uow.signals.progress(_LEAVES) or 0
            rows = await uow.signals.sequenced(first, BATCH)
            found = [
                each
                for search in (self._bursts, self._repeated, self._at_home)
                for each in await search(uow, [row for row in rows if row["viewer_id"] is not None])
            ]
        if not rows:
            return 0
        async with self.unit_of_work() as uow:
            await uow.signals.lock()
            if (await uow.signals.progress(_LEAVES) or 0) != first:  # another replica's finder took them
                return 0
            for kind, who, day, evidence in found:
                await self._note(uow, kind, who, day, evidence)
            await uow.signals.set_progress(_LEAVES, first + len(rows))
            await uow.commit()
        return len(rows)

    async def _bursts(self, uow: UnitOfWork, rows: Sequence[Record]) -> list[_Found]:
        policy = self.policy.signals
        roles = await uow.signals.roles(sorted({row["viewer_id"] for row in rows}))
        since = {
            who: begin
            for who, begin in _earliest(rows).items()
            if any(self._examined(kind, roles[who[0]]) for kind in BURSTS)
        }
        found: list[_Found] = []
        reach = {who: begin - policy.longest for who, begin in since.items()}
        for who in await uow.signals.busy(reach, min(policy.rules[kind].at_least for kind in BURSTS)):
            looks = await uow.signals.looks_of(who, reach[who], _looks())
            for kind in BURSTS:
                if self._examined(kind, roles[who[0]]):
                    days = bursts(kind, looks, policy, since[who])
                    found += [(kind, who, day, evidence) for day, evidence in days.items()]
        return found

    async def _repeated(self, uow: UnitOfWork, rows: Sequence[Record]) -> list[_Found]:
        kind, policy = SignalKind.REPEATED_OVERRIDES, self.policy.signals
        by_override = [row for row in rows if row["override_id"] is not None]
        roles = await uow.signals.roles(sorted({row["viewer_id"] for row in by_override}))
        found: list[_Found] = []
        for who, begin in _earliest(by_override).items():
            if self._examined(kind, roles[who[0]]):
                reach = begin - policy.rules[kind].within
                looks = await uow.signals.looks_of(who, reach, _looks(), by_override=True)
                found += [(kind, who, day, evidence) for day, evidence in bursts(kind, looks, policy, begin).items()]
        return found

    async def _at_home(self, uow: UnitOfWork, rows: Sequence[Record]) -> list[_Found]:
        kind, policy = SignalKind.SAME_HOME, self.policy.signals
        roles = await uow.signals.roles(sorted({row["viewer_id"] for row in rows}))
        looks = [(row, _look(row)) for row in rows]
        shown = [(row, look) for row, look in looks if look.shown and self._examined(kind, roles[row["viewer_id"]])]
        homes = await uow.likenesses.homes_of({row["viewer_id"] for row, _ in shown}) if shown else {}
        theirs = [(row, look) for row, look in shown if row["viewer_id"] in homes]
        if not theirs:
            return []
        childrens = await uow.likenesses.homes_of_children({row["child_id"] for row, _ in theirs})
        days = {
            ((row["viewer_id"], row["agency_id"]), policy.hours.day_of(look.at))
            for row, look in theirs
            if at_home([look], homes[row["viewer_id"]], childrens)
        }
        found: list[_Found] = []
        for who, day in sorted(days, key=str):
            # The whole day, so that what is counted does not depend on the portions.
            begin = policy.hours.start_of(day)
            around = await uow.signals.looks_of(who, begin - _INSTANT, _looks())
            that_day = [look for look in around if policy.hours.day_of(look.at) == day]
            childrens = await uow.likenesses.homes_of_children({look.child_id for look in that_day if look.child_id})
            alike = at_home(that_day, homes[who[0]], childrens)
            evidence = Evidence()
            evidence.add(alike, len({look.child_id for look in alike}))
            found.append((kind, who, day, evidence))
        return found

    async def find_unreviewed(self) -> None:
        """Notes the overrides that nobody reviewed in time, those of one viewer and day together."""
        kind, policy, last = SignalKind.UNREVIEWED_OVERRIDES, self.policy, ""
        late: dict[tuple[str, str | None, date], list[Record]] = {}
        async with self.unit_of_work() as uow:
            await uow.signals.lock()
            while found := await uow.signals.unreviewed_overrides(last, BATCH):
                last = found[-1]["override_id"]
                for override in found:
                    due = after_working_days(
                        override["started_at"], policy.signals.review_within, policy.overrides.bank_holidays
                    )
                    if uow.now() >= due:
                        day = policy.signals.hours.day_of(override["started_at"])
                        late.setdefault((override["viewer_id"], override["agency_id"], day), []).append(override)
            for (viewer_id, agency_id, day), overrides in late.items():
                evidence = Evidence()
                for override in overrides:
                    rows = await uow.signals.behind_override(override)
                    evidence.add([_look(row) for row in rows], len(overrides))
                if evidence.entries:  # none are left where a purge took them
                    await self._note(uow, kind, (viewer_id, agency_id), day, evidence)
            await uow.commit()

    async def find_unfollowed(self) -> bool:
        """Judges the next week that is over for long enough, for each kind by itself; whether there was one."""
        judged = [await self._judge_week(kind) for kind in WEEKLY]
        return any(judged)

    async def _judge_week(self, kind: SignalKind) -> bool:
        policy = self.policy.signals
        async with self.unit_of_work() as uow:
            await uow.signals.lock()
            position = await uow.signals.progress(_WEEKS[kind])
            if position is None:
                earliest = await uow.signals.first_look()
                if earliest is None:
                    return False
                position = week_of(policy.hours.day_of(earliest)).toordinal()
            week = date.fromordinal(position)
            if not settled(kind, week, uow.now(), policy):
                return False
            begin, end = policy.hours.start_of(week), policy.hours.start_of(week + timedelta(days=7))
            rule = policy.rules[kind]
            namesakes = kind is SignalKind.SAME_FAMILY_NAME
            search = uow.signals.unfollowed_namesakes if namesakes else uow.signals.unfollowed
            rows = await search(begin, end, LOOKS, rule.at_least)
            roles = await uow.signals.roles(sorted({row["viewer_id"] for row in rows}))
            theirs: dict[Post, list[Look]] = {}
            for row in rows:
                if self._examined(kind, roles[row["viewer_id"]]):
                    theirs.setdefault((row["viewer_id"], row["agency_id"]), []).append(_look(row))
            for (viewer_id, agency_id), looks in theirs.items():
                evidence = unfollowed(looks, rule)
                if evidence is not None:
                    await self._note(uow, kind, (viewer_id, agency_id), week, evidence)
            await uow.signals.set_progress(_WEEKS[kind], (week + timedelta(days=7)).toordinal())
            if namesakes:
                await uow.likenesses.forget_ended(end)
            await uow.commit()
        return True

    def _examined(self, kind: SignalKind, role: Role | None) -> bool:
        """Young people and parents see their own record as often and as late as they like."""
        return role not in ACCOUNT_ROLES and role not in self.policy.signals.rules[kind].exempt_roles

    async def _note(self, uow: UnitOfWork, kind: SignalKind, who: Post, period: date, evidence: Evidence) -> None:
        key = {"kind": kind.value, "viewer_id": who[0], "agency_id": who[1], "period": period}
        known = await uow.signals.find(key)
        signal_id = known["signal_id"] if known is not None else new_id()
        if known is None:
            times = evidence.entries.values()
            officers = await uow.overrides.officers_for(who[1])
            # An officer is not told of their own looks; the others are.
            uow.emit(SignalRaised(signal_id=signal_id, officers=[each for each in officers if each != who[0]]))
            await uow.signals.add(
                {
                    "signal_id": signal_id,
                    **key,
                    "began_at": min(times),
                    "ended_at": max(times),
                    "found_at": uow.now(),
                    "entries": len(times),
                    "peak": evidence.peak,
                    "thresholds": thresholds_of(kind, self.policy.signals),
                    "policy_version": self.policy.version,
                }
            )
        await uow.signals.add_entries(signal_id, evidence.entries)
        if known is not None:
            await uow.signals.count(signal_id, max(evidence.peak, known["peak"]))


def _earliest(rows: Iterable[Record]) -> dict[Post, datetime]:
    """When each one's first of these looks was."""
    since: dict[Post, datetime] = {}
    for row in rows:
        who = (row["viewer_id"], row["agency_id"])
        since[who] = min(since.get(who, row["at"]), row["at"])
    return since


def _looks() -> Callable[[Record], Look]:
    """Makes one viewer's looks of rows. Each row brings a copy of its ids; looks at one child share one."""
    ids: dict[str, str] = {}
    return lambda row: _look(row, lambda name: name if name is None else ids.setdefault(name, name))


def _look(row: Record, shared: Callable[[str | None], str | None] = lambda name: name) -> Look:
    shown = row["outcome"] == Outcome.PERMITTED.value and row["action"] in LOOKS and row["child_id"] is not None
    refused = row["outcome"] == Outcome.REFUSED.value
    return Look(row["entry_id"], row["at"], shared(row["child_id"]), shown, refused, shared(row["override_id"]))
