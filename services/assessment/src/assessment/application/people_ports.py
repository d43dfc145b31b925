"""What documents need to know of practitioners and agencies, as the directory's events last told."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from contracts.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Person:
    """A practitioner as they are named on paper. None: the directory has not told."""

    practitioner_id: str
    name: str | None
    role: Role
    agency_id: str | None
    agency_name: str | None
    email: str | None
    phone: str | None
    active: bool


class PeopleRepository(Protocol):
    async def named(self, practitioner_ids: Collection[str]) -> dict[str, Person]:
        """Those of them whom the directory has told of."""

    async def agency_name(self, agency_id: str) -> str | None: ...

    async def put_agency(self, agency_id: str, name: str, version: int) -> None:
        """Leaves what is newer alone."""
