"""What a person query sends and is answered: FHIR R4 `Parameters`, as the data-exchange draft (v0.3) uses it.

Of a Patient only what a child is known by is read; the rest of what systems send with it is passed over, but not a
modifier extension, which could turn its meaning round.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from chassis.disclosure import STRUCTURE, In
from chassis.errors import FieldError, Invalid
from child_index.api.requests import SearchRequest
from child_index.application.agency_ports import Agency
from child_index.application.ports import Involvement
from child_index.application.query_person import QueryResult, Verdict
from child_index.domain.accuracy import partial_date
from child_index.domain.contacts import system_of
from child_index.domain.matching import PersonDetails
from contracts.mais import NHS_NUMBER, REASONS, UPN
from contracts.vocabulary import Category

_INVOLVEMENT = In(Category.INVOLVEMENT)
_Text = Annotated[str, Field(max_length=400)]
_PLACES = {
    "nhs_number": "Patient.identifier",
    "upn": "Patient.identifier",
    "given_name": "Patient.name.given",
    "family_name": "Patient.name.family",
    "date_of_birth": "Patient.birthDate",
    "sex": "Patient.gender",
    "postcode": "Patient.address.postalCode",
}
_GENDERS = {"male": "male", "female": "female", "other": None, "unknown": None}


class _Sent(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class SentIdentifier(_Sent):
    system: _Text | None = None
    value: _Text | None = None


class SentName(_Sent):
    use: Annotated[str, Field(max_length=20)] | None = None
    family: _Text | None = None
    given: Annotated[list[_Text], Field(max_length=20)] = []


class SentAddress(_Sent):
    use: Annotated[str, Field(max_length=20)] | None = None
    postalCode: _Text | None = None


class SentPatient(_Sent):
    resourceType: Literal["Patient"]
    identifier: Annotated[list[SentIdentifier], Field(max_length=50)] = []
    name: Annotated[list[SentName], Field(max_length=20)] = []
    birthDate: _Text | None = None
    gender: Literal["male", "female", "other", "unknown"] | None = None
    address: Annotated[list[SentAddress], Field(max_length=20)] = []
    modifierExtension: Annotated[list[Any], Field(max_length=0)] = []


class SentParameter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Literal["resource", "reason"]
    resource: SentPatient | None = None
    valueUri: Annotated[_Text | None, Field(json_schema_extra={"enum": list(REASONS)})] = None


class PersonQuery(_Sent):
    """One `resource` (the Patient asked about) and one `reason` (the law that the asker acts under)."""

    resourceType: Literal["Parameters"]
    parameter: Annotated[list[SentParameter], Field(min_length=2, max_length=2)]

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if sum(each.resource is not None for each in self.parameter if each.name == "resource") != 1:
            raise ValueError("needs one resource")
        if sum(each.valueUri is not None for each in self.parameter if each.name == "reason") != 1:
            raise ValueError("needs one reason")
        return self

    @property
    def patient(self) -> SentPatient:
        return next(each.resource for each in self.parameter if each.resource is not None)

    def details(self) -> PersonDetails:
        """What is known of the child, under the rules of a search. Raises `Invalid`, by FHIR path."""
        patient = self.patient
        names = sorted(patient.name, key=lambda each: each.use not in {None, "official", "usual"})
        first = names[0] if names else SentName()
        postcodes = [each.postalCode for each in sorted(patient.address, key=lambda each: each.use == "old")]
        told = {
            "nhs_number": _number(patient, NHS_NUMBER, "nhs_number"),
            "upn": _number(patient, UPN, "upn"),
            "given_name": first.given[0] if first.given else None,
            "family_name": first.family,
            **_born(patient.birthDate),
            "sex": _GENDERS[patient.gender] if patient.gender else None,
            "postcode": next((each for each in postcodes if each), None),
        }
        also = [(" ".join(first.given), first.family)] if len(first.given) > 1 else []
        also += [(" ".join(each.given), each.family) for each in names[1:]]
        details = _searched(told)
        others = [_searched({**told, "given_name": given or None, "family_name": family}) for given, family in also]
        return replace(details, other_names=tuple((each.given_name, each.family_name) for each in others))


def _born(written: str | None) -> dict[str, str | None]:
    """FHIR's dates may be a year or a month alone."""
    try:
        partial = partial_date(written) if written else None
    except ValueError:
        partial = None  # refused as any other text that is no date
    if partial is None:
        return {"date_of_birth": written}
    return {"date_of_birth": partial[0].isoformat(), "date_of_birth_accuracy": partial[1]}


def _number(patient: SentPatient, system: str, kind: str) -> str | None:
    found = {each.value for each in patient.identifier if each.system == system and each.value}
    if len(found) > 1:
        raise Invalid([FieldError(_PLACES[kind], "holds two numbers of one kind")])
    return next(iter(found), None)


def _searched(told: dict[str, str | None]) -> PersonDetails:
    try:
        return SearchRequest.model_validate(told).details()
    except ValidationError as error:
        raise Invalid(
            [
                FieldError(_PLACES.get(str(each["loc"][0]), "Patient"), "is not one that can be taken")
                for each in error.errors()
            ]
        ) from None


class Telecom(BaseModel):
    system: Annotated[str, _INVOLVEMENT]
    value: Annotated[str, _INVOLVEMENT]
    use: Annotated[str, _INVOLVEMENT] = "work"

    @classmethod
    def of(cls, contact: str) -> "Telecom":
        return cls(system=system_of(contact), value=contact)


class Organization(BaseModel):
    resourceType: Annotated[Literal["Organization"], _INVOLVEMENT] = "Organization"
    id: Annotated[str, _INVOLVEMENT]
    name: Annotated[str, _INVOLVEMENT]
    telecom: Annotated[list[Telecom] | None, _INVOLVEMENT] = None

    @classmethod
    def of(cls, agency: Agency) -> "Organization":
        telecom = [Telecom.of(agency.contact)] if agency.contact else None
        return cls(id=agency.agency_id, name=agency.name, telecom=telecom)


class Period(BaseModel):
    start: Annotated[date, _INVOLVEMENT]


class Part(BaseModel):
    name: Annotated[str, _INVOLVEMENT]
    valueString: Annotated[str | None, _INVOLVEMENT] = None
    valuePeriod: Annotated[Period | None, _INVOLVEMENT] = None
    valueContactPoint: Annotated[Telecom | None, _INVOLVEMENT] = None


class AnswerParameter(BaseModel):
    """`match`, `decision`, and where permitted a `contact` for each agency and an `involvement` for each service."""

    name: Annotated[str, STRUCTURE]
    valueBoolean: Annotated[bool | None, STRUCTURE] = None
    valueCode: Annotated[str | None, STRUCTURE] = None
    resource: Annotated[Organization | None, _INVOLVEMENT] = None
    part: Annotated[list[Part] | None, _INVOLVEMENT] = None


class PersonAnswer(BaseModel):
    resourceType: Annotated[Literal["Parameters"], STRUCTURE] = "Parameters"
    parameter: Annotated[list[AnswerParameter], STRUCTURE]


def answer_parameters(result: QueryResult) -> list[AnswerParameter]:
    return [
        AnswerParameter(name="match", valueBoolean=result.verdict is Verdict.PERMIT),
        AnswerParameter(name="decision", valueCode=result.verdict.value),
        *(AnswerParameter(name="contact", resource=Organization.of(each)) for each in result.agencies),
        *(AnswerParameter(name="involvement", part=_parts(each)) for each in result.involvements),
    ]


def _parts(involvement: Involvement) -> list[Part]:
    episode, service = involvement.episode, involvement.service
    contact = episode.contact or (service.contact if service else None)
    parts = [Part(name="organisation", valueString=episode.agency_id)]
    if service is not None:
        parts += [Part(name="service", valueString=service.name), Part(name="type", valueString=service.type)]
    parts.append(Part(name="period", valuePeriod=Period(start=episode.started_on)))
    if contact:
        parts.append(Part(name="contact", valueContactPoint=Telecom.of(contact)))
    return parts
