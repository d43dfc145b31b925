"""Entries of the service directory, and referrals to them, in the words of a test."""

from typing import Any

import httpx

from chassis.ids import new_id
from contracts.events.consent import ServiceChanged
from contracts.vocabulary import Category, Role
from tests.assessment.desk import Desk
from tests.notifications.kit import Viewer

INVOLVED = frozenset({Category.INVOLVEMENT})
AGREED = {"given_by": "parent", "how": "spoken", "given_on": "2026-09-01"}


def service(
    service_id: str, team_id: str | None = "speech-team", *, sensitive: bool = False, version: int = 1
) -> ServiceChanged:
    return ServiceChanged(
        service_id=service_id, name=service_id, agency_id="a", team_id=team_id, type="therapy", sensitive=sensitive,
        contact=None, version=version,
    )  # fmt: skip


def admin(desk: Desk) -> Viewer:
    return desk.kit.viewer("admin", (), Role.DIRECTORY_ADMIN)


def anybody(desk: Desk) -> Viewer:
    return desk.kit.viewer("teacher", (), Role.TEACHER)


async def put(desk: Desk, entry_id: str, if_match: str | None = None, **fields: Any) -> httpx.Response:
    sent = {} if if_match is None else {"If-Match": if_match}
    path, body = f"/v1/service-directory/{entry_id}", {"name": "Talking together", **fields}
    return await admin(desk).call("PUT", path, "service-directory.write", json=body, sent=sent)


async def take(desk: Desk, feed: Any) -> httpx.Response:
    path = "/v1/service-directory/imports"
    content = {"content": feed} if isinstance(feed, bytes) else {"json": feed}
    return await admin(desk).call("POST", path, "service-directory.write", **content)


async def entry(desk: Desk, entry_id: str) -> httpx.Response:
    return await anybody(desk).call("GET", f"/v1/service-directory/{entry_id}", "service-directory.read")


async def search(desk: Desk, **query: Any) -> httpx.Response:
    return await anybody(desk).call("GET", "/v1/service-directory", "service-directory.read", params=query)


async def found(desk: Desk, **query: Any) -> list[str]:
    answer = await search(desk, **query)
    assert answer.status_code == 200, answer.text
    return [each["entry_id"] for each in answer.json()["items"]]


async def offered(desk: Desk, *, sensitive: bool = False, team_id: str | None = "speech-team") -> str:
    """An entry that is tied to a service of Kith's directory."""
    service_id = f"service-{new_id()}"
    await desk.kit.tell(service(service_id, team_id, sensitive=sensitive))
    entry_id = f"entry-{new_id()}"
    made = await put(desk, entry_id, kith_service_id=service_id)
    assert made.status_code == 201, made.text
    return entry_id


def team(desk: Desk, who: str = "therapist", categories: frozenset[Category] = INVOLVED) -> Viewer:
    """Of the team that receives."""
    viewer = desk.kit.viewer(who, categories, Role.SCHOOL_NURSE)
    viewer.team_ids = ("speech-team",)
    return viewer


async def refer(viewer: Viewer, child_id: str, entry_id: str, key: str | None = None, **more: Any) -> httpx.Response:
    body = {"service_id": entry_id, "reason": "Late to talk", "consent": AGREED, **more}
    body = {name: value for name, value in body.items() if value is not None}
    sent = {} if key is None else {"Idempotency-Key": key}
    path = f"/v1/children/{child_id}/referrals"
    return await viewer.call("POST", path, "referral.send", child=child_id, json=body, sent=sent)


async def sent(viewer: Viewer, child_id: str, entry_id: str, **more: Any) -> str:
    made = await refer(viewer, child_id, entry_id, **more)
    assert made.status_code == 201, made.text
    return str(made.json()["referral_id"])


async def read(viewer: Viewer, child_id: str, referral_id: str) -> httpx.Response:
    return await viewer.call("GET", f"/v1/referrals/{referral_id}", "referral.read", child=child_id)


async def mine(viewer: Viewer, children: list[str], **query: Any) -> list[dict[str, Any]]:
    """Of these children, decided on; the query's direction is `in` if not said."""
    query = {"direction": "in", **query}
    answer = await viewer.call("GET", "/v1/referrals", "referral.read", children=children, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def of_child(viewer: Viewer, child_id: str, **query: Any) -> dict[str, Any]:
    path = f"/v1/children/{child_id}/referrals"
    answer = await viewer.call("GET", path, "referral.read", child=child_id, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def step(
    viewer: Viewer,
    child_id: str,
    referral_id: str,
    step: str,
    version: int | None,
    reason: str | None = None,
    **sent: str,
) -> httpx.Response:
    body = {"step": step} | ({} if reason is None else {"reason": reason})
    carried = {name.replace("_", "-"): value for name, value in sent.items()}
    carried |= {} if version is None else {"If-Match": f'"{version}"'}
    path = f"/v1/referrals/{referral_id}/steps"
    return await viewer.call("POST", path, "referral.step", child=child_id, json=body, sent=carried)
