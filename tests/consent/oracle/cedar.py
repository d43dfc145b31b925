"""A second implementation of the default policy, in Cedar, that shares no rule and no table with the first.

Cedar cannot ask whether any member of a set fulfils a condition, so the facts become policies: one `permit` for each
pair of a relationship and a ground, one `forbid` for each block. Of a child whose records were merged, the pairs are
those of each record by itself, and only consents are asked for all records at once. What the roles may see and do is
written out here again by hand, from the published table. Any error of Cedar counts as a refusal.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import cedarpy

from consent.domain.facts import Block, ChildFacts, ConsentInForce, Involvement, InvolvementKind, Recipient, Viewer
from contracts.vocabulary import Category, PartyType, PractitionerStatus, Purpose, RecipientType

_COMMON = "basics involvement"
_ENTITLED = {
    "teacher": "whereabouts family education plan",
    "safeguarding_lead": "whereabouts family education social_care plan",
    "gp": "whereabouts family health plan",
    "school_nurse": "whereabouts family health plan",
    "health_visitor": "whereabouts family health early_years plan",
    "camhs": "whereabouts family health sensitive plan",
    "social_worker": "whereabouts family education health social_care youth_justice early_years plan sensitive",
    "early_help_worker": "whereabouts family education early_years social_care plan",
    "youth_worker": "education plan",
    "youth_justice_worker": "whereabouts family education social_care youth_justice plan",
    "police_officer": "whereabouts family youth_justice",
    "voluntary_worker": "plan",
    "index_officer": "whereabouts family",
    "young_person": "whereabouts plan",
    "parent": "",
}
_PRACTITIONERS = [
    role for role in _ENTITLED if role not in {"index_officer", "young_person", "parent"}
]  # who works with children
_FREE = ["basics", "whereabouts", "family", "involvement"]

_REFERRED = {"child.read": "basics", "assessment.read": ""}
"""What a referral opens by itself, of the actions below."""

INVOLVED_READS = {
    "child.read": [*_PRACTITIONERS, "index_officer"],
    "assessment.read": _PRACTITIONERS,
    "viewers.read": _PRACTITIONERS,
    "block.read": _PRACTITIONERS,
}
WRITES = {"family.write": _PRACTITIONERS, "assessment.contribute": _PRACTITIONERS}
UNRELATED = {
    "child.search": [*_PRACTITIONERS, "index_officer"],
    "episode.open": [*_PRACTITIONERS, "system"],
}
OWN = {"me.record": ["young_person", "parent"], "me.blocks": ["young_person"]}
GATED = {"block.read": ["social_worker"]}
OVERRIDABLE = ("child.search", "child.read", "assessment.read")
ACTIONS = (*INVOLVED_READS, *WRITES, *UNRELATED, *OWN)

_Q = json.dumps


def _seconds(moment: datetime) -> int:
    """Whole microseconds since 1970, since Cedar has integers only."""
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)


def _one_of(words: Any, value: str) -> str:
    listed = sorted(words)
    return f"{_Q(listed)}.contains({value})" if listed else "false"


def _may(action: str, roles: list[str]) -> str:
    return f"(action == Action::{_Q(action)} && {_one_of(roles, 'principal.role')})"


def _entitled() -> str:
    clauses = [
        f"(principal.role == {_Q(role)} && {_one_of([*_COMMON.split(), *words.split()], 'resource.name')})"
        for role, words in _ENTITLED.items()
    ]
    return f"({' || '.join(clauses)})"


def _relation(found: Involvement) -> str:
    parties = []
    if found.practitioner_id is not None:
        parties.append(f"principal in Post::{_Q('practitioner:' + found.practitioner_id)}")
    if found.kind in {InvolvementKind.EPISODE, InvolvementKind.REFERRAL} and found.team_id is not None:
        parties.append(f"principal in Post::{_Q('team:' + found.team_id)}")
    until = "true" if found.ended_on is None else f"context.today < {found.ended_on.toordinal()}"
    opened = ""
    if found.kind is InvolvementKind.REFERRAL:
        by_action = [
            f"action == Action::{_Q(action)} && {_one_of({*words.split(), *found.shared}, 'resource.name')}"
            for action, words in _REFERRED.items()
        ]
        opened = f" && ({' || '.join(by_action)})"
    return f"({' || '.join(parties) or 'false'}) && {until}{opened}"


@dataclass(frozen=True)
class Recorded:
    """A child as recorded: once, or several times, with what was merged into what, and when."""

    members: tuple[ChildFacts, ...]
    merges: tuple[tuple[str, str, datetime], ...] = ()

    def counts(self, written_under: str, at: datetime | None, record: str) -> bool:
        """Whether what was written under one record at that time was written about another too: by climbing from the
        other, merge by merge, each made by then."""
        while record != written_under:
            step = [(into, made) for merged, into, made in self.merges if merged == record]
            if not step or at is None or step[0][1] > at:
                return False
            record = step[0][0]
        return True

    def involvements(self, record: str) -> list[Involvement]:
        """Those that count for a record, less the lead professionals whom somebody replaced."""
        return [
            each
            for member in self.members
            for each in member.involvements
            if self.counts(member.child_id, each.began_at, record) and not self._replaced(member, each)
        ]

    def _replaced(self, member: ChildFacts, each: Involvement) -> bool:
        later = [
            other
            for above in self.members
            for other in above.involvements
            if above is not member
            and other.kind is InvolvementKind.LEAD
            and self.counts(above.child_id, other.began_at, member.child_id)
            and not (each.began_at and other.began_at and each.began_at > other.began_at)
        ]
        return each.kind is InvolvementKind.LEAD and bool(later)


def _is_lead(involvements: list[Involvement]) -> str:
    leads = [_relation(each) for each in involvements if each.kind is InvolvementKind.LEAD]
    return " || ".join(f"({each})" for each in leads) or "false"


def _in_team(involvements: list[Involvement]) -> str:
    places = [_relation(each) for each in involvements if each.kind is InvolvementKind.TEAM]
    return " || ".join(f"({each})" for each in places) or "false"


def _recipient(found: Recipient) -> str:
    if found.type is RecipientType.ALL:
        return "true"
    kind = {"practitioner": "practitioner", "team": "team", "agency": "agency", "sector": "sector"}[found.type.value]
    return f"principal in Post::{_Q(f'{kind}:{found.id}')}"


def _consent(consent: ConsentInForce) -> str:
    until = "true" if consent.valid_until is None else f"context.now < {_seconds(consent.valid_until)}"
    purposes = "true" if consent.purposes is None else _one_of(consent.purposes, "context.purpose")
    to = " || ".join(_recipient(each) for each in consent.recipients)
    return f"({_one_of(consent.categories, 'resource.name')} && {until} && {purposes} && ({to}))"


def _consented(child: Recorded) -> list[str]:
    """One clause: for every record some consent. A child recorded once has one clause for each consent."""
    if len(child.members) == 1:
        return [_consent(each) for each in child.members[0].consents]
    for_each = []
    for record in (member.child_id for member in child.members):
        theirs = [
            _consent(each)
            for member in child.members
            for each in member.consents
            if child.counts(member.child_id, each.recorded_at, record)
        ]
        for_each.append(f"({' || '.join(theirs) or 'false'})")
    return [" && ".join(for_each)]


def _grounds(child: Recorded, record: str) -> list[str]:
    leads = [_is_lead(child.involvements(member.child_id)) for member in child.members]
    leads += [_in_team(child.involvements(member.child_id)) for member in child.members]
    grounds = [_one_of(_FREE, "resource.name"), f'resource.name == "plan" && ({" || ".join(leads)})']
    grounds += _consented(child)
    for member in child.members:
        for basis in member.legal_bases:
            if child.counts(member.child_id, basis.recorded_at, record):
                to = " || ".join(_recipient(each) for each in basis.recipients)
                covered = _one_of(basis.categories, "resource.name")
                until = f"context.now < {_seconds(basis.valid_until)}"
                grounds.append(f'{covered} && resource.name != "sensitive" && {until} && ({to})')
    return grounds


def _override(child: Recorded) -> str:
    clauses = [
        f"(principal.id == {_Q(each.viewer_id)} && context.now < {_seconds(each.expires_at)}"
        f" && {_one_of(each.categories, 'resource.name')})"
        for member in child.members
        for each in member.overrides
    ]
    actions = " || ".join(f"action == Action::{_Q(action)}" for action in OVERRIDABLE)
    return f"(({actions}) && ({' || '.join(clauses) or 'false'}))"


def _block(found: Block) -> str:
    categories = "true" if found.categories is None else _one_of(found.categories, "resource.name")
    until = "true" if found.valid_until is None else f"context.now < {_seconds(found.valid_until)}"
    kind = {PartyType.PRACTITIONER: "practitioner", PartyType.TEAM: "team", PartyType.AGENCY: "agency"}[found.type]
    return f"principal in Named::{_Q(f'{kind}:{found.party_id}')} && {categories} && {until}"


def policies_for(child: Recorded, actions: Collection[str] = ACTIONS) -> str:
    """The Cedar policies of the default policy over these facts: what lets in, for each record by itself."""

    def asked(table: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
        return [(action, roles) for action, roles in table.items() if action in actions]

    entitled, override = _entitled(), _override(child)
    first_contact = f"({entitled} || {_one_of(['basics', 'involvement'], 'resource.name')})"
    permits = []
    for record in (member.child_id for member in child.members):
        involvements, grounds = child.involvements(record), _grounds(child, record)
        relations = [_relation(each) for each in involvements]
        relations.append('principal.role == "index_officer" && context.purpose == "data-quality"')
        for relation in relations:
            for ground in grounds:
                for action, roles in asked(INVOLVED_READS):
                    gate = "true"
                    if action in GATED:
                        gate = f"({_is_lead(involvements)} || {_one_of(GATED[action], 'principal.role')})"
                    permits.append(f"{_may(action, roles)} && {gate} && ({relation}) && {entitled} && ({ground})")
            permits += [f"{_may(action, roles)} && ({relation}) && {entitled}" for action, roles in asked(WRITES)]
        for ground in grounds:
            permits += [f"{_may(action, roles)} && {first_contact} && ({ground})" for action, roles in asked(UNRELATED)]
    own = _one_of([member.child_id for member in child.members], "principal.child")
    permits += [f"{_may(action, roles)} && {own} && {entitled}" for action, roles in asked(OWN)]
    for action, roles in asked({each: {**INVOLVED_READS, **UNRELATED}[each] for each in OVERRIDABLE}):
        reached = first_contact if action in UNRELATED else entitled
        permits.append(f"{_may(action, roles)} && {override} && {reached}")
    unique = dict.fromkeys(permits)
    text = [f"permit(principal, action, resource) when {{ principal.active && {each} }};" for each in unique]
    text += [
        f"forbid(principal, action, resource) when {{ {_block(each)} }} unless {{ {override} }};"
        for member in child.members
        for each in member.blocks
    ]
    return "\n".join(text)


def entities_for(viewer: Viewer) -> list[dict[str, Any]]:
    """The viewer, under the posts by which they are related and the names by which they can be blocked."""
    own = [f"practitioner:{viewer.viewer_id}", *(f"team:{team_id}" for team_id in viewer.team_ids)]
    if viewer.agency_id is not None:
        own.append(f"agency:{viewer.agency_id}")
    posts = list(own)
    if viewer.sector is not None:
        posts.append(f"sector:{viewer.sector}")
    names = list(own)
    for post in viewer.posts:
        names += [f"practitioner:{post.practitioner_id}", *(f"team:{team_id}" for team_id in post.team_ids)]
        names += [] if post.agency_id is None else [f"agency:{post.agency_id}"]
    parents = [{"type": "Post", "id": each} for each in posts] + [{"type": "Named", "id": each} for each in names]
    attributes: dict[str, Any] = {
        "id": viewer.viewer_id,
        "active": viewer.status is PractitionerStatus.ACTIVE,
        "child": viewer.child_id or "",
    }
    if viewer.role is not None:
        attributes["role"] = viewer.role.value
    categories = [
        {"uid": {"type": "Category", "id": each.value}, "attrs": {"name": each.value}, "parents": []}
        for each in Category
    ]
    unique = [json.loads(text) for text in dict.fromkeys(map(json.dumps, parents))]
    return [{"uid": {"type": "Viewer", "id": "v"}, "attrs": attributes, "parents": unique}, *categories]


def permitted(viewer: Viewer, child: Recorded, asked: list[tuple[str, Purpose]], now: datetime) -> list[set[Category]]:
    """For each action and purpose, the categories that Cedar allows."""
    requests = [
        {
            "principal": 'Viewer::"v"',
            "action": f"Action::{_Q(action)}",
            "resource": f'Category::"{category.value}"',
            "context": {"now": _seconds(now), "today": now.date().toordinal(), "purpose": purpose.value},
        }
        for action, purpose in asked
        for category in Category
    ]
    results = cedarpy.is_authorized_batch(
        requests, policies_for(child, {action for action, _ in asked}), entities_for(viewer)
    )
    allowed = iter([result.allowed and not result.diagnostics.errors for result in results])
    return [{category for category in Category if next(allowed)} for _ in asked]
