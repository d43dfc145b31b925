"""What a request goes through, in which order, and what each service is told."""

from chassis.ids import new_id
from contracts.routes import Service, Subject
from contracts.vocabulary import Category, Purpose
from tests.gateway.conftest import Kith
from tests.gateway.world import INTERNAL_KEY

DECISION = "POST consent /internal/decisions"


async def test_a_child_is_read_under_one_decision(kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    answer = await kith.ask("GET", f"/v1/children/{child}")
    assert answer.status_code == 200
    assert answer.json()["child_id"] == child
    assert kith.world.steps() == [DECISION, f"GET child-index /v1/children/{child}"]
    (question,) = kith.world.questions
    assert (question.action, question.subject, question.child_id) == ("child.read", Subject.CHILD, child)
    assert question.purpose is Purpose.DIRECT_SUPPORT
    assert set(question.categories) == set(Category)


async def test_the_services_have_the_request_id_the_trace_and_the_internal_key(kith: Kith) -> None:
    child, request_id = kith.world.relate("teacher-1"), new_id()
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    answer = await kith.ask("GET", f"/v1/children/{child}", headers={"X-Request-Id": request_id, "traceparent": trace})
    assert answer.headers["x-request-id"] == request_id
    for call in kith.world.calls:
        assert call.headers["x-request-id"] == request_id
        assert call.headers["traceparent"] == trace
        assert call.headers["kith-internal-key"] == INTERNAL_KEY


async def test_whose_child_a_thing_hangs_off_is_asked_of_its_owner(kith: Kith) -> None:
    child, assessment = kith.world.relate("teacher-1"), new_id()
    kith.world.owners[assessment] = child
    answer = await kith.ask("GET", f"/v1/assessments/{assessment}")
    assert answer.json() == {"assessment_id": assessment, "child_id": child}
    assert kith.world.steps() == [
        f"GET assessment /internal/owners/assessment/{assessment}",
        DECISION,
        f"GET assessment /v1/assessments/{assessment}",
    ]
    assert kith.world.questions[0].child_id == child


async def test_an_owner_is_remembered_for_a_permitted_caller_and_for_no_other(kith: Kith) -> None:
    child, assessment = kith.world.relate("teacher-1"), new_id()
    kith.world.owners[assessment] = child
    look_up = f"GET assessment /internal/owners/assessment/{assessment}"
    path = f"/v1/assessments/{assessment}"
    for _ in range(3):
        assert (await kith.ask("GET", path)).status_code == 200
    assert kith.world.steps().count(look_up) == 1

    # A refused caller pays for the look-up each time, as for an id that does not exist.
    for _ in range(2):
        assert (await kith.ask("GET", path, viewer="teacher-2")).status_code == 404
    assert kith.world.steps().count(look_up) == 3

    # And so does one who was permitted and is now blocked.
    kith.world.involved.clear()
    for _ in range(2):
        assert (await kith.ask("GET", path)).status_code == 404
    assert kith.world.steps().count(look_up) == 4


async def test_an_unknown_thing_is_decided_on_too(kith: Kith) -> None:
    for assessment in (new_id(), "not-an-id"):
        kith.world.questions.clear()
        assert (await kith.ask("GET", f"/v1/assessments/{assessment}")).status_code == 404
        assert [question.child_id for question in kith.world.questions] == [None]


async def test_another_service_gives_to_the_answer_under_the_same_grant(kith: Kith) -> None:
    child, assessment = kith.world.relate("teacher-1"), new_id()
    kith.world.owners[assessment] = child
    path = f"/v1/assessments/{assessment}/prefill"
    forged = b'{"child_id": "another"}'
    answer = await kith.ask("GET", path, content=forged, headers={"Content-Type": "application/json"})
    assert answer.json() == {"brought": {"child_id": child, "viewer": "teacher-1"}, "type": "application/json"}
    assert kith.world.steps()[1:] == [
        DECISION,
        "GET child-index /internal/supplies/assessment.prefill",
        f"GET assessment {path}",
    ]
    kith.world.calls.clear()
    assert (await kith.ask("GET", path, viewer="teacher-2")).status_code == 404
    assert kith.world.steps()[1:] == [DECISION]


async def test_who_gives_to_the_answer_is_asked_for_this_page_alone(kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    path, query = f"/v1/children/{child}/chronology", "limit=7&kind=life-event&kind=review-held&cursor=abc"
    answer = await kith.ask("GET", f"{path}?{query}")
    assert answer.json() == {"brought": {"query": query, "limit": 7}, "query": query}
    assert kith.world.steps() == [
        DECISION,
        "GET child-index /internal/supplies/chronology.read",
        f"GET assessment {path}",
    ]
    # A query that cannot be taken is answered in Kith's own words, by the first who sees it.
    kith.world.calls.clear()
    refused = await kith.ask("GET", f"{path}?limit=many")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/limit")
    assert refused.json()["instance"] == refused.headers["X-Request-Id"]
    assert kith.world.steps()[1:] == ["GET child-index /internal/supplies/chronology.read"]


async def test_a_search_shows_those_whom_the_second_decision_permits(kith: Kith) -> None:
    seen, hidden = kith.world.relate("teacher-1"), kith.world.relate("another")
    kith.world.found = [hidden, seen]
    answer = await kith.ask(
        "POST", "/v1/children/search", json={"family_name": "Okafor", "given_name": None}, purpose="early-help"
    )
    assert answer.json() == {"matches": [seen]}
    assert kith.world.steps() == [
        DECISION,
        "POST child-index /internal/candidates/v1/children/search",
        DECISION,
        "POST child-index /v1/children/search",
    ]
    first, second = kith.world.questions
    assert (first.children, second.children) == (None, (hidden, seen))
    assert first.criteria == second.criteria == ("family_name",), "kinds that were filled, never values"


async def test_nobody_found_takes_the_same_steps_as_somebody_hidden(kith: Kith) -> None:
    async def steps_of(path: str, found: list[str]) -> tuple[list[str], bytes]:
        kith.world.found = found
        kith.world.calls.clear()
        answer = await kith.ask("GET", path, headers={"X-Request-Id": "01890000-0000-7000-8000-000000000001"})
        assert answer.status_code == 200
        return kith.world.steps(), answer.content

    hidden = kith.world.relate("another")
    for path in ("/v1/notifications", "/v1/match-reviews"):
        assert await steps_of(path, []) == await steps_of(path, [hidden])


async def test_candidates_get_the_same_query(kith: Kith) -> None:
    answer = await kith.ask("GET", "/v1/notifications?limit=7&cursor=a%2Fb%20c%23")
    assert answer.json()["limit"] == 7
    index = [call for call in kith.world.calls if call.service is Service.NOTIFICATIONS]
    assert [call.query for call in index] == ["limit=7&cursor=a%2Fb%20c%23"] * 2


async def test_what_a_service_cannot_take_is_told_in_its_own_words(kith: Kith) -> None:
    answer = await kith.ask("POST", "/v1/children/search", json={"family_name": "B"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:kith:problem:search-too-broad"
    assert answer.json()["instance"] == answer.headers["x-request-id"]


async def test_a_role_that_may_never_do_this_is_told_so(kith: Kith) -> None:
    kith.world.forbidden.add("ig-1")
    child = kith.world.relate("ig-1")
    bodies = set()
    for path in (f"/v1/children/{child}", f"/v1/children/{new_id()}", "/v1/children/x"):
        answer = await kith.ask(
            "GET", path, viewer="ig-1", headers={"X-Request-Id": "01890000-0000-7000-8000-000000000001"}
        )
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:kith:problem:not-allowed"
        bodies.add(answer.content)
    assert len(bodies) == 1
    assert DECISION in kith.world.steps()
    assert set(kith.world.steps()) == {DECISION}


async def test_purpose_is_needed_where_a_child_is_touched(kith: Kith) -> None:
    child = kith.world.relate("teacher-1")
    answer = await kith.ask("GET", f"/v1/children/{child}", purpose=None)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:kith:problem:purpose-required")
    for headers in ([("Kith-Purpose", "curiosity")], [("Kith-Purpose", "audit"), ("Kith-Purpose", "referral")]):
        answer = await kith.ask("GET", f"/v1/children/{child}", purpose=None, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (400, "urn:kith:problem:purpose-unknown")
        assert "curiosity" not in answer.text
    assert kith.world.calls == []


async def test_purpose_is_taken_for_granted_where_the_route_has_one(kith: Kith) -> None:
    assert (await kith.ask("GET", "/v1/whoami", purpose=None)).json()["purpose"] == "administration"
    assert (await kith.ask("GET", "/v1/whoami", purpose="audit")).json()["purpose"] == "audit"
    assert (await kith.ask("GET", "/v1/whoami", purpose="nosiness")).status_code == 400


async def test_who_comes_before_why(kith: Kith) -> None:
    answer = await kith.ask("GET", f"/v1/children/{new_id()}", viewer=None, purpose=None)
    assert answer.status_code == 401


NOT_FORWARDED = [
    ("GET", "/", 404),
    ("GET", "/v1", 404),
    ("GET", "/v1/secrets", 404),
    ("GET", "/v1/whoami/", 404),
    ("GET", "/internal/openapi.json", 404),
    ("POST", "/internal/decisions", 404),
    ("GET", "/internal/owners/episode/1", 404),
    ("GET", "/metrics", 404),
    ("GET", "/v1/agencies/a%2F..%2F..%2Finternal", 404),
    ("GET", "/v1/agencies/%2e%2e", 404),
    ("DELETE", "/v1/whoami", 405),
    ("HEAD", "/v1/whoami", 405),
    ("OPTIONS", "/v1/whoami", 405),
    ("POST", "/v1/agencies/a", 405),
]


async def test_nothing_else_is_forwarded(kith: Kith) -> None:
    for method, path, status in NOT_FORWARDED:
        answer = await kith.ask(method, path)
        assert answer.status_code == status, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert ("allow" in answer.headers) == (status == 405)
        assert kith.world.calls == []


async def test_what_was_typed_reaches_the_service_as_it_was_meant(kith: Kith) -> None:
    answer = await kith.ask("GET", "/v1/agencies/caf%C3%A9%20%3Fx%23y%25")
    assert answer.json() == {"text": "café ?x#y%"}
    assert kith.world.calls[-1].path == "/v1/agencies/caf%C3%A9%20%3Fx%23y%25"
