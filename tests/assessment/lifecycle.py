"""The life of an assessment in the words of a test: a practitioner completes, reviews, closes, asks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.assessment.desk import TEMPLATE, Practitioner

TODAY = datetime.now(UTC).date()
SUMMARY: dict[str, Any] = {
    "summary": "Speech is late, and the family would like help with it",
    "child_views": "I like the picture cards",
    "parent_views": "We had hoped for it earlier",
    "consent": {"given_by": "parent", "words": "on paper, kept at the school"},
}


async def read(who: Practitioner, assessment_id: str) -> dict[str, Any]:
    answer = await who.read(assessment_id)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def tag(who: Practitioner, assessment_id: str) -> str:
    return str((await who.read(assessment_id)).headers["ETag"])


async def step(
    who: Practitioner, assessment_id: str, path: str, action: str, body: Any, if_match: str | None, **sent: str
) -> httpx.Response:
    headers = sent | ({} if if_match is None else {"If-Match": if_match})
    url = f"/v1/assessments/{assessment_id}/{path}"
    return await who.viewer.call("POST", url, action, child=who.child_id, json=body, sent=headers)


async def complete(
    who: Practitioner, assessment_id: str, if_match: str | None = '"begun-1"', *, key: str | None = None, **more: Any
) -> httpx.Response:
    sent = {} if key is None else {"Idempotency-Key": key}
    body = {name: value for name, value in {**SUMMARY, **more}.items() if value is not None}
    return await step(who, assessment_id, "completion", "assessment.complete", body, if_match, **sent)


async def review(
    who: Practitioner, assessment_id: str, if_match: str | None = '"completed-2"', **more: Any
) -> httpx.Response:
    body = {"outcome": "continues", "words": "slowly better", "held_on": TODAY.isoformat(), **more}
    return await step(who, assessment_id, "review", "assessment.review", body, if_match)


async def close(
    who: Practitioner, assessment_id: str, if_match: str | None = '"begun-1"', **more: Any
) -> httpx.Response:
    body = {"reason_code": "needs-met", "reason": "she talks all day", **more}
    return await step(who, assessment_id, "closure", "assessment.close", body, if_match)


async def ask(who: Practitioner, assessment_id: str, practitioner_id: str, **more: Any) -> httpx.Response:
    body = {"practitioner_id": practitioner_id, **more}
    return await step(who, assessment_id, "contribution-requests", "assessment.ask", body, None)


async def follow(
    who: Practitioner, earlier: str, if_match: str | None = '"begun-1"', direction: str = "up", **more: Any
) -> httpx.Response:
    body = {"template_id": TEMPLATE, "reason": "more than we can do", "follows": earlier, "step": direction, **more}
    sent = {} if if_match is None else {"If-Match": if_match}
    path = f"/v1/children/{who.child_id}/assessments"
    return await who.viewer.call("POST", path, "assessment.begin", child=who.child_id, json=body, sent=sent)


async def listed(who: Practitioner, assessment_id: str, path: str, **query: Any) -> httpx.Response:
    url = f"/v1/assessments/{assessment_id}/{path}"
    return await who.viewer.call("GET", url, "assessment.read", child=who.child_id, params=query)


async def drafts(who: Practitioner, children: list[str], **query: Any) -> dict[str, Any]:
    """Under a grant for these children."""
    path = "/v1/assessment-drafts"
    answer = await who.viewer.call("GET", path, "assessment.contribute", children=children, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def day(ahead: int) -> str:
    return (TODAY + timedelta(days=ahead)).isoformat()


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["type"]).rpartition(":")[2]


def pointers(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["pointer"] for error in answer.json()["errors"]]
