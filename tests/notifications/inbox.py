"""What happens around children, and what practitioners find in their inboxes, in the words of a test."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import httpx

from chassis.ids import new_id
from contracts.events.assessment import ActionChanged, ActionOverdue, AssessmentBegun
from contracts.events.child_index import LeadProfessionalAssigned, ServiceEpisodeStarted
from contracts.events.consent import ConsentExpiring, PractitionerChanged
from contracts.vocabulary import Category, PractitionerStatus, Role
from tests.notifications.kit import Kit, Viewer

CONTACT = frozenset({Category.BASICS, Category.INVOLVEMENT})
PLANNED = CONTACT | {Category.PLAN}


def lead(child_id: str, practitioner: str, *, by: str, previous: str | None = None) -> LeadProfessionalAssigned:
    return LeadProfessionalAssigned(
        child_id=child_id, practitioner_id=practitioner, previous_practitioner_id=previous, assigned_by=by
    )


def episode(child_id: str, *, by: str, bulk: bool = False, sensitive: bool = False) -> ServiceEpisodeStarted:
    return ServiceEpisodeStarted(
        episode_id=new_id(),
        child_id=child_id,
        service_id="service",
        agency_id="agency",
        team_id=None,
        practitioner_id=by,
        sensitive=sensitive,
        started_on=date(2026, 3, 2),
        opened_by=by,
        bulk=bulk,
    )


def begun(child_id: str, *, by: str) -> AssessmentBegun:
    return AssessmentBegun(assessment_id=new_id(), child_id=child_id, template_id="common-assessment", begun_by=by)


def expiring(child_id: str, *, by: str | None, days: float = 14) -> ConsentExpiring:
    """`by` is the practitioner who recorded the consent; it ends in `days` from now."""
    end = datetime.now(UTC) + timedelta(days=days)
    return ConsentExpiring(consent_id=new_id(), child_id=child_id, recorded_by=by, valid_until=end)


def overdue(action_id: str, child_id: str, owner: str, category: Category) -> ActionOverdue:
    return ActionOverdue(
        action_id=action_id,
        child_id=child_id,
        category=category,
        due_on=date(2026, 3, 2),
        practitioner_id=owner,
        as_lead=False,
    )


def changed(action_id: str, child_id: str, owner: str, category: Category) -> ActionChanged:
    return ActionChanged(
        action_id=action_id,
        child_id=child_id,
        category=category,
        owner_id=owner,
        due_on=date(2026, 3, 2),
        status="done",
        changed_by=owner,
        version=2,
    )


@dataclass
class Inboxes:
    kit: Kit

    def viewer(self, practitioner: str, categories: frozenset[Category] = CONTACT) -> Viewer:
        return self.kit.viewer(practitioner, categories)

    async def candidates(self, practitioner: str) -> list[str]:
        response = await self.viewer(practitioner).call(
            "GET", "/internal/candidates/v1/notifications", "notification.read"
        )
        assert response.status_code == 200
        children: list[str] = response.json()["children"]
        return children

    async def read(
        self,
        practitioner: str,
        children: list[str],
        *,
        categories: frozenset[Category] = CONTACT,
        refused: Mapping[Category, Collection[str]] = MappingProxyType({}),
        related: Sequence[str] = (),
        **query: Any,
    ) -> dict[str, Any]:
        """One page of the practitioner's inbox, where the decision permitted `children` with `categories` but for those
        `refused`, and to speak of `related`."""
        viewer = self.viewer(practitioner, categories)
        viewer.related, viewer.refused = related, refused
        response = await viewer.call("GET", "/v1/notifications", "notification.read", children=children, params=query)
        assert response.status_code == 200, response.text
        page: dict[str, Any] = response.json()
        return page

    async def items(self, practitioner: str, categories: frozenset[Category] = CONTACT) -> list[dict[str, Any]]:
        """All of the newest entries, where the decision permitted every child."""
        children = await self.candidates(practitioner)
        page = await self.read(practitioner, children, categories=categories, limit=200)
        items: list[dict[str, Any]] = page["items"]
        return items

    async def acknowledge(self, practitioner: str, notification_id: str, children: list[str]) -> httpx.Response:
        return await self.viewer(practitioner).call(
            "POST",
            f"/v1/notifications/{notification_id}/acknowledgement",
            "notification.acknowledge",
            children=children,
        )


def practitioner(
    practitioner_id: str,
    version: int,
    *,
    status: PractitionerStatus = PractitionerStatus.ACTIVE,
    agency: str = "agency",
    teams: Sequence[str] = (),
) -> PractitionerChanged:
    return PractitionerChanged(
        practitioner_id=practitioner_id,
        name="A colleague",
        agency_id=agency,
        team_ids=list(teams),
        role=Role.SOCIAL_WORKER,
        status=status,
        email=None,
        phone=None,
        version=version,
    )
