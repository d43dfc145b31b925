"""A search under an override: for each child whom a block or a shield hides from the viewer, or hides in part, the
glass is broken."""

from chassis.errors import NotAllowed
from chassis.ids import is_uuid, new_id
from consent.application.decide import Decided, log_row
from consent.application.overrides import InvokeOverride, check_reason_code, invoke_override
from consent.application.ports import UnitOfWork
from consent.domain.decision import decide, standing
from consent.domain.policy import Policy
from contracts.decisions import DecisionRequest, SearchOverrideRequest
from contracts.routes import Subject
from contracts.vocabulary import Category, Outcome

MOST_SHOWN = 5
"""A search answers with at most so many; what it does not show is not opened."""
_OPENED = (Category.BASICS, Category.INVOLVEMENT)
"""Who the child is, and whom to call. More takes an override that names it."""


async def override_search(
    uow: UnitOfWork,
    policy: Policy,
    identity: str,
    asked: SearchOverrideRequest,
    request_id: str,
    actor: str | None = None,
) -> int:
    """Records an override, and its row in the log, for each hidden child among the first candidates; how many.

    Raises `NotAllowed` for a role that may not override, `Invalid` for a reason code that the policy does not have.
    """
    children = [child_id for child_id in asked.children if is_uuid(child_id)][:MOST_SHOWN]
    viewer, facts = await uow.facts.load(identity, children)
    if standing(viewer, "override.invoke", policy) is not None:
        raise NotAllowed
    check_reason_code(policy, asked.override.reason_code, "/override/reason_code")
    command = InvokeOverride(asked.override.reason_code, asked.override.reason, _OPENED)
    opened = 0
    for child in {each.child_id: each for child_id in children if (each := facts.get(child_id))}.values():
        child_id, now = child.child_id, uow.now()
        seen = decide(viewer, child, "child.search", (Category.BASICS,), asked.purpose, policy, now)
        if seen.outcome is Outcome.PERMITTED and not seen.veiled:
            continue
        await invoke_override(uow, policy, viewer.viewer_id, viewer.agency_id, child_id, command)
        request = DecisionRequest(
            action="override.invoke", subject=Subject.CHILD, purpose=asked.purpose, child_id=child_id
        )
        emergency = decide(viewer, child, "override.invoke", (), asked.purpose, policy, now)
        row = log_row(
            viewer, Decided.on(child_id, child, emergency), request, policy.version, request_id, new_id(), now, actor
        )
        await uow.log.append([row])
        opened += 1
    return opened
