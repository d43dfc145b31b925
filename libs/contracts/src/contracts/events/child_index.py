"""Events of the child index."""

from datetime import date, datetime

from pydantic import Field

from contracts.events.base import CHILD_INDEX, Event


class ChildRegistered(Event):
    """A record was made for a child who was not in the index. With the keys of `ChildLikenessChanged`."""

    topic = CHILD_INDEX
    child_id: str
    family_name_keys: list[str] = Field(default_factory=list)
    home_keys: list[str] = Field(default_factory=list)


class ChildLikenessChanged(Event):
    """A name or an address was added to a record, or taken back: all the keys that it has now.

    Keyed hashes, of use only to who has practitioners' own by the same secret: equal ones mean the same family name (or
    a part of it), or the same home.
    """

    topic = CHILD_INDEX
    child_id: str
    family_name_keys: list[str]
    home_keys: list[str]


class ChildDetailsChanged(Event):
    """Somebody corrected the record. `fields` names what changed (`name`, `addresses`, …), and no value; what is
    hidden is not named. `deceased`: whether the record says now that the child has died."""

    topic = CHILD_INDEX
    child_id: str
    change_id: str
    changed_by: str
    fields: list[str]
    deceased: bool = False


class ChildArchived(Event):
    """The record is of somebody grown up: it answers nobody any more but index officers, for the index's quality."""

    topic = CHILD_INDEX
    child_id: str


class ChildRestored(Event):
    """The record was archived by mistake, or is to be kept for longer."""

    topic = CHILD_INDEX
    child_id: str


class ChildPurged(Event):
    """The record is gone for good, years after it was archived: every service drops what it holds of the child."""

    topic = CHILD_INDEX
    child_id: str


class ServiceEpisodeStarted(Event):
    """Somebody is now involved with the child: a practitioner, or a service whose team shares the relationship."""

    topic = CHILD_INDEX
    episode_id: str
    child_id: str
    service_id: str
    agency_id: str
    team_id: str | None
    practitioner_id: str | None
    sensitive: bool
    started_on: date
    opened_by: str
    bulk: bool = False
    """True when it came with an import: nobody is told of these one by one."""


class ServiceEpisodeEnded(Event):
    topic = CHILD_INDEX
    episode_id: str
    child_id: str
    ended_on: date
    ended_by: str


class LeadProfessionalAssigned(Event):
    topic = CHILD_INDEX
    child_id: str
    practitioner_id: str
    previous_practitioner_id: str | None
    assigned_by: str


class ChildrenRelated(Event):
    """Two children of the index are of one family (for example siblings)."""

    topic = CHILD_INDEX
    relationship_id: str
    child_id: str
    other_child_id: str


class ChildrenUnrelated(Event):
    topic = CHILD_INDEX
    relationship_id: str
    child_id: str
    other_child_id: str


class RecordsMerged(Event):
    """Two records turned out to be of one child: from now on both ids answer as `child_id`.

    `child_id` is the record that stands (the one that all of its set answered as at that moment), `merged_child_id`
    the one that stood for the other set. Nothing is rewritten: each record keeps its own rows.
    """

    topic = CHILD_INDEX
    merge_id: str
    child_id: str
    merged_child_id: str
    merged_at: datetime


class MergeUndone(Event):
    """It was a mistake: each of the two is a record of its own again. `child_id` is that of the merge itself."""

    topic = CHILD_INDEX
    merge_id: str
    child_id: str
    merged_child_id: str
    undone_at: datetime


EVENTS: tuple[type[Event], ...] = (
    ChildRegistered,
    ChildLikenessChanged,
    ChildDetailsChanged,
    ChildArchived,
    ChildRestored,
    ChildPurged,
    ServiceEpisodeStarted,
    ServiceEpisodeEnded,
    LeadProfessionalAssigned,
    ChildrenRelated,
    ChildrenUnrelated,
    RecordsMerged,
    MergeUndone,
)
