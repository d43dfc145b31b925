"""The stage of intervention that was agreed for a child, and the policy that it is agreed by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

STAGES = (1, 2, 3, 4)
FAMILY = frozenset({"young_person", "parent"})
"""Who may have agreed beside practitioners."""


@dataclass(frozen=True, slots=True)
class StageRule:
    """`weight` is what a child at this stage counts in the resource formula; `criteria` maps a code to its words."""

    title: str
    weight: int
    criteria: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StagePolicy:
    version: str
    stages: Mapping[int, StageRule]


@dataclass(frozen=True, slots=True)
class Stage:
    """One agreement. `agreed_by`: practitioners, and of the family `young_person` or `parent`. In force until
    `ended_at`."""

    stage_id: str
    child_id: str
    stage: int
    reason: str
    criteria: tuple[str, ...]
    agreed_by: tuple[str, ...]
    policy_version: str
    set_by: str
    set_at: datetime
    ended_at: datetime | None = None

    @property
    def etag(self) -> str:
        return f'"{self.stage_id}"'
