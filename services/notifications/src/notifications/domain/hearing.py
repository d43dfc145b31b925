"""Who hears of what, as the rules say. The rules are data (`hearing.yaml`, or an authority's own file)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.vocabulary import Category
from notifications.domain.happenings import OF_INVOLVEMENT, TOLD_OF_NO_CHILD, Audience, NotificationType


class Priority(StrEnum):
    CRITICAL = "critical"
    """Left unread, it is told to the team's leader."""
    NORMAL = "normal"
    ROUTINE = "routine"


@dataclass(frozen=True, slots=True)
class Rule:
    """`event`: one of `HAPPENINGS`. `why` is told to the recipient, in plain words; `why_cy` in Welsh, where somebody
    has written it. What is `routine` nobody is told of a child who has died. `categories`: what it takes to be shown
    it, beside what the occurrence itself says. `stoppable`: whether the recipient may turn it off; `at_first`: whether
    it is told to whoever has chosen nothing."""

    event: str
    hears: Audience
    type: NotificationType
    why: str
    routine: bool = False
    categories: tuple[Category, ...] = OF_INVOLVEMENT
    priority: Priority = Priority.NORMAL
    stoppable: bool = False
    at_first: bool = True
    why_cy: str | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What happened, in ids alone. `done_by` None: nobody's doing. `quiet`: nobody is to be told, whatever the rules
    say."""

    event: str
    child_id: str | None
    done_by: str | None
    concerns: str | None = None
    episode_id: str | None = None
    assessment_id: str | None = None
    override_id: str | None = None
    officers: tuple[str, ...] = ()
    consent_id: str | None = None
    other_child_id: str | None = None
    practitioner_id: str | None = None
    leaders: tuple[str, ...] = ()
    action_id: str | None = None
    agency_id: str | None = None
    """Of whoever became involved."""
    signal_id: str | None = None
    categories: tuple[Category, ...] = ()
    """What it takes to know of it, beside what the rule says."""
    team: tuple[str, ...] = ()
    referral_id: str | None = None
    receivers: tuple[str, ...] = ()
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """`names_child`: whether the recipient is told which child. `categories`: as an entry's, in the order of
    `Category`."""

    recipient_id: str
    type: NotificationType
    names_child: bool = True
    categories: tuple[Category, ...] = OF_INVOLVEMENT
    audience: Audience = Audience.LEAD_PROFESSIONAL
    priority: Priority = Priority.NORMAL


Chosen = Mapping[tuple[str, NotificationType], bool]
"""What recipients chose, by recipient and type: to hear of it or not."""


@dataclass(frozen=True, slots=True)
class Rules:
    """In the order of the file. Of several for one type, which of them spoke is known by the audience."""

    version: str
    rules: tuple[Rule, ...]

    def of(self, event: str) -> list[Rule]:
        return [rule for rule in self.rules if rule.event == event]

    def by_type(self) -> dict[NotificationType, list[Rule]]:
        found: dict[NotificationType, list[Rule]] = {}
        for rule in self.rules:
            found.setdefault(rule.type, []).append(rule)
        return found

    def behind(self, type_: NotificationType, audience: Audience | None) -> Rule | None:
        """The rule by which somebody was told; None where the file has none (any more). `audience` None: it was told
        before that was kept."""
        found = [rule for rule in self.rules if rule.type is type_]
        return next((rule for rule in found if rule.hears is audience), next(iter(found), None))

    def who_hears(
        self,
        occurrence: Occurrence,
        audiences: Mapping[Audience, Sequence[str]],
        chosen: Chosen,
        *,
        deceased: bool = False,
    ) -> list[Notice]:
        """The notices that an occurrence gives rise to. `deceased`: the child has died.

        `audiences` says who stands behind each audience at the moment; one that is missing is not known (yet), and
        then nobody hears. Nobody is told of what they did themselves, nor twice of the same thing, nor of what they
        turned off where that may be turned off. A young person is told nothing sensitive that others wrote.
        """
        notices: dict[tuple[object, ...], Notice] = {}
        for rule in () if occurrence.quiet else self.of(occurrence.event):
            needed = {*rule.categories, *occurrence.categories}
            if (deceased and rule.routine) or (rule.hears is Audience.YOUNG_PERSON and Category.SENSITIVE in needed):
                continue
            categories = tuple(each for each in Category if each in needed)
            names_child = rule.hears not in TOLD_OF_NO_CHILD
            for recipient in audiences.get(rule.hears, ()):
                wanted = chosen.get((recipient, rule.type), rule.at_first) if rule.stoppable else True
                if wanted and recipient != occurrence.done_by:
                    notice = Notice(recipient, rule.type, names_child, categories, rule.hears, rule.priority)
                    notices.setdefault((recipient, rule.type, names_child, categories), notice)
        return list(notices.values())
