"""The entries of a child's chronology, wherever they come from."""

from dataclasses import dataclass
from datetime import datetime

from chassis.chronology import Place
from contracts.vocabulary import Category, ChronologyKind


@dataclass(frozen=True, slots=True)
class Who:
    """A practitioner, as far as whoever tells of them knows."""

    practitioner_id: str
    name: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Whose it is: an agency, and of an episode its service."""

    agency_id: str | None = None
    agency_name: str | None = None
    service_id: str | None = None
    service_name: str | None = None
    service_type: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`accuracy`: of the place's day. `detail`: a code that title or words are made from. `words`: what was written, of
    the entry's category. `by`: of an episode, a lead professional or a place in the team who it is, of everything else
    who did or recorded it."""

    place: Place
    category: Category
    recorded_at: datetime | None
    by: Who | None
    source: Source
    accuracy: str = "AAA"
    detail: str | None = None
    words: str | None = None

    @property
    def entry_id(self) -> str:
        return f"{self.place.kind}.{self.place.key}"

    def link(self, child_id: str) -> str:
        """The address of what it is about."""
        of_child, key = f"/v1/children/{child_id}", self.place.key
        match self.place.kind:
            case (
                ChronologyKind.ASSESSMENT_BEGUN | ChronologyKind.ASSESSMENT_COMPLETED | ChronologyKind.ASSESSMENT_CLOSED
            ):
                return f"/v1/assessments/{key}"
            case ChronologyKind.REFERRAL_SENT:
                return f"/v1/referrals/{key}"
            case ChronologyKind.ACTION_DONE:
                return f"/v1/actions/{key}"
            case ChronologyKind.REVIEW_HELD:
                return f"/v1/reviews/{key}"
            case ChronologyKind.LIFE_EVENT:
                return f"/v1/life-events/{key}"
            case ChronologyKind.STAGE_AGREED:
                return f"{of_child}/stage"
            case ChronologyKind.TEAM_JOINED | ChronologyKind.TEAM_LEFT:
                return f"{of_child}/team"
            case ChronologyKind.LEAD_ASSIGNED:
                return f"{of_child}/lead-professional"
            case ChronologyKind.EPISODE_STARTED | ChronologyKind.EPISODE_ENDED:
                return of_child
