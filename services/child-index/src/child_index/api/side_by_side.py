"""A record that was sent beside a child of the index, as an index officer sees the two, each field by its category."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from chassis.disclosure import STRUCTURE, In, disclose
from child_index.api.record import AddressAnswer, Basics, Identity
from child_index.application.links import Link
from child_index.application.ports import ReviewState
from child_index.application.reviews import SideBySide
from child_index.domain.accuracy import unsure
from child_index.domain.person import NUMBERED, Person
from child_index.domain.side_by_side import Compared, Mark, without_whereabouts
from contracts.vocabulary import Category

_BASICS, _WHEREABOUTS = In(Category.BASICS), In(Category.WHEREABOUTS)


class SubmittedRecord(Identity):
    address_line: Annotated[str | None, _WHEREABOUTS] = None
    postcode: Annotated[str | None, _WHEREABOUTS] = None

    @classmethod
    def granted(cls, person: Person, granted: Collection[Category]) -> "SubmittedRecord":
        told = person.to_json() | {"date_of_birth_accuracy": unsure(person.born_accuracy)}
        return cls.model_validate(disclose(cls.model_validate(told), granted))


class FieldMark(BaseModel):
    mark: Annotated[Mark, STRUCTURE]
    because: Annotated[str, STRUCTURE, Field(description="In words, which hold none of the values")]


class FieldMarks(BaseModel):
    """How each field of the two agrees. That two addresses are the same tells of an address, and has its category."""

    given_name: Annotated[FieldMark, _BASICS]
    family_name: Annotated[FieldMark, _BASICS]
    date_of_birth: Annotated[FieldMark, _BASICS]
    sex: Annotated[FieldMark, _BASICS]
    nhs_number: Annotated[FieldMark, _BASICS]
    upn: Annotated[FieldMark, _BASICS]
    postcode: Annotated[FieldMark | None, _WHEREABOUTS] = None
    address_line: Annotated[FieldMark | None, _WHEREABOUTS] = None

    @classmethod
    def granted(cls, compared: Mapping[str, Compared], granted: Collection[Category]) -> "FieldMarks":
        marks = {name: FieldMark(mark=each.mark, because=each.because) for name, each in compared.items()}
        return cls.model_validate(disclose(cls.model_validate(marks), granted))


class ReviewCandidate(BaseModel):
    child_id: Annotated[str, STRUCTURE]
    score: Annotated[float, STRUCTURE, Field(ge=0, le=1)]
    weights_version: Annotated[str | None, STRUCTURE] = None
    because: Annotated[list[str], _BASICS]
    basics: Annotated[Basics, _BASICS]
    addresses: Annotated[list[AddressAnswer] | None, _WHEREABOUTS] = None


class ReviewAnswer(BaseModel):
    review_id: Annotated[str, STRUCTURE]
    state: Annotated[ReviewState, STRUCTURE]
    created_at: Annotated[datetime, STRUCTURE]
    service_id: Annotated[str | None, STRUCTURE] = None
    agency_id: Annotated[str | None, STRUCTURE] = None
    import_id: Annotated[str | None, STRUCTURE] = None
    submitted: Annotated[SubmittedRecord, _BASICS]
    candidate: Annotated[ReviewCandidate, STRUCTURE]
    fields: Annotated[FieldMarks, _BASICS]
    resolved_at: Annotated[datetime | None, STRUCTURE] = None
    resolved_by: Annotated[str | None, STRUCTURE] = None
    undone_at: Annotated[datetime | None, STRUCTURE] = None
    undone_by: Annotated[str | None, STRUCTURE] = None

    @classmethod
    def of(cls, found: SideBySide, granted: Collection[Category], veiled: Collection[str]) -> "ReviewAnswer":
        """`veiled`: of these children not even who sent the record is told, since it may be a place near them. Nor is
        it of what a sensitive service sent."""
        review = found.review
        nameless = found.nameless or found.child.child_id in veiled
        whereabouts = Category.WHEREABOUTS in granted
        return cls(
            review_id=review.review_id,
            state=ReviewState(review.state),
            created_at=review.created_at,
            service_id=None if nameless else review.service_id,
            agency_id=None if nameless else review.agency_id,
            import_id=None if nameless else review.import_id,
            submitted=SubmittedRecord.granted(review.submitted, granted),
            candidate=ReviewCandidate(
                child_id=found.child.child_id,
                score=round(review.score, 4),
                weights_version=review.weights_version,
                because=list(review.because) if whereabouts else without_whereabouts(review.because),
                basics=Basics.of(found.child, hidden=True),
                addresses=AddressAnswer.all_of(found.child) if whereabouts else None,
            ),
            fields=FieldMarks.granted(found.compared, granted),
            resolved_at=review.resolved_at,
            resolved_by=review.resolved_by,
            undone_at=review.undone_at,
            undone_by=review.undone_by,
        )


class ReviewPage(BaseModel):
    items: Annotated[list[ReviewAnswer], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class ResolutionAnswer(BaseModel):
    review_id: Annotated[str, STRUCTURE]
    child_id: Annotated[str, STRUCTURE]
    outcome: Annotated[str, STRUCTURE]


class LinkAnswer(BaseModel):
    """A row beside the child whom the import took it for, as the child would be without it."""

    row: Annotated[int, STRUCTURE]
    local_id: Annotated[str | None, STRUCTURE] = None
    child_id: Annotated[str, STRUCTURE]
    score: Annotated[float | None, STRUCTURE] = None
    weights_version: Annotated[str | None, STRUCTURE] = None
    submitted: Annotated[SubmittedRecord, _BASICS]
    basics: Annotated[Basics, _BASICS]
    fields: Annotated[FieldMarks, _BASICS]
    undone_at: Annotated[datetime | None, STRUCTURE] = None
    undone_by: Annotated[str | None, STRUCTURE] = None

    @classmethod
    def of(cls, link: Link, granted: Collection[Category]) -> "LinkAnswer":
        said = link.statement
        numbered = said.source_key.startswith(NUMBERED)
        return cls(
            row=said.row or 0,
            local_id=said.source_key.removeprefix(NUMBERED) if numbered else None,
            child_id=link.child.child_id,
            score=None if said.score is None else round(said.score, 4),
            weights_version=said.weights_version,
            submitted=SubmittedRecord.granted(said.person, granted),
            basics=Basics.of(link.child, hidden=True),
            fields=FieldMarks.granted(link.compared, granted),
            undone_at=said.undone_at,
            undone_by=said.undone_by,
        )


class LinkPage(BaseModel):
    items: Annotated[list[LinkAnswer], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class UndoneLink(BaseModel):
    row: Annotated[int, STRUCTURE]
    child_id: Annotated[str, STRUCTURE, Field(description="The row's own child from now on")]


class LinksUndone(BaseModel):
    undone: Annotated[list[UndoneLink], STRUCTURE]
    next_row: Annotated[int | None, STRUCTURE, Field(description="Ask again with `after` this row; null: all done")]
