"""A child's record in the JSON of the Multi-Agency Information Sharing drafts: Person and ServiceEpisode.

Names and codes are the drafts' own (person and safeguarding standards, 2026). Each member is of one category, as in
Kith's own form, and only granted ones leave. docs/mais.md says what the drafts ask for and Kith does not hold.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from chassis.disclosure import STRUCTURE, In
from child_index.application.ports import FamilyLink, Involvement
from child_index.application.read_child import ChildView
from child_index.domain.accuracy import accuracy_code
from child_index.domain.family import Relationship
from child_index.domain.wholes import Whole
from contracts.mais import NHS_NUMBER, UPN
from contracts.vocabulary import Category

_BASICS, _WHEREABOUTS = In(Category.BASICS), In(Category.WHEREABOUTS)
_FAMILY, _INVOLVEMENT = In(Category.FAMILY), In(Category.INVOLVEMENT)

CHILD, EPISODE = "urn:kith:id:child", "urn:kith:id:episode"
PRACTITIONER, SERVICE = "urn:kith:id:practitioner", "urn:kith:id:service"

_SEX = {"male": "1", "female": "2", "indeterminate": "9"}
_SUBJECT, _PRIMARY_PERFORMER = "SBJ", "PPRF"
"""HL7 v3 ParticipationType."""
_RELATED = {
    Relationship.PARENT: "PRN",
    Relationship.STEP_PARENT: "STPPRN",
    Relationship.GRANDPARENT: "GRPRN",
    Relationship.SIBLING: "SIB",
    Relationship.HALF_SIBLING: "HSIB",
    Relationship.STEP_SIBLING: "STPSIB",
    Relationship.CHILD: "CHILD",
    Relationship.STEP_CHILD: "STPCHLD",
    Relationship.GRANDCHILD: "GRNDCHILD",
}
"""HL7 v3 RoleCode. What has no code there (a carer) is told in Kith's own form only."""


class Identifier(BaseModel):
    value: Annotated[str, STRUCTURE]
    system: Annotated[str, STRUCTURE]


class Name(BaseModel):
    familyName: Annotated[list[str], _BASICS]
    givenName: Annotated[list[str], _BASICS]
    use: Annotated[str, _BASICS] = "usual"


class PartialDate(BaseModel):
    date: Annotated[date, _BASICS]
    accuracyIndicator: Annotated[str, _BASICS, Field(pattern="^[AEU]{3}$")]


class Address(BaseModel):
    line1: Annotated[str | None, _WHEREABOUTS] = None
    postcode: Annotated[str | None, _WHEREABOUTS] = None
    use: Annotated[str, _WHEREABOUTS]


class RelatedPerson(BaseModel):
    identifier: Annotated[Identifier, _FAMILY]
    relationship: Annotated[list[str], _FAMILY]

    @classmethod
    def of(cls, link: FamilyLink) -> "RelatedPerson | None":
        code = _RELATED.get(Relationship(link.relationship))
        if link.other_child_id is None or code is None:
            return None
        return cls(identifier=Identifier(value=link.other_child_id, system=CHILD), relationship=[code])


class PersonAnswer(BaseModel):
    """The draft's Person. `identifier` has Kith's own id always, and the numbers with the basics."""

    identifier: Annotated[list[Identifier], STRUCTURE]
    name: Annotated[list[Name] | None, _BASICS] = None
    dateOfBirth: Annotated[PartialDate | None, _BASICS] = None
    sexCode: Annotated[str | None, _BASICS] = None
    address: Annotated[list[Address] | None, _WHEREABOUTS] = None
    relatedPerson: Annotated[list[RelatedPerson] | None, _FAMILY] = None
    primaryContactProfessional: Annotated[list[Identifier] | None, _INVOLVEMENT] = None

    @classmethod
    def of(cls, view: ChildView) -> "PersonAnswer":
        child, basics = view.child, Category.BASICS in view.categories
        related = [found for link in view.family or () if (found := RelatedPerson.of(link))]
        addresses = [
            Address(line1=each.address_line, postcode=each.postcode, use="old" if place else "home")
            for place, each in enumerate(child.addresses)
        ]
        lead = [Identifier(value=view.lead[0].practitioner_id, system=PRACTITIONER)] if view.lead else None
        return cls(
            identifier=[Identifier(value=child.child_id, system=CHILD), *(_numbers(child) if basics else ())],
            name=[Name(familyName=[child.root.family_name], givenName=[child.root.given_name])],
            dateOfBirth=PartialDate(
                date=child.root.date_of_birth,
                accuracyIndicator=accuracy_code(
                    [record.date_of_birth for record in child.records], child.root.born_accuracy
                ),
            ),
            sexCode=_SEX.get(child.sex or ""),
            address=addresses or None,
            relatedPerson=related or None,
            primaryContactProfessional=lead,
        )


class SubjectPerson(BaseModel):
    person: Annotated[Identifier, _INVOLVEMENT]
    involvement: Annotated[str, _INVOLVEMENT] = _SUBJECT


class RelatedProfessional(BaseModel):
    professional: Annotated[Identifier, _INVOLVEMENT]
    involvement: Annotated[str, _INVOLVEMENT] = _PRIMARY_PERFORMER


class TimeInformation(BaseModel):
    startDateTime: Annotated[date, _INVOLVEMENT]
    endDateTime: Annotated[date | None, _INVOLVEMENT] = None


class ServiceEpisode(BaseModel):
    identifier: Annotated[list[Identifier], _INVOLVEMENT]
    type: Annotated[list[str], _INVOLVEMENT]
    subjectPerson: Annotated[list[SubjectPerson], _INVOLVEMENT]
    relatedProfessional: Annotated[list[RelatedProfessional] | None, _INVOLVEMENT] = None
    relatedService: Annotated[list[Identifier], _INVOLVEMENT]
    timeInformation: Annotated[list[TimeInformation], _INVOLVEMENT]

    @classmethod
    def of(cls, child_id: str, each: Involvement) -> "ServiceEpisode":
        episode = each.episode
        professional = None
        if episode.practitioner_id and not each.nameless:
            professional = [
                RelatedProfessional(professional=Identifier(value=episode.practitioner_id, system=PRACTITIONER))
            ]
        return cls(
            identifier=[Identifier(value=episode.episode_id, system=EPISODE)],
            type=[each.service.type] if each.service else [],
            subjectPerson=[SubjectPerson(person=Identifier(value=child_id, system=CHILD))],
            relatedProfessional=professional,
            relatedService=[] if each.nameless else [Identifier(value=episode.service_id, system=SERVICE)],
            timeInformation=[TimeInformation(startDateTime=episode.started_on, endDateTime=episode.ended_on)],
        )


class MaisAnswer(BaseModel):
    person: Annotated[PersonAnswer, STRUCTURE]
    serviceEpisode: Annotated[list[ServiceEpisode] | None, _INVOLVEMENT] = None


def in_the_drafts_form(view: ChildView) -> tuple[PersonAnswer, list[ServiceEpisode] | None]:
    """The record's person and episodes; None where involvement was not granted."""
    episodes = view.involvements
    if episodes is None:
        return PersonAnswer.of(view), None
    return PersonAnswer.of(view), [ServiceEpisode.of(view.child.child_id, each) for each in episodes]


def _numbers(child: Whole) -> list[Identifier]:
    held: list[tuple[str, Any]] = [(NHS_NUMBER, child.nhs_numbers), (UPN, child.upns)]
    return [Identifier(value=number, system=system) for system, numbers in held for number in numbers]
