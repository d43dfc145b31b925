"""What somebody who has left still has to do with a child."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class Part(StrEnum):
    LEAD_PROFESSIONAL = "lead_professional"
    EPISODE = "episode"


@dataclass(frozen=True, slots=True)
class Left:
    """`left_id` is that of the episode or of the time as lead professional; `child_id` the record that it is on."""

    left_id: str
    part: Part
    child_id: str
    practitioner_id: str
    since: date
    service_id: str | None


class ReassignmentRepository(Protocol):
    async def of(self, practitioner_ids: Collection[str], leader_id: str, limit: int, after: str | None) -> list[Left]:
        """Where they are lead professional or have an open episode, by `left_id`. Nothing of a sensitive one, nor of
        the episodes of a team that somebody else leads."""
        ...
