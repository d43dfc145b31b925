"""Why somebody can, or cannot, see what: the decision's own rules, told for each category."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chassis.errors import NotFound
from chassis.grants import Grant
from chassis.ids import is_uuid
from consent.application.decide import Decided, log_row
from consent.application.ports import UnitOfWork
from consent.domain.decision import Decision, decide, explain
from consent.domain.facts import Viewer
from consent.domain.policy import Policy
from consent.domain.telling import Reader, as_told_to
from contracts.decisions import DecisionRequest
from contracts.routes import Subject
from contracts.vocabulary import Category, Outcome, Purpose, Role, Scope

_LOOK = "child.read"


@dataclass(frozen=True, slots=True)
class Question:
    viewer_id: str
    child_id: str
    categories: Sequence[Category]
    purpose: Purpose


async def explain_decision(uow: UnitOfWork, policy: Policy, grant: Grant, question: Question) -> dict[str, Any]:
    """What opening the record would give this viewer, and every rule that spoke.

    Raises `NotFound` for a young person who asks about another record, and for an officer who asks about somebody
    beyond their scope. That it was asked is in the log, with the child.
    """
    if not is_uuid(question.child_id):
        raise NotFound
    viewer, children = await uow.facts.load(question.viewer_id, [question.child_id])
    child = children.get(question.child_id)
    if grant.role is Role.YOUNG_PERSON:
        account = await uow.accounts.get(grant.viewer_id)
        if account is None or child is None or account["child_id"] not in child.records:
            raise NotFound
        child = as_told_to(Reader.YOUNG_PERSON, child, uow.now(), viewer)
    elif not _in_scope(grant, viewer):
        raise NotFound
    asked = (_LOOK, question.categories, question.purpose, policy, uow.now())
    decision = decide(viewer, child, *asked)
    asker = Viewer(grant.viewer_id, grant.role, agency_id=grant.agency_id)
    request = DecisionRequest(
        action="decision.explain",
        subject=Subject.CHILD,
        purpose=question.purpose,
        categories=list(question.categories),
        child_id=question.child_id,
    )
    told = Decision(Outcome.PERMITTED, (), ())
    row = log_row(
        asker,
        Decided.on(question.child_id, child, told),
        request,
        policy.version,
        grant.request_id,
        grant.decision_id,
        uow.now(),
        grant.actor,
    )
    await uow.log.append([row])
    return {
        "permitted": list(decision.permitted),
        "rules": [
            {
                "category": finding.category,
                "rule": finding.rule,
                "outcome": "permitted" if finding.permitted else "refused",
                "because": finding.because,
            }
            for finding in explain(viewer, child, *asked)
        ],
    }


def _in_scope(grant: Grant, viewer: Viewer) -> bool:
    return grant.scope == Scope.PARTNERSHIP or (grant.agency_id is not None and viewer.agency_id == grant.agency_id)
