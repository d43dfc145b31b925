"""Life events: what happened in a child's life, told by whoever learned of it. Source: the draft safeguarding standard
(MAIS), LifeEvent: "a significant, time-bound occurrence in an individual's life"."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from contracts.vocabulary import Category

MOST_VERSIONS = 200
"""Of one event: beyond that it is not corrected but a mistake of a program."""


@dataclass(frozen=True, slots=True)
class LifeEventCode:
    """`national`: of the draft standard."""

    code: str
    title: str
    national: bool = False


LifeEventCodes = Mapping[str, LifeEventCode]
"""By code, in the order in which they are offered."""


class LifeEventStatus(StrEnum):
    RECORDED = "recorded"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    """It did not happen, or not to this child. It is kept, and is in no chronology."""


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """As it stands. `category` rules who may know of it at all; it never changes. `accuracy` says which parts of
    `occurred_on` are sure (`chassis.partial_dates`). `agency_id`: the recorder's at that time. `reason`: of the last
    change. `version` counts from 1."""

    life_event_id: str
    child_id: str
    code: str
    category: Category
    occurred_on: date
    accuracy: str
    words: str | None
    status: LifeEventStatus
    reason: str | None
    recorded_by: str
    agency_id: str | None
    recorded_at: datetime
    changed_at: datetime
    version: int = 1
