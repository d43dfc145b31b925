"""The decision and its access-log row, in one transaction: no look without a record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from chassis.grants import Grant, GrantSigner, KeptBack
from chassis.ids import Clock, is_uuid, new_id
from consent.application.log_rows import sealed
from consent.application.ports import DecisionTransaction, Record
from consent.domain.decision import Decision, decide, standing
from consent.domain.facts import ChildFacts, Viewer
from consent.domain.policy import Policy
from contracts.decisions import DELIVER, SEARCH_FIELDS, DecisionRequest, DeliveryAnswer, DeliveryQuestion
from contracts.routes import Subject
from contracts.vocabulary import Category, Outcome, Purpose


class Answered(NamedTuple):
    """`DecisionAnswer`, as it is made here: a model would be checked anew."""

    outcome: Outcome
    decision_id: str
    forbidden: bool = False
    grant: str | None = None


@dataclass(frozen=True, slots=True)
class DecideRequest:
    """Decides what the gateway asks for an identity that the token proved; signs a grant where it permits.

    Raises `Unavailable` when the log row cannot be written: then there is no grant, and no data leaves anywhere.
    """

    transaction: DecisionTransaction
    policy: Policy
    signer: GrantSigner
    clock: Clock
    counted: Callable[[Sequence["Decided"]], None] | None = None
    """Told of the decisions once their rows are on the disk."""

    async def __call__(
        self, identity: str, request: DecisionRequest, request_id: str, actor: str | None = None
    ) -> Answered:
        decision_id = new_id()
        viewer, made = await self._decided(identity, request, request_id, decision_id, actor)
        return self._answer(viewer, request, made, decision_id, request_id, actor)

    async def deliverable(self, question: DeliveryQuestion, request_id: str) -> DeliveryAnswer:
        """What the recipient may be told of now, whoever they are; recorded like any decision. No grant comes of it."""
        request = DecisionRequest(
            action=DELIVER,
            subject=Subject.CANDIDATES,
            purpose=Purpose.DIRECT_SUPPORT,
            categories=question.categories,
            children=question.children or None,
        )
        decision_id = new_id()
        viewer, made = await self._decided(question.recipient_id, request, request_id, decision_id, None)
        shown = [each for each in made if each.decision.outcome is Outcome.PERMITTED]
        return DeliveryAnswer(
            decision_id=decision_id,
            active=standing(viewer, DELIVER, self.policy) is None,
            permitted={record: list(each.decision.permitted) for each in shown for record in each.records},
            related={record: list(each.decision.related) for each in shown for record in each.records},
        )

    async def _decided(
        self, identity: str, request: DecisionRequest, request_id: str, decision_id: str, actor: str | None
    ) -> tuple[Viewer, list["Decided"]]:
        """The decisions, once their rows are on the disk."""
        asked = [child_id for child_id in request.children or () if is_uuid(child_id)]
        if request.subject is Subject.CHILD or request.subject is Subject.OWNED:
            asked = [request.child_id] if request.child_id is not None and is_uuid(request.child_id) else []
        concluded: list[tuple[Viewer, list[Decided]]] = []

        def conclude(viewer: Viewer, child_ids: Sequence[str], children: dict[str, ChildFacts]) -> list[Record]:
            now = self.clock()
            made = self._decide(viewer, children, child_ids, request, now)
            concluded[:] = [(viewer, made)]
            return [
                log_row(viewer, each, request, self.policy.version, request_id, decision_id, now, actor)
                for each in made
            ]

        await self.transaction(identity, asked, request.subject is Subject.OWN, conclude)
        ((viewer, made),) = concluded
        if self.counted is not None:
            self.counted(made)
        return viewer, made

    def _decide(
        self,
        viewer: Viewer,
        children: dict[str, ChildFacts],
        asked: Sequence[str],
        request: DecisionRequest,
        now: datetime,
    ) -> list["Decided"]:
        """The decisions to record. A child that is asked about by several of its records is decided on once."""

        def on(child_id: str | None) -> Decided:
            child = None if child_id is None else children.get(child_id)
            asked_about = (request.action, request.categories, request.purpose, self.policy, now)
            return Decided.on(child_id, child, decide(viewer, child, *asked_about))

        if request.subject is Subject.CANDIDATES:
            if request.children is None:
                return [Decided(standing(viewer, request.action, self.policy) or _ASKED)]
            made: dict[str | None, Decided] = {}
            for child_id in asked:
                decided = on(child_id)
                made.setdefault(decided.child_id, decided)
            return list(made.values())
        if request.subject is Subject.NONE:
            return [on(None)]
        return [on(asked[0] if asked else None)]

    def _answer(
        self,
        viewer: Viewer,
        request: DecisionRequest,
        made: Sequence["Decided"],
        decision_id: str,
        request_id: str,
        actor: str | None,
    ) -> Answered:
        of_several = request.subject is Subject.CANDIDATES and request.children is not None
        first = made[0].decision if made else _ASKED
        if not of_several and first.outcome is not Outcome.PERMITTED:
            return Answered(first.outcome, decision_id, forbidden=first.forbidden)
        grant = Grant(
            decision_id=decision_id,
            viewer_id=viewer.viewer_id,
            role=viewer.role,
            agency_id=viewer.agency_id,
            team_ids=tuple(sorted(viewer.team_ids)),
            action=request.action,
            purpose=request.purpose,
            request_id=request_id,
            scope=viewer.scope,
            actor=actor,
            **(_on_several(request, made) if of_several else _on_one(made[0])),
        )
        return Answered(Outcome.PERMITTED, decision_id, grant=self.signer.sign(grant))


def _on_one(decided: "Decided") -> dict[str, Any]:
    """What a grant says of the one child that was asked about, if any."""
    decision, child_id = decided.decision, decided.child_id
    said: dict[str, Any] = {
        "child_id": child_id,
        "categories": frozenset(decision.permitted),
        "lead": decision.lead,
        "kept_back": tuple(
            [KeptBack(k.since, tuple(sorted(k.practitioners)), tuple(sorted(k.agencies))) for k in decision.kept_back]
        ),
    }
    if child_id:
        overriding = decision.override_id
        said |= {
            "records": decided.records,
            "related": decision.related,
            "veiled": (child_id,) if decision.veiled else (),
            "overrides": ((child_id, overriding),) if overriding else (),
        }
    return said


def _on_several(request: DecisionRequest, made: Sequence["Decided"]) -> dict[str, Any]:
    """What a grant says of the children that an answer may speak of."""
    shown = [each for each in made if each.child_id and each.decision.outcome is Outcome.PERMITTED]
    return {
        "categories": frozenset(request.categories),
        "children": tuple(each.child_id for each in shown),
        "records": tuple(record for each in shown for record in each.records),
        "related": tuple(dict.fromkeys(other for each in shown for other in each.decision.related)),
        "veiled": tuple(each.child_id for each in shown if each.decision.veiled),
        "partly": _partly(request, shown),
        "overrides": tuple(
            (each.child_id, found) for each in made if each.child_id and (found := each.decision.override_id)
        ),
    }


def _partly(request: DecisionRequest, shown: Sequence["Decided"]) -> tuple[tuple[Category, int], ...]:
    """The categories that not all of the children permit, each with the places of the records that do."""
    found = []
    for category in request.categories:
        if all(category in each.decision.permitted for each in shown):
            continue
        mask = place = 0
        for each in shown:
            if category in each.decision.permitted:
                mask |= ((1 << len(each.records)) - 1) << place
            place += len(each.records)
        found.append((category, mask))
    return tuple(found)


class Decided(NamedTuple):
    """A decision and what it is about: the record that the child answers as, and all of its records."""

    decision: Decision
    child_id: str | None = None
    records: tuple[str, ...] = ()

    @classmethod
    def on(cls, child_id: str | None, child: ChildFacts | None, decision: Decision) -> "Decided":
        """`child_id` is what was asked about, and stands where there is no such child."""
        if child is not None:
            return cls(decision, child.child_id, child.records)
        return cls(decision, child_id, () if child_id is None else (child_id,))


_ASKED = Decision(Outcome.PERMITTED, (), ())
"""The first step of a search: the role may ask; each child that would be spoken of is decided on afterwards."""


def log_row(
    viewer: Viewer,
    decided: Decided,
    request: DecisionRequest,
    policy_version: str,
    request_id: str,
    decision_id: str,
    at: datetime,
    actor: str | None = None,
) -> Record:
    """The access-log row of one decision. Ids and codes only; of a search, which kinds of criteria were used.

    `actor` is the system that acted for the viewer, if any. `records` are there where the child has several.
    """
    decision = decided.decision
    entry: dict[str, Any] = {
        "viewer_id": viewer.viewer_id,
        "agency_id": viewer.agency_id,
        "action": request.action,
        "purpose": request.purpose,
        "categories": request.categories,
        "permitted": decision.permitted,
        "outcome": decision.outcome,
        "rules": [
            {
                "category": finding.category,
                "rule": finding.rule,
                "outcome": "permitted" if finding.permitted else "refused",
                "reference": finding.reference,
            }
            for finding in decision.findings
        ],
        "decision_id": decision_id,
        "policy_version": policy_version,
        "request_id": request_id,
    }
    if decided.child_id is not None:
        entry["child_id"] = decided.child_id
    if len(decided.records) > 1:
        entry["records"] = list(decided.records)
    if actor is not None:
        entry["actor_id"] = actor
    criteria = [field for field in SEARCH_FIELDS if field in request.criteria]
    if criteria:
        entry["criteria"] = criteria
    return {**sealed(entry, at), "override_id": decision.override_id}
