"""An agency as the local copy of the directory has it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agency:
    agency_id: str
    name: str
    contact: str | None
