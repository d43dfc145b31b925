"""A life event in the JSON of the Multi-Agency Information Sharing drafts: LifeEvent of the safeguarding standard.

docs/mais.md says what the draft asks for and Kith does not hold, and the other way round.
"""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel

from assessment.domain.life_events import LifeEvent
from chassis.disclosure import BY_SECTION, In
from chassis.partial_dates import ACCURATE
from contracts.vocabulary import Category

_INVOLVEMENT = In(Category.INVOLVEMENT)
CHILD, LIFE_EVENT, PRACTITIONER = "urn:kith:id:child", "urn:kith:id:life-event", "urn:kith:id:practitioner"
_SUBJECT, _AUTHOR = "SBJ", "AUT"
"""HL7 v3 ParticipationType."""


class MaisIdentifier(BaseModel):
    value: Annotated[str, BY_SECTION]
    system: Annotated[str, BY_SECTION]


class MaisSubject(BaseModel):
    person: Annotated[MaisIdentifier, BY_SECTION]
    involvement: Annotated[str, BY_SECTION] = _SUBJECT


class MaisProfessional(BaseModel):
    professional: Annotated[MaisIdentifier, _INVOLVEMENT]
    involvement: Annotated[str, _INVOLVEMENT] = _AUTHOR


class MaisTime(BaseModel):
    startDateTime: Annotated[date, BY_SECTION]


class LifeEventInDraft(BaseModel):
    """`timeInformation` where the day is accurate: the draft has no word for one that is not."""

    identifier: Annotated[list[MaisIdentifier], BY_SECTION]
    type: Annotated[list[str], BY_SECTION]
    subjectPerson: Annotated[list[MaisSubject], BY_SECTION]
    relatedProfessional: Annotated[list[MaisProfessional] | None, _INVOLVEMENT] = None
    timeInformation: Annotated[list[MaisTime] | None, BY_SECTION] = None

    @classmethod
    def of(cls, event: LifeEvent, child_id: str | None, *, named: bool) -> Self:
        author = MaisProfessional(professional=MaisIdentifier(value=event.recorded_by, system=PRACTITIONER))
        child = MaisIdentifier(value=child_id or event.child_id, system=CHILD)
        return cls(
            identifier=[MaisIdentifier(value=event.life_event_id, system=LIFE_EVENT)],
            type=[event.code],
            subjectPerson=[MaisSubject(person=child)],
            relatedProfessional=[author] if named else None,
            timeInformation=[MaisTime(startDateTime=event.occurred_on)] if event.accuracy == ACCURATE else None,
        )
