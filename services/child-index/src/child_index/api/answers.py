"""What the child index answers. Every field declares its information category; only granted ones leave."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from chassis.disclosure import STRUCTURE, In
from child_index.api.record import Basics
from child_index.application.ports import Episode, Merge
from child_index.application.search_children import Match
from child_index.domain.placement import Placement
from contracts.vocabulary import Category

_BASICS, _INVOLVEMENT = In(Category.BASICS), In(Category.INVOLVEMENT)


class MatchAnswer(BaseModel):
    child_id: Annotated[str, STRUCTURE]
    score: Annotated[float, STRUCTURE, Field(ge=0, le=1)]
    status: Annotated[str, STRUCTURE]
    basics: Annotated[Basics, _BASICS]
    override_id: Annotated[str | None, STRUCTURE] = None

    @classmethod
    def of(cls, match: Match, override_id: str | None, *, hidden: bool) -> "MatchAnswer":
        return cls(
            override_id=override_id,
            child_id=match.child.child_id,
            score=round(match.score, 4),
            status=match.status,
            basics=Basics.of(match.child, hidden=hidden),
        )


class SearchAnswer(BaseModel):
    """`no_match` is also the answer where a child is hidden; roles that may override can search under an override."""

    status: Annotated[str, STRUCTURE]
    matches: Annotated[list[MatchAnswer], STRUCTURE]


class RegisterAnswer(BaseModel):
    outcome: Annotated[str, STRUCTURE]
    child_id: Annotated[str | None, STRUCTURE] = None
    review_id: Annotated[str | None, STRUCTURE] = None

    @classmethod
    def of(cls, placement: Placement) -> "RegisterAnswer":
        return cls(outcome=placement.outcome, child_id=placement.child_id, review_id=placement.review_id)


class EpisodeOpened(BaseModel):
    episode_id: Annotated[str, STRUCTURE]
    child_id: Annotated[str, STRUCTURE]
    service_id: Annotated[str, _INVOLVEMENT]
    practitioner_id: Annotated[str | None, _INVOLVEMENT] = None
    sensitive: Annotated[bool, _INVOLVEMENT]
    started_on: Annotated[date, _INVOLVEMENT]
    ended_on: Annotated[date | None, _INVOLVEMENT] = None

    @classmethod
    def of(cls, episode: Episode) -> "EpisodeOpened":
        return cls(
            episode_id=episode.episode_id,
            child_id=episode.child_id,
            service_id=episode.service_id,
            practitioner_id=episode.practitioner_id,
            sensitive=episode.sensitive,
            started_on=episode.started_on,
            ended_on=episode.ended_on,
        )


class RelationshipMade(BaseModel):
    relationship_id: Annotated[str, STRUCTURE]


class MergeMade(BaseModel):
    merge_id: Annotated[str, STRUCTURE]
    child_id: Annotated[str, STRUCTURE, Field(description="The record that both ids answer as")]


class MergeAnswer(BaseModel):
    """`merged_child_id` was merged into `child_id`; each was then the record that its set answered as."""

    merge_id: Annotated[str, STRUCTURE]
    child_id: Annotated[str, STRUCTURE]
    merged_child_id: Annotated[str, STRUCTURE]
    merged_at: Annotated[datetime, STRUCTURE]
    merged_by: Annotated[str, STRUCTURE]
    note: Annotated[str | None, _BASICS] = None
    undone_at: Annotated[datetime | None, STRUCTURE] = None
    undone_by: Annotated[str | None, STRUCTURE] = None

    @classmethod
    def of(cls, merge: Merge) -> "MergeAnswer":
        return cls(
            merge_id=merge.merge_id,
            child_id=merge.into_id,
            merged_child_id=merge.from_id,
            merged_at=merge.merged_at,
            merged_by=merge.merged_by,
            note=merge.note,
            undone_at=merge.undone_at,
            undone_by=merge.undone_by,
        )


class MergePage(BaseModel):
    items: Annotated[list[MergeAnswer], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class ImportMade(BaseModel):
    import_id: Annotated[str, STRUCTURE]


class ImportAnswer(BaseModel):
    import_id: Annotated[str, STRUCTURE]
    state: Annotated[str, STRUCTURE, Field(description="queued, running, completed or failed")]
    total: Annotated[int, STRUCTURE]
    processed: Annotated[int, STRUCTURE]
    created: Annotated[int, STRUCTURE]
    matched: Annotated[int, STRUCTURE]
    review: Annotated[int, STRUCTURE]
    rejected: Annotated[int, STRUCTURE]
    check: Annotated[bool, STRUCTURE, Field(description="The counts tell what would happen; nothing was written")]
    full_roll: Annotated[bool, STRUCTURE]
    leavers: Annotated[int, STRUCTURE, Field(description="Of a full roll: children of earlier lists who are not on it")]
    left: Annotated[int, STRUCTURE, Field(description="Of these, whose episode ended (of a check: would end)")]
    leavers_held: Annotated[
        str | None,
        STRUCTURE,
        Field(description="Why nobody left: `rejected-rows` (a refused row may be one of them) or `too-many`"),
    ]


class RejectionAnswer(BaseModel):
    row: Annotated[int, STRUCTURE, Field(description="From 1; the header is row 0, blank lines are not counted")]
    field: Annotated[str, STRUCTURE, Field(description="A column, or `row` for the row as a whole")]
    reason: Annotated[str, STRUCTURE]


class RejectionPage(BaseModel):
    items: Annotated[list[RejectionAnswer], STRUCTURE]
    next_cursor: Annotated[str | None, STRUCTURE]


class ResultLine(BaseModel):
    """One line of the results. `score` is null where a row was known by its own number, is of a new child, or waits."""

    row: Annotated[int, STRUCTURE]
    local_id: Annotated[str | None, STRUCTURE]
    outcome: Annotated[str, STRUCTURE]
    child_id: Annotated[str | None, STRUCTURE]
    review_id: Annotated[str | None, STRUCTURE]
    score: Annotated[float | None, STRUCTURE]
