"""Correcting a child's record, and the history of its changes."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Header
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from chassis.disclosure import BY_SECTION, STRUCTURE, In, disclose
from chassis.etags import require_match
from chassis.grants import Grant
from chassis.pages import Cursor, Limit, decode_cursor, encode_cursor, page
from chassis.problem_docs import problems
from chassis.service import Granted
from child_index.api.children import etag_of, shown
from child_index.api.record import ChildAnswer, PractitionerAnswer
from child_index.api.requests import Accuracy, AddressLine, Date, Name, NhsNumber, Postcode, Reason, Request, Sex, Upn
from child_index.api.wiring import Parts
from child_index.application.correct_child import CorrectChild, correct_child
from child_index.application.history import ShownChange, history_of
from child_index.application.read_child import ChildView
from child_index.domain import fields
from child_index.domain.accuracy import ACCURATE, known_as
from child_index.domain.corrections import PLAIN, Correction, FormerName
from child_index.domain.person import Address
from contracts import headers
from contracts.vocabulary import Category

_INVOLVEMENT = In(Category.INVOLVEMENT)
_MOST_NAMES, _MOST_ADDRESSES = 30, 50

Uprn = Annotated[str, Field(max_length=80, description="Unique property reference number"), AfterValidator(fields.uprn)]


class OtherNameRequest(Request):
    """`hidden`: neither shown nor searched by, save for index officers."""

    given_name: Name
    family_name: Name
    hidden: bool = False


class AddressRequest(Request):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_alias=True, validate_by_name=False)
    address_line: AddressLine | None = None
    postcode: Postcode | None = None
    uprn: Uprn | None = None
    since: Annotated[Date, Field(alias="from")]
    until: Annotated[Date | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not (self.address_line or self.postcode or self.uprn):
            raise ValueError("names no place")
        if self.until is not None and self.until < self.since:
            raise ValueError("ends before it begins")
        return self


class CorrectionRequest(Request):
    """What is sent is changed; a field that may be unknown is cleared by null. Lists are sent whole."""

    reason: Annotated[Reason, Field(description="Why, for whoever reads the history")]
    given_name: Name | None = None
    family_name: Name | None = None
    former_name: Annotated[
        FormerName,
        Field(description="What becomes of the name until now: kept among the other names, hidden, or never theirs"),
    ] = FormerName.KEPT
    other_names: Annotated[list[OtherNameRequest] | None, Field(max_length=_MOST_NAMES)] = None
    date_of_birth: Date | None = None
    date_of_birth_accuracy: Annotated[Accuracy, Field(description="Of the `date_of_birth` sent with it")] = ACCURATE
    sex: Sex | None = None
    nhs_number: NhsNumber | None = None
    upn: Upn | None = None
    died_on: Date | None = None
    addresses: Annotated[list[AddressRequest] | None, Field(max_length=_MOST_ADDRESSES)] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        sent = self.model_fields_set - {"reason", "former_name"}
        if not sent:
            raise ValueError("changes nothing")
        for name in ("given_name", "family_name", "other_names", "date_of_birth", "addresses"):
            if name in sent and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be cleared")
        if "date_of_birth_accuracy" in sent and "date_of_birth" not in sent:
            raise ValueError("date_of_birth_accuracy is of a date_of_birth, which is not sent")
        if not self.reason:
            raise ValueError("a reason is needed")
        return self

    def command(self) -> CorrectChild:
        names = self.other_names or []
        values = {key: getattr(self, key) for key in PLAIN if key in self.model_fields_set}
        if self.date_of_birth is not None:
            values["date_of_birth"] = known_as(self.date_of_birth, self.date_of_birth_accuracy)
        correction = Correction(
            values=values,
            born_accuracy=self.date_of_birth_accuracy,
            given_name=self.given_name,
            family_name=self.family_name,
            former_name=self.former_name,
            other_names=None
            if self.other_names is None
            else [(each.given_name, each.family_name) for each in names if not each.hidden],
            hide=[(each.given_name, each.family_name) for each in names if each.hidden],
            unhide=[(each.given_name, each.family_name) for each in names if not each.hidden],
            addresses=None
            if self.addresses is None
            else [
                Address(each.address_line, each.postcode, each.since, each.until, each.uprn) for each in self.addresses
            ],
        )
        return CorrectChild(correction, self.reason)


class ChangeAnswer(BaseModel):
    """One field of one change. `before` and `after` are of the category named; of a list, what went and what came."""

    change_id: Annotated[str, STRUCTURE]
    at: Annotated[datetime, STRUCTURE]
    field: Annotated[str, BY_SECTION]
    category: Annotated[Category, STRUCTURE]
    before: Annotated[Any, BY_SECTION] = None
    after: Annotated[Any, BY_SECTION] = None
    origin: Annotated[str, STRUCTURE, Field(description="correction, match, import, parting, family or lead")]
    by: Annotated[PractitionerAnswer | None, _INVOLVEMENT] = None
    reason: Annotated[str | None, BY_SECTION, Field(description="Where all that it changed is shown")] = None

    @classmethod
    def of(cls, found: ShownChange) -> "ChangeAnswer":
        change = found.change
        assert change.changed_at is not None
        return cls(
            change_id=change.change_id,
            at=change.changed_at,
            field=change.field,
            category=change.category,
            before=change.before,
            after=change.after,
            origin=change.origin,
            by=PractitionerAnswer.of(change.changed_by, found.by) if found.named else None,
            reason=change.reason if found.named else None,
        )


class HistoryPage(BaseModel):
    items: Annotated[list[ChangeAnswer], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


def corrections_router(parts: Parts) -> APIRouter:
    router = APIRouter(tags=["Children"])

    @router.patch(
        "/v1/children/{child_id}",
        summary="Correct a child's record",
        response_model=ChildAnswer,
        responses=problems(404, 409, 412, 428),
    )
    async def correct(
        child_id: str,
        sent: CorrectionRequest,
        grant: Annotated[Grant, Depends(Granted("child.correct"))],
        if_match: Annotated[
            str | None, Header(max_length=500, description="The ETag of the record as you read it")
        ] = None,
    ) -> JSONResponse:
        """Correct what you may see of a record, and say why; answers with the record as it is then.

        The old value stays in the history. An NHS or pupil number that another child has, or that would take the
        place of another number, is refused (`number-doubtful`): an index officer has to look. A name that is hidden is
        neither shown nor searched by, save for index officers.
        """

        def must_match(view: ChildView) -> None:
            require_match(if_match, etag_of(view))

        async with parts.units() as uow:
            view = await correct_child(uow, sent.command(), grant, must_match)
            response = shown(view)
            await uow.commit()
            if uow.effects:
                response.headers[headers.EFFECTS] = ",".join(uow.effects)
        return response

    @router.get(
        "/v1/children/{child_id}/history",
        summary="The history of a record's changes",
        response_model=HistoryPage,
        responses=problems(404, 422),
    )
    async def history(
        child_id: str,
        grant: Annotated[Grant, Depends(Granted("child.history"))],
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> JSONResponse:
        """What was changed in the record, as far as you may see it: what, when, by whom and why; newest first."""
        after = decode_cursor(cursor, 2)
        async with parts.reading() as uow:
            found = await history_of(uow, grant, limit, (after[0], after[1]) if after else None)
        body = page(
            found,
            limit,
            lambda each: disclose(ChangeAnswer.of(each), grant.categories),
            lambda each: encode_cursor(each.change.change_id, each.change.field),
        )
        return JSONResponse(body)

    return router
