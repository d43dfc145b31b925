"""Reading and acknowledging: need-to-know is decided again at each, and what is hidden leaves no trace."""

from itertools import product
from typing import Any

from chassis.grants import GrantSigner
from chassis.ids import new_id
from chassis.keys import SigningKey, generate_pem
from contracts.vocabulary import Category
from tests.notifications.inbox import Inboxes, episode, lead
from tests.notifications.kit import child, problem


async def all_pages(inboxes: Inboxes, practitioner: str, children: list[str], limit: int) -> list[dict[str, Any]]:
    pages = [await inboxes.read(practitioner, children, limit=limit)]
    while pages[-1]["next_cursor"] is not None:
        pages.append(await inboxes.read(practitioner, children, limit=limit, cursor=pages[-1]["next_cursor"]))
    return pages


async def test_a_child_who_is_hidden_now_leaves_no_trace(inboxes: Inboxes) -> None:
    """Entries about hidden children lie between the others; pages, order and counts are as if they were not there."""
    seen, hidden = child(), child()
    await inboxes.kit.tell(lead(seen, "sw", by="sw"), lead(hidden, "sw", by="sw"))
    episodes = [episode(each, by="hv") for each in (seen, hidden, seen, hidden, hidden, seen, seen, hidden, seen)]
    for each in episodes:
        await inboxes.kit.tell(each)
    assert await inboxes.candidates("sw") == [seen, hidden]
    assert (await inboxes.read("sw", [seen, hidden]))["unread"] == 9

    pages = await all_pages(inboxes, "sw", [seen], limit=2)

    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert {page["unread"] for page in pages} == {5}
    found = [entry["episode_id"] for page in pages for entry in page["items"]]
    assert found == [each.episode_id for each in reversed(episodes) if each.child_id == seen]
    assert await inboxes.read("sw", []) == {"items": [], "next_cursor": None, "unread": 0}


async def test_the_grant_and_not_the_candidates_says_who_is_shown(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="manager"))
    without = inboxes.viewer("sw", frozenset({Category.BASICS, Category.HEALTH}))
    response = await without.call("GET", "/v1/notifications", "notification.read", children=[jo])
    assert response.json() == {"items": [], "next_cursor": None, "unread": 0}
    assert (await inboxes.read("another", [jo]))["items"] == []
    assert await inboxes.candidates("another") == []


async def test_candidates_are_named_once_the_newest_first(inboxes: Inboxes) -> None:
    first, second, third = child(), child(), child()
    for each in (first, second, third, first):
        await inboxes.kit.tell(lead(each, "sw", by="manager"))
    assert await inboxes.candidates("sw") == [first, third, second]


async def test_an_acknowledged_entry_stays_acknowledged(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="manager"), episode(jo, by="hv"))
    newest, oldest = await inboxes.items("sw")

    first = await inboxes.acknowledge("sw", newest["notification_id"], [jo])
    second = await inboxes.acknowledge("sw", newest["notification_id"], [jo])

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert first.json()["state"] == "acknowledged"
    assert first.json() == {**newest, "state": "acknowledged", "acknowledged_at": first.json()["acknowledged_at"]}
    unread = await inboxes.read("sw", [jo], state="unread")
    assert (unread["items"], unread["unread"]) == ([oldest], 1)
    acknowledged = await inboxes.read("sw", [jo], state="acknowledged")
    assert (acknowledged["items"], acknowledged["unread"]) == ([first.json()], 1)


async def test_what_cannot_be_acknowledged_is_one_answer(inboxes: Inboxes) -> None:
    jo, hidden = child(), child()
    await inboxes.kit.tell(lead(jo, "sw", by="manager"))
    await inboxes.kit.tell(lead(hidden, "sw", by="manager"))
    await inboxes.kit.tell(lead(jo, "other", by="manager"))
    about_hidden, own = [entry["notification_id"] for entry in await inboxes.items("sw")]
    (others,) = [entry["notification_id"] for entry in await inboxes.items("other")]

    answers = [
        await inboxes.acknowledge("sw", notification_id, [jo])
        for notification_id in (about_hidden, others, new_id(), "none", "%00", own.upper())
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert all(problem(answer) == problem(answers[0]) for answer in answers)
    assert [entry["state"] for entry in await inboxes.items("sw")] == ["unread", "unread"]


async def test_the_candidate_of_an_acknowledgement_is_the_childs_own_alone(inboxes: Inboxes) -> None:
    jo = child()
    await inboxes.kit.tell(lead(jo, "sw", by="manager"))
    (entry,) = await inboxes.items("sw")
    path = f"/internal/candidates/v1/notifications/{entry['notification_id']}/acknowledgement"
    mine = await inboxes.viewer("sw").call("POST", path, "notification.acknowledge")
    theirs = await inboxes.viewer("other").call("POST", path, "notification.acknowledge")
    unknown = await inboxes.viewer("sw").call(
        "POST", "/internal/candidates/v1/notifications/%00/acknowledgement", "notification.acknowledge"
    )
    assert mine.json()["children"] == [jo]
    assert theirs.json() == unknown.json() == {"children": [], "categories": ["basics", "involvement"]}


async def test_a_query_that_cannot_be_taken_is_refused_by_its_field(inboxes: Inboxes) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"limit": 0}, "/limit"),
        ({"limit": 201}, "/limit"),
        ({"state": "read"}, "/state"),
        ({"cursor": "AAAA"}, "/cursor"),
        ({"cursor": "x" * 501}, "/cursor"),
    ]
    for query, pointer in wrong:
        response = await inboxes.viewer("sw").call("GET", "/v1/notifications", "notification.read", params=query)
        assert response.status_code == 422
        assert [error["pointer"] for error in problem(response)["errors"]] == [pointer]


async def test_nothing_is_answered_without_this_requests_grant(inboxes: Inboxes) -> None:
    viewer = inboxes.viewer("sw")
    stranger = GrantSigner(SigningKey.from_pem(generate_pem()))
    routes = [
        ("GET", "/v1/notifications", "notification.read"),
        ("POST", f"/v1/notifications/{new_id()}/acknowledgement", "notification.acknowledge"),
    ]
    for prefix, (method, path, action) in product(["", "/internal/candidates"], routes):
        refused = [
            await viewer.call(method, prefix + path, action, send_grant=False),
            await viewer.call(method, prefix + path, "child.read"),
            await viewer.call(method, prefix + path, action, granted_request=new_id()),
            await viewer.call(method, prefix + path, action, signer=stranger),
        ]
        assert {answer.status_code for answer in refused} == {403}
        assert {problem(answer)["type"] for answer in refused} == {"urn:kith:problem:grant-required"}
