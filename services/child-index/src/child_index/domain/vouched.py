"""What people said of a record by correcting it: taking a sender's statement back does not take that away."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from child_index.domain.corrections import address_told, text_told
from child_index.domain.person import Address, Name


@dataclass(slots=True)
class Vouched:
    """`values`: of the plain fields, by their names, as the last correction left each. `name`: the one that the child
    was given by the last correction of it; `names`: all that were."""

    values: dict[str, str | None] = field(default_factory=dict)
    name: Name | None = None
    names: set[Name] = field(default_factory=set)
    addresses: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, corrections: Iterable[tuple[str, Any, Any]]) -> "Vouched":
        """`corrections`: field, before and after, as the history tells them, oldest first."""
        found = cls()
        for name, before, after in corrections:
            if name == "name":
                found.name = _name(after)
                found.names = found.names - {_name(before)} | {found.name}
            elif name == "other_names":
                found.names = found.names - {*map(_name, before)} | {*map(_name, after)}
            elif name == "addresses":
                found.addresses = [each for each in found.addresses if each not in before] + after
            else:
                found.values[name] = after
        return found

    def has(self, key: str, value: Any) -> bool:
        """Whether a correction gave this plain field the value."""
        return key in self.values and self.values[key] == text_told(value)

    def has_born(self, born: date, accuracy: str) -> bool:
        """Whether a correction gave the date of birth, or how sure it is; people always send both."""
        said = {"date_of_birth": born, "date_of_birth_accuracy": accuracy}
        corrected = [key for key in said if key in self.values]
        return bool(corrected) and all(self.has(key, said[key]) for key in corrected)

    def has_address(self, address: Address) -> bool:
        return address_told(address) in self.addresses


def _name(told: dict[str, str]) -> Name:
    return told["given_name"], told["family_name"]
