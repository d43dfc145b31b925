"""What callers send. Unknown fields are refused; no message repeats a value."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from chassis.errors import FieldError, Invalid
from child_index.domain import days, fields
from child_index.domain.accuracy import ACCURATE, PATTERN, known_as
from child_index.domain.family import Relationship
from child_index.domain.matching import PersonDetails
from child_index.domain.merging import Doubt
from child_index.domain.person import Person
from contracts.decisions import OverrideAsked


def _iso_date(value: Any) -> date:
    if not isinstance(value, str):
        raise ValueError("is not a date (YYYY-MM-DD)")  # noqa: TRY004  pydantic turns ValueError into an answer
    return days.iso_date(value)


def _needed(read: Callable[[str], str | None]) -> Callable[[str], str]:
    def needed(text: str) -> str:
        found = read(text)
        if found is None:
            raise ValueError("is needed")
        return found

    return needed


def _line(length: int) -> Callable[[str], str | None]:
    return lambda text: fields.plain(text, length)


Date = Annotated[date, BeforeValidator(_iso_date)]
# The length is bounded first, so that no validator works on what nobody meant.
Sex = Annotated[str, Field(max_length=40, description="male, female, indeterminate"), AfterValidator(fields.sex)]
Postcode = Annotated[str, Field(max_length=80, description="A UK postcode"), AfterValidator(fields.postcode)]
NhsNumber = Annotated[str, Field(max_length=160, description="10 digits"), AfterValidator(fields.nhs_number)]
Upn = Annotated[str, Field(max_length=160, description="Unique pupil number"), AfterValidator(fields.upn)]
Name = Annotated[str, Field(max_length=4 * fields.NAME_LENGTH), AfterValidator(_needed(fields.person_name))]
SearchedName = Annotated[str, Field(max_length=4 * fields.NAME_LENGTH), AfterValidator(fields.searched_name)]
AddressLine = Annotated[str, Field(max_length=4 * fields.ADDRESS_LENGTH), AfterValidator(_line(fields.ADDRESS_LENGTH))]
LocalId = Annotated[str, Field(max_length=4 * fields.LOCAL_ID_LENGTH), AfterValidator(_line(fields.LOCAL_ID_LENGTH))]
Contact = Annotated[str, Field(max_length=800), AfterValidator(_line(200))]
Phone = Annotated[str, Field(max_length=4 * fields.PHONE_LENGTH), AfterValidator(_line(fields.PHONE_LENGTH))]
Reason = Annotated[str, Field(max_length=2000), AfterValidator(_line(500))]
HandoverNote = Annotated[
    str,
    Field(
        max_length=16_000, description="What the next one needs to know. Read under `plan`: not by all who are involved"
    ),
    AfterValidator(lambda text: fields.prose(text, 4000)),
]
Id = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_needed(_line(64)))]


Accuracy = Annotated[
    str,
    Field(
        pattern=PATTERN,
        description="A letter each for day, month and year: A(ccurate), E(stimated), U(nknown); what is not accurate "
        "does not count in matching, what is unknown is kept as 1",
    ),
]


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SearchRequest(Request):
    """An identifier; or family name and date of birth (or its month); or given name, family name and postcode."""

    given_name: SearchedName | None = None
    family_name: SearchedName | None = None
    date_of_birth: Date | None = None
    date_of_birth_accuracy: Accuracy = ACCURATE
    sex: Sex | None = None
    postcode: Postcode | None = None
    nhs_number: NhsNumber | None = None
    upn: Upn | None = None
    override: Annotated[
        OverrideAsked | None,
        Field(description="Breaks the glass: finds also what blocks hide. For roles that may; it is reviewed."),
    ] = None

    def details(self) -> PersonDetails:
        """Raises Invalid `search-too-broad` where this is not enough to go on."""
        enough = (
            self.nhs_number
            or self.upn
            or (self.family_name and self.date_of_birth and self.date_of_birth_accuracy.endswith("AA"))
            or (self.given_name and self.family_name and self.postcode)
        )
        if not enough:
            raise Invalid(
                [FieldError("", self.__doc__ or "")],
                code="search-too-broad",
                detail=f"A search needs more to go on. {self.__doc__}",
            )
        return PersonDetails(
            given_name=self.given_name or "",
            family_name=self.family_name or "",
            date_of_birth=self.date_of_birth,
            born_accuracy=self.date_of_birth_accuracy,
            sex=self.sex,
            postcode=self.postcode,
            nhs_number=self.nhs_number,
            upn=self.upn,
        )


class RegisterRequest(Request):
    given_name: Name
    family_name: Name
    date_of_birth: Date
    date_of_birth_accuracy: Accuracy = ACCURATE
    sex: Sex | None = None
    address_line: AddressLine | None = None
    postcode: Postcode | None = None
    nhs_number: NhsNumber | None = None
    upn: Upn | None = None
    local_id: Annotated[LocalId | None, Field(description="Your own number for this child")] = None

    def person(self) -> Person:
        return Person(
            given_name=self.given_name,
            family_name=self.family_name,
            date_of_birth=known_as(self.date_of_birth, self.date_of_birth_accuracy),
            sex=self.sex,
            address_line=self.address_line,
            postcode=self.postcode,
            nhs_number=self.nhs_number,
            upn=self.upn,
            born_accuracy=self.date_of_birth_accuracy,
        )


class EpisodeRequest(Request):
    service_id: Id
    practitioner_id: Annotated[Id | None, Field(description="Left out: the caller")] = None
    started_on: Date
    sensitive: bool = False
    contact: Contact | None = None


class EpisodeEndRequest(Request):
    ended_on: Date
    reason: Reason | None = None


class LeadRequest(Request):
    practitioner_id: Id
    reason: Reason | None = None
    handover_note: HandoverNote | None = None


class RelatedPerson(Request):
    given_name: Name
    family_name: Name
    phone: Phone | None = None
    lives_with_child: bool = False


class RelationshipRequest(Request):
    """Either another child of the index, or a person who is not in it."""

    other_child_id: Id | None = None
    person: RelatedPerson | None = None
    relationship: Annotated[Relationship, Field(description="What the other is to the child")]

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.other_child_id is None) == (self.person is None):
            raise ValueError("needs either other_child_id or person")
        return self


class MergeRequest(Request):
    into: Annotated[Id, Field(description="The record that stands")]
    note: Annotated[Reason | None, Field(description="Why they are one child, for whoever looks at it later")] = None
    despite: Annotated[
        list[Doubt], Field(max_length=len(Doubt), description="What speaks against it, and is known to you")
    ] = []


MOST_ROWS = 999_999_999
"""No list has more rows, and no database a larger number for one."""


class LinksUndoRequest(Request):
    """Which links of the import are undone: all after a row, or only those of some rows."""

    rows: Annotated[list[Annotated[int, Field(ge=1, le=MOST_ROWS)]] | None, Field(min_length=1, max_length=1000)] = None
    after: Annotated[int, Field(ge=0, le=MOST_ROWS, description="`next_row` of the answer before")] = 0


class ResolutionRequest(Request):
    """Whether the submitted record and the candidate are the same child."""

    same: Annotated[bool, Field(strict=True)]
    child_id: Annotated[Id | None, Field(description="Another child whose the record is")] = None

    @model_validator(mode="after")
    def _child_only_when_same(self) -> Self:
        if self.child_id is not None and not self.same:
            raise ValueError("child_id goes with same: true")
        return self
