"""The decision: a pure function of the facts, the request and the policy.

First what can be said without a child (is the viewer active, may their role do this at all), then the rules on the
child (`domain.rules`); the explanation in plain English is made of the same findings.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from consent.domain.actions import ACTIONS, Basis
from consent.domain.facts import ChildFacts, HistoryDelay, Viewer
from consent.domain.findings import Finding
from consent.domain.policy import Policy
from consent.domain.rules import Case
from contracts.vocabulary import Category, Outcome, Purpose

_WITHOUT_CATEGORIES = frozenset({Basis.OWN, Basis.EMERGENCY})
"""What an action may rest on that asks for no category and is permitted all the same."""


class Decision(NamedTuple):
    """`permitted` in the order of `Category`; `forbidden` when the role may never do this, whatever the child."""

    outcome: Outcome
    permitted: tuple[Category, ...]
    findings: tuple[Finding, ...]
    forbidden: bool = False
    lead: bool = False
    related: tuple[str, ...] = ()
    kept_back: tuple[HistoryDelay, ...] = ()
    veiled: bool = False
    """Where the child is is hidden from this viewer: what tells of it by the way, or confirms it, is as well."""

    @property
    def override_id(self) -> str | None:
        """The override that opened something, if any."""
        return next((found.reference for found in self.findings if found.rule == "override"), None)


def _refused(rule: str, *, forbidden: bool = False, reference: str | None = None) -> Decision:
    return Decision(Outcome.REFUSED, (), (Finding(None, rule, False, reference),), forbidden)


def standing(viewer: Viewer, action: str, policy: Policy) -> Decision | None:
    """What can be said without a child: a refusal, a permission where no child is spoken of, or None (look further)."""
    rule = ACTIONS.get(action)
    if rule is None:
        return _refused("role", forbidden=True)
    if rule.basis is Basis.ANYBODY:
        return Decision(Outcome.PERMITTED, (), (Finding(None, "anybody", True),))
    if viewer.role is None:
        return _refused("unknown", forbidden=True)
    if not viewer.active:
        return _refused("inactive", forbidden=rule.basis is Basis.ROLE)
    if not policy.may(viewer.role, action):
        return _refused("role", forbidden=True)
    if not policy.names(viewer.viewer_id, action):
        return _refused("not-named", forbidden=True)
    if rule.basis is Basis.ROLE:
        return Decision(Outcome.PERMITTED, (), (Finding(None, "permitted-role", True),))
    return None


def decide(
    viewer: Viewer,
    child: ChildFacts | None,
    action: str,
    categories: Iterable[Category],
    purpose: Purpose,
    policy: Policy,
    now: datetime,
) -> Decision:
    """Decides one request about one child (None: no such child). `now` is UTC; expiry holds to the second."""
    early = standing(viewer, action, policy)
    if early is not None:
        return early
    if child is None:
        return _refused("no-such-child")
    gate = policy.actions[action].lead_or
    only_lead = gate is not None and viewer.role not in gate
    case = Case.of(viewer, child, action, purpose, policy, now, only_lead=only_lead)
    reach = case.reach()
    if not reach.permitted:
        return Decision(Outcome.REFUSED, (), (reach,))
    if only_lead and not case.lead:
        return _refused("not-lead")
    findings = tuple([case.deciding(reach, category) for category in categories])
    lifted = case.lifts_the_veil()
    if lifted is not None:
        findings = tuple(
            found._replace(rule="override", reference=lifted.override_id) if found.permitted else found
            for found in findings
        )
    permitted = tuple(found.category for found in findings if found.permitted and found.category is not None)
    if case.rule.whole and len(permitted) < len(findings):
        permitted = ()
    alone = case.rule.basis in _WITHOUT_CATEGORIES and not findings
    outcome = Outcome.PERMITTED if permitted or alone else Outcome.REFUSED
    of_family = Category.FAMILY in permitted
    if case.rule.family and not of_family:
        of_family = case.deciding(reach, Category.FAMILY).permitted
    veiled = lifted is None and case.is_veiled()
    related = _related(viewer, child, now) if of_family and not veiled else ()
    to_family = case.rule.basis is Basis.OWN or case.rule.handed_on
    kept_back = tuple(each for each in child.delays if each.current(now)) if to_family else ()
    spoke = (reach,) if alone else findings
    return Decision(outcome, permitted, spoke, lead=case.lead, related=related, kept_back=kept_back, veiled=veiled)


def explain(
    viewer: Viewer,
    child: ChildFacts | None,
    action: str,
    categories: Iterable[Category],
    purpose: Purpose,
    policy: Policy,
    now: datetime,
) -> tuple[Finding, ...]:
    """Every rule that spoke for each category, in order; what it decided last is by the same rules as `decide`."""
    early = standing(viewer, action, policy)
    if early is not None or child is None:
        return (early or _refused("no-such-child")).findings
    case = Case.of(viewer, child, action, purpose, policy, now)
    reach = case.reach()
    return tuple(found for category in categories for found in case.spoken(reach, category))


def _related(viewer: Viewer, child: ChildFacts, now: datetime) -> tuple[str, ...]:
    """Children of the family whose names may stand beside this child's: never one whose own block names the viewer,
    nor one who is shielded: siblings mostly are where the other is."""
    # Whereabouts too: who is of the household is where the other is.
    named = (Category.BASICS, Category.FAMILY, Category.WHEREABOUTS)
    return tuple(
        other
        for other, blocks in child.related
        if other not in child.shielded_kin
        and not any(block.stops(viewer, category, now) for block in blocks for category in named)
    )
