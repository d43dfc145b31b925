"""Practitioners at work on assessments, in the words of a test."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from contracts.supplies import DocumentFacts, KnownFact, KnownFacts, NamedChild
from contracts.vocabulary import Category, Role
from tests.notifications.kit import Kit, Viewer

KNOWN = DocumentFacts(
    child=NamedChild(given_name="Olábísí", family_name="Ọ̀ṣun", date_of_birth=date(2012, 2, 29)), around=[]
)
TEMPLATE = "common-assessment"
BASE = frozenset({Category.BASICS, Category.INVOLVEMENT})
TEACHER = BASE | {Category.WHEREABOUTS, Category.FAMILY, Category.EDUCATION, Category.PLAN}
HEALTH_VISITOR = BASE | {
    Category.WHEREABOUTS,
    Category.FAMILY,
    Category.HEALTH,
    Category.EARLY_YEARS,
    Category.PLAN,
}


@dataclass
class Practitioner:
    """Someone whose every request is decided on with the same outcome: these categories, this child."""

    viewer: Viewer
    child_id: str

    async def begin(self, template_id: str = TEMPLATE, *, key: str | None = None, **more: Any) -> httpx.Response:
        return await self.viewer.call(
            "POST",
            f"/v1/children/{self.child_id}/assessments",
            "assessment.begin",
            child=self.child_id,
            sent={} if key is None else {"Idempotency-Key": key},
            json={"template_id": template_id, "reason": "speech is late", **more},
        )

    async def listed(self, **query: Any) -> dict[str, Any]:
        response = await self.viewer.call(
            "GET",
            f"/v1/children/{self.child_id}/assessments",
            "assessment.list",
            child=self.child_id,
            params=query,
        )
        assert response.status_code == 200, response.text
        page: dict[str, Any] = response.json()
        return page

    async def read(self, assessment_id: str) -> httpx.Response:
        return await self.viewer.call("GET", f"/v1/assessments/{assessment_id}", "assessment.read", child=self.child_id)

    async def sections(self, assessment_id: str) -> dict[str, list[dict[str, Any]]]:
        """The contributions of each section that is shown, by the section's key."""
        body = (await self.read(assessment_id)).json()
        return {section["key"]: section["contributions"] for section in body["sections"]}

    async def write(
        self, assessment_id: str, section: str, content: Any, *, if_match: str | None = None
    ) -> httpx.Response:
        return await self.send(assessment_id, section, if_match=if_match, json={"content": content})

    async def send(
        self, assessment_id: str, section: str, *, if_match: str | None = None, **body: Any
    ) -> httpx.Response:
        """`json`, or `content` for a body as it stands."""
        sent = {"Content-Type": "application/json"} | ({} if if_match is None else {"If-Match": if_match})
        return await self.viewer.call(
            "PUT",
            f"/v1/assessments/{assessment_id}/sections/{section}/contribution",
            "assessment.contribute",
            child=self.child_id,
            sent=sent,
            **body,
        )

    async def draft(
        self, method: str, assessment_id: str, section: str, content: Any = None, **sent: str
    ) -> httpx.Response:
        """`sent`: headers, with `_` for `-`. A POST offers it."""
        path = f"/v1/assessments/{assessment_id}/sections/{section}/draft"
        return await self.viewer.call(
            method,
            path + "/offer" if method == "POST" else path,
            "assessment.contribute",
            child=self.child_id,
            sent={name.replace("_", "-"): value for name, value in sent.items()},
            json=None if content is None else {"content": content},
        )

    async def history(self, assessment_id: str, section: str, **query: Any) -> httpx.Response:
        return await self.viewer.call(
            "GET",
            f"/v1/assessments/{assessment_id}/sections/{section}/history",
            "assessment.read",
            child=self.child_id,
            params=query,
        )

    async def prefill(
        self, assessment_id: str, *known: KnownFact, brought: bool = True, **query: Any
    ) -> httpx.Response:
        """`known`: what the gateway brings along from the child index."""
        return await self.viewer.call(
            "GET",
            f"/v1/assessments/{assessment_id}/prefill",
            "assessment.prefill",
            child=self.child_id,
            params=query,
            content=KnownFacts(items=list(known)).model_dump_json().encode() if brought else b"",
        )

    async def paper(self, assessment_id: str, known: DocumentFacts | None = KNOWN) -> httpx.Response:
        """As a PDF. `known`: what the gateway brings along; None: nothing."""
        return await self.viewer.call(
            "GET",
            f"/v1/assessments/{assessment_id}/document",
            "assessment.document",
            child=self.child_id,
            content=b"" if known is None else known.model_dump_json().encode(),
        )

    async def plan_paper(self, known: DocumentFacts = KNOWN, **query: Any) -> httpx.Response:
        return await self.viewer.call(
            "GET",
            f"/v1/children/{self.child_id}/plan/document",
            "plan.document",
            child=self.child_id,
            params=query,
            content=known.model_dump_json().encode(),
        )


@dataclass
class Desk:
    kit: Kit

    def practitioner(
        self,
        practitioner_id: str,
        child_id: str,
        categories: frozenset[Category] = frozenset(Category),
        role: Role = Role.SOCIAL_WORKER,
    ) -> Practitioner:
        return Practitioner(self.kit.viewer(practitioner_id, categories, role), child_id)

    async def begun(self, child_id: str) -> str:
        """An assessment that a social worker has begun."""
        response = await self.practitioner("sw", child_id).begin()
        assert response.status_code == 201
        assessment_id: str = response.json()["assessment_id"]
        return assessment_id
