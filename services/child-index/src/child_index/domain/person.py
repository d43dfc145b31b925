"""A child as the index holds them, and as a sender describes them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from child_index.domain.accuracy import ACCURATE
from child_index.domain.matching import PersonDetails

Name = tuple[str, str]
"""Given and family name."""
NUMBERED = "id:"
"""Begins the source key of a record that its sender has a number for."""


@dataclass(frozen=True, slots=True)
class Person:
    """One description of a child: each field in the form that `fields` gives it."""

    given_name: str
    family_name: str
    date_of_birth: date
    sex: str | None = None
    address_line: str | None = None
    postcode: str | None = None
    nhs_number: str | None = None
    upn: str | None = None
    born_accuracy: str = ACCURATE
    """How sure day, month and year of birth are (`accuracy`)."""

    def details(self) -> PersonDetails:
        return PersonDetails(
            given_name=self.given_name,
            family_name=self.family_name,
            date_of_birth=self.date_of_birth,
            sex=self.sex,
            postcode=self.postcode,
            address_line=self.address_line,
            nhs_number=self.nhs_number,
            upn=self.upn,
            born_accuracy=self.born_accuracy,
        )

    def to_json(self) -> dict[str, str | None]:
        told = {
            "given_name": self.given_name,
            "family_name": self.family_name,
            "date_of_birth": self.date_of_birth.isoformat(),
            "sex": self.sex,
            "address_line": self.address_line,
            "postcode": self.postcode,
            "nhs_number": self.nhs_number,
            "upn": self.upn,
        }
        return told if self.born_accuracy == ACCURATE else told | {"born_accuracy": self.born_accuracy}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Person":
        return cls(**{**kept, "date_of_birth": date.fromisoformat(kept["date_of_birth"])})

    def source_key(self, local_id: str | None) -> str:
        """The name of this record among its sender's: the sender's own number, or else a hash of what it says."""
        if local_id is not None:
            return f"{NUMBERED}{local_id}"
        return "row:" + hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Address:
    address_line: str | None
    postcode: str | None
    since: date
    until: date | None = None
    uprn: str | None = None

    @property
    def place(self) -> "tuple[str | None, str | None]":
        return self.address_line, self.postcode


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """What the index holds of one child. `addresses` newest first; `child_no` is None until it is saved."""

    child_id: str
    child_no: int | None
    given_name: str
    family_name: str
    date_of_birth: date
    sex: str | None
    nhs_number: str | None
    upn: str | None
    other_names: tuple[Name, ...] = ()
    addresses: tuple[Address, ...] = ()
    root_no: int | None = None
    """The number that records which answer as one have in common: their root's. None: it stands alone."""
    died_on: date | None = None
    hidden_names: tuple[Name, ...] = ()
    """Names of before that are neither shown nor searched by, save for index officers."""
    born_accuracy: str = ACCURATE

    @classmethod
    def of(cls, child_id: str, person: Person, today: date) -> "ChildRecord":
        known = person.address_line is not None or person.postcode is not None
        return cls(
            child_id=child_id,
            child_no=None,
            given_name=person.given_name,
            family_name=person.family_name,
            date_of_birth=person.date_of_birth,
            sex=person.sex,
            nhs_number=person.nhs_number,
            upn=person.upn,
            born_accuracy=person.born_accuracy,
            addresses=(Address(person.address_line, person.postcode, today),) if known else (),
        )

    @property
    def name(self) -> Name:
        return self.given_name, self.family_name

    def details(self, *, hidden: bool = False) -> PersonDetails:
        """What the matcher weighs; with the `hidden` names for index officers alone."""
        postcodes = [address.postcode for address in self.addresses if address.postcode]
        lines = [address.address_line for address in self.addresses if address.address_line]
        return PersonDetails(
            given_name=self.given_name,
            family_name=self.family_name,
            date_of_birth=self.date_of_birth,
            sex=self.sex,
            postcode=postcodes[0] if postcodes else None,
            address_line=lines[0] if lines else None,
            nhs_number=self.nhs_number,
            upn=self.upn,
            other_names=(*self.other_names, *self.hidden_names) if hidden else self.other_names,
            earlier_postcodes=tuple(postcodes[1:]),
            born_accuracy=self.born_accuracy,
        )
