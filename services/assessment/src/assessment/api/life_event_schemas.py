"""What the routes of life events take and answer with. What each is about is said by its own `category`, and rules who
is shown it; who recorded it goes with `involvement`."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from assessment.api.schemas import Reason, without_nul
from assessment.application.life_events import RecordLifeEvent
from assessment.domain.life_events import LifeEvent, LifeEventCode, LifeEventCodes, LifeEventStatus
from chassis.disclosure import BY_SECTION, STRUCTURE, In
from chassis.errors import Invalid
from chassis.partial_dates import ACCURATE, PATTERN
from contracts.vocabulary import Category

_INVOLVEMENT = In(Category.INVOLVEMENT)
_Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    Field(description="Of `GET /v1/life-event-codes`."),
]
_Accuracy = Annotated[
    str,
    StringConstraints(pattern=PATTERN),
    Field(description="Of day, month and year: A(ccurate), E(stimated) or U(nknown). What is unknown counts as 1."),
]
_Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(without_nul)
]


class LifeEventRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: _Code
    occurred_on: date
    accuracy: _Accuracy = ACCURATE
    category: Annotated[Category, Field(description="Who may know of it at all.")]
    words: _Words | None = None

    def command(self) -> RecordLifeEvent:
        return RecordLifeEvent(self.code, self.category, self.occurred_on, self.accuracy, self.words)


class LifeEventCorrection(BaseModel):
    """What is left out stays. `words` null: none."""

    model_config = ConfigDict(extra="forbid")
    code: _Code = ""
    occurred_on: date = date.min
    accuracy: _Accuracy = ACCURATE
    words: _Words | None = None
    reason: Annotated[Reason, Field(description="Why it is corrected.")]

    def changes(self) -> dict[str, Any]:
        """Raises `Invalid` where nothing is corrected. A new date without its accuracy is an accurate one."""
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        if len(changes) == 1:
            raise Invalid.field("", "corrects nothing")
        if "occurred_on" in changes:
            changes.setdefault("accuracy", ACCURATE)
        return changes


class LifeEventWithdrawal(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Annotated[Reason, Field(description="Why it is withdrawn.")]


class LifeEventBody(BaseModel):
    """The ETag of a life event is its `version` in double quotes."""

    life_event_id: Annotated[str, BY_SECTION]
    child_id: Annotated[str, BY_SECTION]
    code: Annotated[str, BY_SECTION]
    title: Annotated[str, BY_SECTION]
    category: Annotated[Category, BY_SECTION]
    occurred_on: Annotated[date, BY_SECTION]
    accuracy: Annotated[str, BY_SECTION]
    words: Annotated[str | None, BY_SECTION] = None
    status: Annotated[LifeEventStatus, BY_SECTION]
    reason: Annotated[str | None, BY_SECTION, Field(description="Of the last change.")] = None
    recorded_by: Annotated[str | None, _INVOLVEMENT] = None
    agency_id: Annotated[str | None, _INVOLVEMENT, Field(description="For which it was recorded.")] = None
    recorded_at: Annotated[datetime, BY_SECTION]
    changed_at: Annotated[datetime, BY_SECTION]
    version: Annotated[int, BY_SECTION]

    @classmethod
    def of(cls, event: LifeEvent, codes: LifeEventCodes, child_id: str | None) -> Self:
        """`child_id` is what the child answers as now."""
        return cls(
            life_event_id=event.life_event_id,
            child_id=child_id or event.child_id,
            code=event.code,
            title=codes[event.code].title,
            category=event.category,
            occurred_on=event.occurred_on,
            accuracy=event.accuracy,
            words=event.words,
            status=event.status,
            reason=event.reason,
            recorded_by=event.recorded_by,
            agency_id=event.agency_id,
            recorded_at=event.recorded_at,
            changed_at=event.changed_at,
            version=event.version,
        )


class LifeEventPage(BaseModel):
    """The versions of one life event, the last one first."""

    items: Annotated[list[LifeEventBody], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class CodeBody(BaseModel):
    code: Annotated[str, STRUCTURE]
    title: Annotated[str, STRUCTURE]
    national: Annotated[bool, STRUCTURE, Field(description="Of the draft safeguarding standard (MAIS).")]

    @classmethod
    def of(cls, code: LifeEventCode) -> Self:
        return cls(code=code.code, title=code.title, national=code.national)


class CodesBody(BaseModel):
    items: Annotated[list[CodeBody], STRUCTURE]
