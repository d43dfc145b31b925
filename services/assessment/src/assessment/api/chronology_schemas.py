"""What the chronology answers with. Who an entry is by, and whose it is, tells who works with the child: that goes with
`involvement`; the rest is for whom the entry's own category is granted."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from assessment.domain.chronology import Entry
from assessment.domain.life_events import LifeEventCodes
from assessment.domain.stages import StagePolicy
from assessment.domain.templates import Catalogue
from chassis.disclosure import BY_SECTION, STRUCTURE, In
from contracts.vocabulary import Category, ChronologyKind

_INVOLVEMENT = In(Category.INVOLVEMENT)
_TITLES = {
    ChronologyKind.EPISODE_STARTED: "A service began to work with the child",
    ChronologyKind.EPISODE_ENDED: "A service stopped working with the child",
    ChronologyKind.LEAD_ASSIGNED: "A lead professional was named",
    ChronologyKind.ASSESSMENT_BEGUN: "An assessment was begun",
    ChronologyKind.ASSESSMENT_COMPLETED: "An assessment was completed",
    ChronologyKind.ASSESSMENT_CLOSED: "An assessment was closed",
    ChronologyKind.REFERRAL_SENT: "The child was referred to a service",
    ChronologyKind.TEAM_JOINED: "Somebody joined the team around the child",
    ChronologyKind.TEAM_LEFT: "Somebody left the team around the child",
    ChronologyKind.ACTION_DONE: "An action of the plan was done",
    ChronologyKind.REVIEW_HELD: "The plan was reviewed",
    ChronologyKind.STAGE_AGREED: "A stage of intervention was agreed",
}


class DateBody(BaseModel):
    date: Annotated[date, BY_SECTION, Field(description="Parts that are not known are 1.")]
    accuracy: Annotated[
        str, BY_SECTION, Field(description="Of day, month and year: A(ccurate), E(stimated) or U(nknown).")
    ]


class SourceBody(BaseModel):
    """Names where they are known here; an id is looked up in the directory."""

    agency_id: Annotated[str | None, _INVOLVEMENT] = None
    agency_name: Annotated[str | None, _INVOLVEMENT] = None
    service_id: Annotated[str | None, _INVOLVEMENT] = None
    service_name: Annotated[str | None, _INVOLVEMENT] = None
    service_type: Annotated[str | None, _INVOLVEMENT] = None


class ByBody(BaseModel):
    practitioner_id: Annotated[str, _INVOLVEMENT]
    name: Annotated[str | None, _INVOLVEMENT] = None
    role: Annotated[str | None, _INVOLVEMENT] = None


class EntryBody(BaseModel):
    entry_id: Annotated[str, BY_SECTION]
    kind: Annotated[ChronologyKind, BY_SECTION]
    at: Annotated[DateBody, BY_SECTION, Field(description="When it happened, in the United Kingdom.")]
    recorded_at: Annotated[datetime | None, BY_SECTION, Field(description="When it was written down.")] = None
    title: Annotated[str, BY_SECTION]
    words: Annotated[str | None, BY_SECTION, Field(description="What it was, as it was written.")] = None
    category: Annotated[Category, BY_SECTION]
    source: Annotated[SourceBody | None, _INVOLVEMENT] = None
    by: Annotated[
        ByBody | None,
        _INVOLVEMENT,
        Field(description="Who it is that works with the child from then or until then; else who did or recorded it."),
    ] = None
    link: Annotated[str, BY_SECTION, Field(description="Where what it is about is read.")]


class ChronologyPage(BaseModel):
    """Newest first."""

    items: Annotated[list[EntryBody], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class Teller:
    """Puts entries into words, by the lists that their codes stand in."""

    def __init__(self, catalogue: Catalogue, stages: StagePolicy, codes: LifeEventCodes) -> None:
        self._catalogue = catalogue
        self._stages = stages
        self._codes = codes

    def __call__(self, entry: Entry, child_id: str) -> EntryBody:
        title, words = self._said(entry)
        source, by = entry.source, entry.by
        return EntryBody(
            entry_id=entry.entry_id,
            kind=entry.place.kind,
            at=DateBody(date=entry.place.day, accuracy=entry.accuracy),
            recorded_at=entry.recorded_at,
            title=title,
            words=words,
            category=entry.category,
            source=_filled(SourceBody.model_validate(source, from_attributes=True)),
            by=None if by is None else ByBody.model_validate(by, from_attributes=True),
            link=entry.link(child_id),
        )

    def _said(self, entry: Entry) -> tuple[str, str | None]:
        kind, detail, words = entry.place.kind, entry.detail, entry.words
        if detail is None:
            return _TITLES[kind], words
        if kind is ChronologyKind.LIFE_EVENT:
            return self._codes[detail].title, words
        if kind is ChronologyKind.STAGE_AGREED:
            return _TITLES[kind], f"Stage {detail}: {self._stages.stages[int(detail)].title}"
        assert words is not None
        return _TITLES[kind], self._catalogue.version(words, int(detail)).title


def _filled(source: SourceBody) -> SourceBody | None:
    return source if source.model_dump(exclude_none=True) else None
