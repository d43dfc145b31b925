"""Who can see what of a child, and by which rule: the decision itself, asked for everybody who might see anything."""

from typing import Any

from consent.application.ports import UnitOfWork
from consent.domain.decision import decide
from consent.domain.facts import ChildFacts
from consent.domain.policy import Policy
from consent.domain.telling import Reader, as_told_to
from contracts.vocabulary import AREA_WIDE_ROLES, Category, Outcome, Purpose


async def viewers_of(
    uow: UnitOfWork, policy: Policy, child: ChildFacts, reader: Reader | None = None, *, veiled: bool = False
) -> list[dict[str, Any]]:
    """Each practitioner who would be answered, with the categories and the rule of each.

    Asked for direct support, and for roles that need no involvement for some purpose, for that purpose. With a
    `reader`, as far as that one may know. `veiled`: to one who may not learn where the child is, those who work near
    the child are told of by their role alone.
    """
    unrelated = {
        role: purposes for role, entry in policy.roles.items() if (purposes := entry.relationship_not_needed_for)
    }
    viewers = await uow.facts.viewers_of(child.records, list(unrelated))
    names: dict[str, Any] = {}
    found = []
    for viewer in viewers:
        assert viewer.role is not None
        known = child
        if reader is not None:
            known = as_told_to(reader, child, uow.now(), viewer)
        for purpose in (Purpose.DIRECT_SUPPORT, *sorted(unrelated.get(viewer.role, ()))):
            decision = decide(viewer, known, "child.read", tuple(Category), purpose, policy, uow.now())
            if decision.outcome is Outcome.PERMITTED:
                break
        else:
            continue
        nameless = veiled and viewer.role not in AREA_WIDE_ROLES
        person = await uow.directory.get("practitioner", viewer.viewer_id)
        if viewer.agency_id is not None and viewer.agency_id not in names:
            names[viewer.agency_id] = await uow.directory.get("agency", viewer.agency_id)
        agency = names.get(viewer.agency_id or "")
        found.append(
            {
                "practitioner_id": None if nameless else viewer.viewer_id,
                "name": None if nameless else person["name"] if person else "",
                "role": viewer.role,
                "agency_id": None if nameless else viewer.agency_id,
                "agency_name": agency["name"] if agency and not nameless else None,
                "lead_professional": decision.lead,
                "purpose": purpose,
                "categories": [
                    {
                        "category": finding.category,
                        "rule": finding.rule,
                        "because": finding.because,
                        "reference": finding.reference,
                    }
                    for finding in decision.findings
                    if finding.permitted
                ],
            }
        )
    return found
