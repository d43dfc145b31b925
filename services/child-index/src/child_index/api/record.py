"""One child's record as it is answered. Every field declares its information category; only granted ones leave."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from chassis.disclosure import STRUCTURE, In
from child_index.application.ports import FamilyLink, Involvement, Lead, Practitioner, Service
from child_index.application.read_child import ChildView
from child_index.domain.accuracy import unsure
from child_index.domain.person import Name
from child_index.domain.wholes import Whole
from contracts.vocabulary import Category

_BASICS, _WHEREABOUTS = In(Category.BASICS), In(Category.WHEREABOUTS)
_FAMILY, _INVOLVEMENT = In(Category.FAMILY), In(Category.INVOLVEMENT)


class OtherName(BaseModel):
    given_name: Annotated[str, _BASICS]
    family_name: Annotated[str, _BASICS]


class Identity(BaseModel):
    """What one record says of who a child is."""

    given_name: Annotated[str, _BASICS]
    family_name: Annotated[str, _BASICS]
    date_of_birth: Annotated[date, _BASICS]
    date_of_birth_accuracy: Annotated[
        str | None,
        _BASICS,
        Field(description="Of day, month and year, where not all are accurate: A(ccurate), E(stimated), U(nknown)"),
    ] = None
    sex: Annotated[str | None, _BASICS] = None
    nhs_number: Annotated[str | None, _BASICS] = None
    upn: Annotated[str | None, _BASICS] = None


class Basics(Identity):
    other_names: Annotated[list[OtherName], _BASICS] = []
    other_dates_of_birth: Annotated[list[date] | None, _BASICS, Field(description="Of merged records")] = None
    other_nhs_numbers: Annotated[list[str] | None, _BASICS, Field(description="Of merged records")] = None
    died_on: Annotated[date | None, _BASICS] = None
    hidden_names: Annotated[
        list[OtherName] | None, _BASICS, Field(description="Names of before; for index officers alone")
    ] = None
    other_upns: Annotated[list[str] | None, _BASICS, Field(description="Of merged records")] = None

    @classmethod
    def of(cls, child: Whole, *, hidden: bool = False) -> "Basics":
        """`hidden`: with the hidden names."""
        nhs_numbers, upns = child.nhs_numbers, child.upns
        return cls(
            given_name=child.root.given_name,
            family_name=child.root.family_name,
            date_of_birth=child.root.date_of_birth,
            date_of_birth_accuracy=unsure(child.root.born_accuracy),
            sex=child.sex,
            nhs_number=nhs_numbers[0] if nhs_numbers else None,
            upn=upns[0] if upns else None,
            died_on=child.died_on,
            other_names=_names(child.other_names),
            hidden_names=(_names(child.hidden_names) or None) if hidden else None,
            other_dates_of_birth=child.other_dates_of_birth or None,
            other_nhs_numbers=nhs_numbers[1:] or None,
            other_upns=upns[1:] or None,
        )


def _names(names: list[Name]) -> list[OtherName]:
    return [OtherName(given_name=given, family_name=family) for given, family in names]


class AddressAnswer(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)
    address_line: Annotated[str | None, _WHEREABOUTS] = None
    postcode: Annotated[str | None, _WHEREABOUTS] = None
    uprn: Annotated[str | None, _WHEREABOUTS, Field(description="Unique property reference number")] = None
    since: Annotated[date, _WHEREABOUTS, Field(serialization_alias="from")]
    until: Annotated[date | None, _WHEREABOUTS, Field(serialization_alias="to")] = None

    @classmethod
    def all_of(cls, child: Whole) -> "list[AddressAnswer]":
        return [
            cls(address_line=a.address_line, postcode=a.postcode, uprn=a.uprn, since=a.since, until=a.until)
            for a in child.addresses
        ]


class Place(BaseModel):
    """A school, or a GP practice."""

    service_id: Annotated[str, _WHEREABOUTS]
    name: Annotated[str, _WHEREABOUTS]
    contact: Annotated[str | None, _WHEREABOUTS] = None

    @classmethod
    def of(cls, service: Service) -> "Place":
        return cls(service_id=service.service_id, name=service.name, contact=service.contact)


class Whereabouts(BaseModel):
    addresses: Annotated[list[AddressAnswer], _WHEREABOUTS]
    schools: Annotated[list[Place], _WHEREABOUTS]
    gp_practices: Annotated[list[Place], _WHEREABOUTS]


class FamilyMember(BaseModel):
    given_name: Annotated[str, _FAMILY]
    family_name: Annotated[str, _FAMILY]
    phone: Annotated[str | None, _FAMILY] = None


class RelationshipAnswer(BaseModel):
    relationship_id: Annotated[str, _FAMILY]
    relationship: Annotated[str, _FAMILY]
    child_id: Annotated[str | None, _FAMILY] = None
    person: Annotated[FamilyMember, _FAMILY]

    @classmethod
    def of(cls, link: FamilyLink) -> "RelationshipAnswer":
        return cls(
            relationship_id=link.relationship_id,
            relationship=link.relationship,
            child_id=link.other_child_id,
            person=FamilyMember(given_name=link.given_name, family_name=link.family_name, phone=link.phone),
        )


class Family(BaseModel):
    relationships: Annotated[list[RelationshipAnswer], _FAMILY]


class EpisodeService(BaseModel):
    """Its type alone where more would tell where the child is, which is hidden from the reader."""

    service_id: Annotated[str | None, _INVOLVEMENT] = None
    name: Annotated[str | None, _INVOLVEMENT] = None
    type: Annotated[str | None, _INVOLVEMENT] = None
    agency_id: Annotated[str | None, _INVOLVEMENT] = None
    agency_name: Annotated[str | None, _INVOLVEMENT] = None
    contact: Annotated[str | None, _INVOLVEMENT] = None


class PractitionerAnswer(BaseModel):
    practitioner_id: Annotated[str, _INVOLVEMENT]
    name: Annotated[str | None, _INVOLVEMENT] = None
    role: Annotated[str | None, _INVOLVEMENT] = None
    agency_name: Annotated[str | None, _INVOLVEMENT] = None
    email: Annotated[str | None, _INVOLVEMENT] = None
    phone: Annotated[str | None, _INVOLVEMENT] = None

    @classmethod
    def of(cls, practitioner_id: str, known: Practitioner | None) -> "PractitionerAnswer":
        if known is None:
            return cls(practitioner_id=practitioner_id)
        return cls(
            practitioner_id=practitioner_id,
            name=known.name,
            role=known.role,
            agency_name=known.agency_name,
            email=known.email,
            phone=known.phone,
        )


class EpisodeAnswer(BaseModel):
    episode_id: Annotated[str, _INVOLVEMENT]
    service: Annotated[EpisodeService, _INVOLVEMENT]
    practitioner: Annotated[PractitionerAnswer | None, _INVOLVEMENT] = None
    started_on: Annotated[date, _INVOLVEMENT]
    ended_on: Annotated[date | None, _INVOLVEMENT] = None

    @model_serializer(mode="wrap")
    def _say_that_it_goes_on(self, shown: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"ended_on": None, **shown(self)}

    @classmethod
    def of(cls, each: Involvement) -> "EpisodeAnswer":
        episode, service = each.episode, each.service
        if each.nameless:
            return cls(
                episode_id=episode.episode_id,
                service=EpisodeService(type=service.type if service else None),
                started_on=episode.started_on,
                ended_on=episode.ended_on,
            )
        return cls(
            episode_id=episode.episode_id,
            service=EpisodeService(
                service_id=episode.service_id,
                name=service.name if service else None,
                type=service.type if service else None,
                agency_id=episode.agency_id,
                agency_name=service.agency_name if service else None,
                contact=episode.contact or (service.contact if service else None),
            ),
            practitioner=PractitionerAnswer.of(episode.practitioner_id, each.practitioner)
            if episode.practitioner_id
            else None,
            started_on=episode.started_on,
            ended_on=episode.ended_on,
        )


class LeadAnswer(PractitionerAnswer):
    assigned_at: Annotated[datetime, _INVOLVEMENT]

    @classmethod
    def naming(cls, lead: Lead, known: Practitioner | None) -> "LeadAnswer":
        found = PractitionerAnswer.of(lead.practitioner_id, known)
        return cls(**found.model_dump(), assigned_at=lead.assigned_at)


class InvolvementAnswer(BaseModel):
    episodes: Annotated[list[EpisodeAnswer], _INVOLVEMENT]
    lead_professional: Annotated[LeadAnswer | None, _INVOLVEMENT] = None

    @model_serializer(mode="wrap")
    def _say_that_there_is_none(self, shown: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"lead_professional": None, **shown(self)}


class ChildAnswer(BaseModel):
    """Only what was granted: the part of a category that was not is left out, and so is whatever would hint at it."""

    child_id: Annotated[str, STRUCTURE]
    basics: Annotated[Basics | None, _BASICS] = None
    whereabouts: Annotated[Whereabouts | None, _WHEREABOUTS] = None
    family: Annotated[Family | None, _FAMILY] = None
    household: Annotated[
        list[RelationshipAnswer] | None,
        _FAMILY,
        Field(description="Of the family those who live where the child lives now; with whereabouts only"),
    ] = None
    involvement: Annotated[InvolvementAnswer | None, _INVOLVEMENT] = None
    sections: Annotated[list[Category], STRUCTURE]

    @classmethod
    def of(cls, view: ChildView) -> "ChildAnswer":
        whereabouts = family = involvement = None
        if view.schools is not None:
            whereabouts = Whereabouts(
                addresses=AddressAnswer.all_of(view.child),
                schools=[Place.of(service) for service in view.schools],
                gp_practices=[Place.of(service) for service in view.gp_practices or ()],
            )
        if view.family is not None:
            family = Family(relationships=[RelationshipAnswer.of(link) for link in view.family])
        if view.involvements is not None:
            involvement = InvolvementAnswer(
                episodes=[EpisodeAnswer.of(each) for each in view.involvements],
                lead_professional=LeadAnswer.naming(*view.lead) if view.lead else None,
            )
        return cls(
            child_id=view.child.child_id,
            basics=Basics.of(view.child, hidden=view.with_hidden_names),
            whereabouts=whereabouts,
            family=family,
            household=None if view.household is None else [RelationshipAnswer.of(link) for link in view.household],
            involvement=involvement,
            sections=view.categories,
        )
