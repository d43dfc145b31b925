"""Which headers cross the gateway: nothing that could be mistaken for its own word, in either direction."""

from contracts.routes import Service
from tests.gateway.conftest import Kith
from tests.gateway.world import INTERNAL_KEY

SMUGGLED = {
    "Kith-Grant": "a.forged.grant",
    "kith-internal-key": INTERNAL_KEY,
    "KITH-EFFECTS": "1,2,3",
    "Cookie": "session=1",
    "Forwarded": "for=10.0.0.1",
    "X-Forwarded-For": "10.0.0.1",
    "X-Original-URL": "/internal/decisions",
    "X-HTTP-Method-Override": "DELETE",
    "TE": "trailers",
    "Proxy-Authorization": "Basic YTpi",
    "Baggage": "name=Ada",
}
PASSED = {
    "Accept": "application/json",
    "Accept-Language": "cy",
    "If-Match": '"1"',
    "If-None-Match": '"2"',
    "Idempotency-Key": "k-1",
}
OURS = {"kith-grant", "kith-internal-key", "x-request-id", "traceparent", "accept-encoding", "host", "content-length"}


async def test_only_the_listed_headers_reach_a_service(either: Kith) -> None:
    kith = either
    child = kith.world.relate("teacher-1")
    body = {"person": {"family_name": "A"}}
    answer = await kith.ask("POST", f"/v1/children/{child}/episodes", headers={**SMUGGLED, **PASSED}, json=body)
    assert answer.status_code == 201
    assert answer.json() == {"key": "k-1"}
    call = next(call for call in kith.world.calls if call.path.startswith("/v1/"))
    expected = {name.lower() for name in PASSED} | {"content-type"} | OURS
    assert set(call.headers) == expected
    for name, value in PASSED.items():
        assert call.headers[name.lower()] == value
    assert call.headers["kith-grant"] != SMUGGLED["Kith-Grant"]


async def test_the_callers_token_goes_to_the_decision_and_nowhere_else(kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    kith.world.found = [child]
    await kith.ask("POST", "/v1/children/search", json={"family_name": "A"})
    await kith.ask("GET", f"/v1/children/{child}")
    await kith.ask("GET", "/v1/whoami")
    for call in kith.world.calls:
        assert ("authorization" in call.headers) == (call.path == "/internal/decisions"), call.step


async def test_a_real_grant_from_outside_counts_for_nothing(kith: Kith) -> None:
    """Not even one that the consent service signed, for this very request id."""
    child, request_id = kith.world.relate("another"), "01890000-0000-7000-8000-000000000001"
    path, same = f"/v1/children/{child}", {"X-Request-Id": request_id}
    assert (await kith.ask("GET", path, viewer="another", headers=same)).status_code == 200
    stolen = next(call.headers["kith-grant"] for call in kith.world.calls if call.service is Service.CHILD_INDEX)
    answer = await kith.ask("GET", path, headers={**same, "Kith-Grant": stolen})
    assert answer.status_code == 404


async def test_a_header_sent_twice_is_passed_once(kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    await kith.ask(
        "POST",
        f"/v1/children/{child}/episodes",
        headers=[("Idempotency-Key", "first"), ("Idempotency-Key", "second")],
        json={"person": {"family_name": "A"}},
    )
    call = next(call for call in kith.world.calls if call.path.startswith("/v1/"))
    assert call.headers["idempotency-key"] == "first"


async def test_nothing_of_the_inside_leaves_with_an_answer(either: Kith) -> None:
    kith = either
    answer = await kith.ask("PUT", "/v1/agencies/a", json={"text": "x"})
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"3"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for name in ("kith-effects", "kith-grant", "set-cookie"):
        assert name not in answer.headers
    assert answer.headers.get("server") != "the inside"
    assert len(answer.headers.get_list("x-request-id")) == 1


async def test_every_answer_is_kept_nowhere(kith: Kith) -> None:
    for path in ("/v1/whoami", "/v1/children/1", "/nowhere", "/health/live", "/docs", "/openapi.json"):
        answer = await kith.ask("GET", path)
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["x-request-id"], path
