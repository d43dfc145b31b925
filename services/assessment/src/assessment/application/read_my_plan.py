"""A young person's plan in plain words: who is around them, what was agreed, what happens next, what they said.

For themselves, or for a practitioner to print for them, who then gets no more of it than they may see themselves. It
holds nothing of other categories than the general ones, nothing that is sensitive, and nothing that an officer keeps
back from the family for now: neither what those who are kept back did since, nor what they changed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from assessment.application.people_ports import Person
from assessment.application.ports import AssessmentUnitOfWork
from assessment.domain.assessments import Assessment
from assessment.domain.plan import Action, ActionStatus
from assessment.domain.sheets import UK
from assessment.domain.teams import SENSITIVE_ROLES, Membership, Standing
from assessment.domain.templates import Catalogue
from chassis.grants import Grant
from contracts.supplies import Helper
from contracts.vocabulary import Category

GENERAL = frozenset({Category.BASICS, Category.INVOLVEMENT, Category.PLAN})
OWN_WORDS, SAID_ON = "child_words.words", "child_words.recorded_on"
"""National keys (services/assessment/templates.md)."""
_NEWEST = 200


@dataclass(frozen=True, slots=True)
class AgreedAction:
    """`by` None: who does it is not to be named here."""

    title: str
    by: Person | None
    due_on: date


@dataclass(frozen=True, slots=True)
class OwnWords:
    text: str
    said_on: date


@dataclass(frozen=True, slots=True)
class MyPlan:
    """`actions` are open ones, the earliest day first; `around` who leads first; `own_words` the newest first. None:
    not granted."""

    actions: list[AgreedAction] | None
    next_review_on: date | None
    around: list[Helper] | None
    own_words: list[OwnWords] | None


async def read_my_plan(
    uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, around: list[Helper] | None
) -> MyPlan:
    """`around`: whom the child index knows to be there, as the family may see it."""
    grant = grant._replace(categories=grant.categories & GENERAL)
    planned, involved = grant.permits(Category.PLAN), grant.permits(Category.INVOLVEMENT)
    family = _Family(grant, uow)
    return MyPlan(
        actions=await _actions(uow, grant, family) if planned else None,
        next_review_on=await _next_review(uow, grant, family) if planned else None,
        around=await _around(uow, grant, family, around) if involved and around is not None else None,
        own_words=await _own_words(uow, catalogue, grant, family) if involved else None,
    )


class _Family:
    """What is kept back from the family for now."""

    def __init__(self, grant: Grant, uow: AssessmentUnitOfWork) -> None:
        self._kept_back = grant.kept_back
        self._uow = uow
        self.people: dict[str, Person] = {}

    async def meet(self, practitioner_ids: Collection[str]) -> None:
        self.people |= await self._uow.people.named(set(practitioner_ids) - self.people.keys())

    def is_told(self, *done: tuple[str, datetime]) -> bool:
        """Whether all that these did at these times may be told. Whose agency is not known may be of any."""
        for who, at in done:
            person = self.people.get(who)
            agency_id = person.agency_id if person else None
            for kept in self._kept_back:
                unsure = bool(kept.agencies) and agency_id is None and at >= kept.since
                if unsure or kept.covers(who, agency_id, at):
                    return False
        return True


async def _actions(uow: AssessmentUnitOfWork, grant: Grant, family: _Family) -> list[AgreedAction]:
    found = await uow.actions.page(grant.records, {Category.PLAN}, ActionStatus.OPEN, None, _NEWEST)
    await family.meet({who for each in found for who in (each.owner_id, each.added_by, each.changed_by)})

    def told(each: Action) -> bool:
        changed = each.changed_at
        return family.is_told((each.added_by, each.added_at), (each.changed_by, changed), (each.owner_id, changed))

    return [
        AgreedAction(each.title, _to_name(family.people.get(each.owner_id), grant), each.due_on)
        for each in sorted(found, key=lambda each: (each.due_on, each.action_id))
        if told(each)
    ]


def _to_name(person: Person | None, grant: Grant) -> Person | None:
    """Nobody of whom the work alone tells of something sensitive, and nobody who may be near a child of whom the reader
    may not learn where they are."""
    return None if person is None or person.role in SENSITIVE_ROLES or grant.veiled else person


async def _next_review(uow: AssessmentUnitOfWork, grant: Grant, family: _Family) -> date | None:
    """As the last review that may be told of has it, while it is ahead."""
    found = await uow.reviews.page(grant.records, {Category.PLAN}, None, _NEWEST)
    await family.meet({who for each in found for who in (each.recorded_by, *each.attendees)})
    today = uow.now().astimezone(UK).date()
    for each in found:
        if family.is_told(*((who, each.recorded_at) for who in (each.recorded_by, *each.attendees))):
            return each.next_on if each.next_on is not None and each.next_on >= today else None
    return None


async def _around(uow: AssessmentUnitOfWork, grant: Grant, family: _Family, known: list[Helper]) -> list[Helper]:
    """Those of the index, then who is in the team beside them."""
    if not grant.permits(Category.PLAN) or grant.veiled:
        return known
    team = await uow.teams.page(grant.records, history=False, sensitive=False, viewer_id="", before=None, limit=_NEWEST)
    here = [each for each in team if each.standing is Standing.MEMBER and each.active]
    await family.meet({who for each in here for who, _ in _done(each)})
    there = {each.practitioner_id for each in known}
    return known + [
        _helper(family.people, each.invitation.practitioner_id)
        for each in reversed(here)
        if each.invitation.practitioner_id not in there and family.is_told(*_done(each))
    ]


def _done(membership: Membership) -> list[tuple[str, datetime]]:
    invitation = membership.invitation
    asked = (invitation.invited_by, invitation.invited_at)
    return [asked, (invitation.practitioner_id, invitation.answered_at or invitation.invited_at)]


def _helper(people: Mapping[str, Person], practitioner_id: str) -> Helper:
    person = people.get(practitioner_id)
    if person is None:
        return Helper(practitioner_id=practitioner_id)
    return Helper(
        practitioner_id=practitioner_id,
        name=person.name,
        role=person.role,
        agency_name=person.agency_name,
        phone=person.phone,
        email=person.email,
    )


async def _own_words(uow: AssessmentUnitOfWork, catalogue: Catalogue, grant: Grant, family: _Family) -> list[OwnWords]:
    found: list[tuple[datetime, OwnWords]] = []
    for assessment in await uow.assessments.of_child(grant.records, None, _NEWEST):
        places = _places(catalogue, assessment, grant)
        if not places:
            continue
        contributions = await uow.contributions.of(assessment.assessment_id, list(places))
        await family.meet({assessment.begun_by, *(each.contributor_id for each in contributions)})
        for each in contributions:
            words, said_on = places[each.section_key]
            text = each.content.get(words)
            done = ((assessment.begun_by, assessment.begun_at), (each.contributor_id, each.updated_at))
            if isinstance(text, str) and text.strip() and family.is_told(*done):
                day = _day(each.content.get(said_on)) or each.updated_at.astimezone(UK).date()
                found.append((each.updated_at, OwnWords(text, day)))
    return [words for _, words in sorted(found, key=lambda each: each[0], reverse=True)]


def _places(catalogue: Catalogue, assessment: Assessment, grant: Grant) -> dict[str, tuple[str, str]]:
    """In which sections the child's own words stand, and in which fields, with that of the day."""
    form = catalogue.version(assessment.template_id, assessment.template_version)
    places = {}
    for section in form.sections_in(grant.categories):
        names = {field.national_key: field.name for field in section.fields}
        if OWN_WORDS in names:
            places[section.key] = (names[OWN_WORDS], names.get(SAID_ON, ""))
    return places


def _day(value: object) -> date | None:
    """Of a pattern that lets 30 February by."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
