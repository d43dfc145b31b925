"""What a signal says, in plain English, with the threshold that it crossed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from consent.domain.signals import WEEKLY, SignalKind, SignalPolicy

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NO_PROOF = "This alone says nothing about why; the entries behind it are listed."


def thresholds_of(kind: SignalKind, policy: SignalPolicy) -> dict[str, Any]:
    """The part of the policy that a signal of this kind was found by, to be kept with it."""
    if kind is SignalKind.UNREVIEWED_OVERRIDES:
        return {"at_least": 1, "reviewed_within_working_days": policy.review_within}
    rule, hours = policy.rules[kind], policy.hours
    found: dict[str, Any] = {"at_least": rule.at_least}
    if kind is SignalKind.SAME_HOME:
        return found
    if kind in WEEKLY:
        return {**found, "settled_after_days": rule.settled_after_days}
    if kind is SignalKind.REPEATED_OVERRIDES:
        return {**found, "within_days": rule.within_days}
    found["within_minutes"] = rule.within_minutes
    if kind is SignalKind.OUT_OF_HOURS:
        found["working_hours"] = (
            f"{', '.join(DAYS[day].capitalize() for day in sorted(hours.days))}, "
            f"{hours.opens:%H:%M} to {hours.closes:%H:%M}, {hours.zone.key}"
        )
    return found


def explain(kind: SignalKind, peak: int, period: date, thresholds: Mapping[str, Any]) -> str:
    """`peak`: the most that was counted at once. `period`: the local day, or the Monday of the week."""
    children = "a child" if peak == 1 else f"{peak} different children"
    within = f"within {thresholds.get('within_minutes')} minutes"
    what = {
        SignalKind.OUT_OF_HOURS: f"On {period}, {peak} looks at children's records {within}, all of them outside "
        f"working hours ({thresholds.get('working_hours')}).",
        SignalKind.MANY_CHILDREN: f"On {period}, looks at the records of {peak} different children {within}.",
        SignalKind.REFUSED_ATTEMPTS: f"On {period}, {peak} attempts that were refused {within}.",
        SignalKind.LOOKS_WITHOUT_INVOLVEMENT: f"In the week from {period}, looks at the records of {peak} different "
        "children with whom neither this person nor their team was involved, then or in the "
        f"{thresholds.get('settled_after_days')} days after that week.",
        SignalKind.REPEATED_OVERRIDES: f"Up to {period}, looks by {peak} different overrides within "
        f"{thresholds.get('within_days')} days.",
        SignalKind.UNREVIEWED_OVERRIDES: f"Of {period}, {peak} {'override' if peak == 1 else 'overrides'} that nobody "
        f"reviewed within {thresholds.get('reviewed_within_working_days')} working days.",
        SignalKind.SAME_FAMILY_NAME: f"In the week from {period}, looks at the records of {children} recorded with the "
        "same family name as the viewer's, or a part of it, with whom neither this person nor their team was involved, "
        f"then or in the {thresholds.get('settled_after_days')} days after that week.",
        SignalKind.SAME_HOME: f"On {period}, looks at the records of {children} recorded at the same home as the "
        "viewer's, now or formerly.",
    }[kind]
    return f"{what} The policy asks for a signal from {thresholds['at_least']}. {_NO_PROOF}"
