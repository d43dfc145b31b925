"""A child's chronology in the words of a test."""

from datetime import date
from typing import Any

import httpx

from contracts.supplies import ChronologyEntries, ChronologyEntry, ChronologyPractitioner, ChronologySource
from contracts.vocabulary import Category, ChronologyKind
from tests.notifications.kit import Viewer, child

NOTHING: tuple[ChronologyEntry, ...] = ()


async def happened(viewer: Viewer, child_id: str, *, key: str | None = None, **more: Any) -> httpx.Response:
    body = {"code": "school-suspension", "occurred_on": "2026-03-02", "category": "education", **more}
    sent = {} if key is None else {"Idempotency-Key": key}
    path = f"/v1/children/{child_id}/life-events"
    return await viewer.call("POST", path, "life-event.record", child=child_id, json=body, sent=sent)


async def recorded(viewer: Viewer, child_id: str, **more: Any) -> str:
    made = await happened(viewer, child_id, **more)
    assert made.status_code == 201, made.text
    return str(made.json()["life_event_id"])


async def read_event(
    viewer: Viewer, child_id: str, life_event_id: str, after: str = "", **query: Any
) -> httpx.Response:
    path = f"/v1/life-events/{life_event_id}{after}"
    return await viewer.call("GET", path, "life-event.read", child=child_id, params=query)


async def correct(
    viewer: Viewer, child_id: str, life_event_id: str, if_match: str | None = '"1"', **body: Any
) -> httpx.Response:
    sent = {} if if_match is None else {"If-Match": if_match}
    body = {"reason": "Told wrongly", **body}
    path = f"/v1/life-events/{life_event_id}"
    return await viewer.call("PATCH", path, "life-event.change", child=child_id, json=body, sent=sent)


async def withdraw(viewer: Viewer, child_id: str, life_event_id: str, if_match: str | None = '"1"') -> httpx.Response:
    sent = {} if if_match is None else {"If-Match": if_match}
    path = f"/v1/life-events/{life_event_id}/withdrawal"
    body = {"reason": "It was another child"}
    return await viewer.call("POST", path, "life-event.change", child=child_id, json=body, sent=sent)


async def ask(
    viewer: Viewer, child_id: str, *supplied: ChronologyEntry, brought: bool = True, **query: Any
) -> httpx.Response:
    """`supplied`: what the gateway brings along from the child index."""
    content = ChronologyEntries(items=list(supplied)).model_dump_json().encode() if brought else b""
    path = f"/v1/children/{child_id}/chronology"
    return await viewer.call("GET", path, "chronology.read", child=child_id, params=query, content=content)


async def chronology(viewer: Viewer, child_id: str, *supplied: ChronologyEntry, **query: Any) -> dict[str, Any]:
    found = await ask(viewer, child_id, *supplied, **query)
    assert found.status_code == 200, found.text
    return dict(found.json())


async def entries(viewer: Viewer, child_id: str, *supplied: ChronologyEntry, **query: Any) -> list[dict[str, Any]]:
    return list((await chronology(viewer, child_id, *supplied, **query))["items"])


def episode(day: str, kind: ChronologyKind = ChronologyKind.EPISODE_STARTED, **more: Any) -> ChronologyEntry:
    """As the child index gives it."""
    given: dict[str, Any] = {
        "kind": kind,
        "key": child(),
        "day": date.fromisoformat(day),
        "category": Category.INVOLVEMENT,
        "source": ChronologySource(agency_id="school", agency_name="Elm School", service_type="school"),
        "by": ChronologyPractitioner(practitioner_id="teacher", name="Tia Teacher", role="teacher"),
    }
    return ChronologyEntry(**(given | more))
