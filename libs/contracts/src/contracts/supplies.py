"""What one service gives to another's answer: the gateway asks for it under that answer's grant, and sends it along."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from contracts.vocabulary import Category, ChronologyKind


class KnownFact(BaseModel):
    """Something that the child index knows and a form would ask, for `GET /v1/assessments/{assessment_id}/prefill`.

    Keys: `child.name` and `child.date_of_birth` (`basics`); `child.school` and `child.gp` (`whereabouts`), and
    `child.carer` (`family`), once for each.
    """

    key: str
    category: Category
    value: Any
    recorded_on: date | None = None


class KnownFacts(BaseModel):
    items: list[KnownFact]


class ChronologyPractitioner(BaseModel):
    practitioner_id: str
    name: str | None = None
    role: str | None = None


class ChronologySource(BaseModel):
    """Whose service it was, as far as the reader may know: the type alone where more tells where the child is."""

    agency_id: str | None = None
    agency_name: str | None = None
    service_id: str | None = None
    service_name: str | None = None
    service_type: str | None = None


class ChronologyEntry(BaseModel):
    """What the child index knows of a child's time line, for `GET /v1/children/{child_id}/chronology`: episodes and
    lead professionals, in that order, from the request's `cursor` on at most one more than its `limit`.

    `key`: the id of the thing that the entry is about. `moment`: of what is known to the moment, else None.
    """

    kind: ChronologyKind
    key: str
    day: date
    moment: datetime | None = None
    category: Category
    recorded_at: datetime | None = None
    source: ChronologySource
    by: ChronologyPractitioner | None = None


class ChronologyEntries(BaseModel):
    items: list[ChronologyEntry]


class NamedChild(BaseModel):
    """`basics`."""

    given_name: str
    family_name: str
    date_of_birth: date


class Helper(BaseModel):
    """Somebody who works with the child now, and how to reach them (`involvement`). Where the reader may not learn
    where the child is, of who works near the child only what kind of service it is."""

    practitioner_id: str | None = None
    name: str | None = None
    role: str | None = None
    service_name: str | None = None
    service_type: str | None = None
    agency_name: str | None = None
    phone: str | None = None
    email: str | None = None
    contact: str | None = None
    """How the service is reached, in its own words."""
    leads: bool = False


class DocumentFacts(BaseModel):
    """What a document is to say of the child beside what the assessment service has. None: not granted.

    `lead` as the reader may see it. `around` as the family may: without what is sensitive, and without what is kept
    back from them for now.
    """

    child: NamedChild | None = None
    lead: Helper | None = None
    around: list[Helper] | None = None
