"""What the use cases need of the store of likeness keys."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from consent.domain.likeness import Home, Key


class LikenessRepository(Protocol):
    """By which family names and homes children and practitioners are alike: keys alone are kept."""

    async def set_child(
        self, child_id: str, family_name_keys: Sequence[str], home_keys: Sequence[str], at: datetime, *, new: bool
    ) -> None:
        """All keys that a child's record has; those of before that are not among them go."""
        ...

    async def set_name(self, practitioner_id: str, name: str, at: datetime) -> None:
        """The family name in the whole name is theirs from that moment on, a former one no more."""
        ...

    async def set_home(self, practitioner_id: str, home: Home, at: datetime) -> None: ...
    async def forget_home(self, practitioner_id: str) -> None: ...
    async def end(self, practitioner_id: str, at: datetime) -> None:
        """They have left: neither name nor home is of use from that moment on."""
        ...

    async def forget_ended(self, before: datetime) -> None:
        """Drops what was theirs until a moment or less."""
        ...

    async def homes_of(self, viewer_ids: Collection[str]) -> dict[str, list[Key]]:
        """By practitioner, with those given for the same person's other posts; only of those who have any."""
        ...

    async def homes_of_children(self, child_ids: Collection[str]) -> dict[str, list[Key]]:
        """By child, with those of all records that answer as one with it."""
        ...
