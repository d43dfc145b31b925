"""The ordinary question is answered in front of the application's frame, and nobody can tell where it was."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import orjson

from chassis.ids import is_uuid, new_id
from contracts import headers
from tests.consent.kit import Consent
from tests.consent.scene import OFFICER, TEACHER, make_child

ASKED = {"action": "child.read", "subject": "child", "purpose": "direct-support", "categories": ["basics", "health"]}


class Asking:
    def __init__(self, consent: Consent) -> None:
        self._consent = consent
        self._token = consent.issuer.token(TEACHER)

    async def __call__(
        self, body: bytes, changed: Mapping[str, str | bytes | None] | None = None, *, pieces: int = 1
    ) -> httpx.Response:
        """Asks with a token that is the same each time: from the second time on it is a known one."""
        sent = {
            "authorization": f"Bearer {self._token}",
            headers.INTERNAL_KEY: self._consent.app.state.internal_key,
            headers.REQUEST_ID: new_id(),
            **(changed or {}),
        }
        size = len(body) // pieces + 1

        async def parts() -> AsyncIterator[bytes]:
            for begin in range(0, len(body), size):
                yield body[begin : begin + size]

        given = {name: value for name, value in sent.items() if value is not None}
        content: Any = body if pieces == 1 else parts()
        return await self._consent.http.post("/internal/decisions", content=content, headers=given)


def told(answer: httpx.Response) -> tuple[int, object, set[str]]:
    """All but the ids, the signature and the length that they make."""
    body = answer.json()
    for name in ("decision_id", "grant", "instance"):
        if body.get(name) is not None:
            body[name] = "given"
    return answer.status_code, body, set(answer.headers)


async def test_first_and_later_answers_are_alike(consent: Consent) -> None:
    ask, other = Asking(consent), Asking(consent)
    child_id = await make_child(consent)
    for child in (child_id, new_id()):
        body = orjson.dumps({**ASKED, "child_id": child})
        in_frame = await ask(body, pieces=3)
        assert in_frame.status_code == 200
        assert told(await ask(body)) == told(await ask(body)) == told(in_frame) == told(await other(body, pieces=2))
    entries = (await consent.call(OFFICER, "GET", f"/v1/access-log?child_id={child_id}")).json()["items"]
    assert len(entries) == 4


async def test_each_refusal_is_the_one_of_the_frame(consent: Consent) -> None:
    ask = Asking(consent)
    good = orjson.dumps({**ASKED, "child_id": await make_child(consent)})
    assert (await ask(good)).status_code == 200
    for body in (b"", b"{", b"[]", orjson.dumps({**ASKED, "more": 1}), orjson.dumps({**ASKED, "purpose": "curious"})):
        answer = await ask(body)
        assert answer.status_code == 422
        assert told(answer) == told(await ask(body, pieces=2 if body else 1))
    changes: list[tuple[dict[str, str | bytes | None], int]] = [
        ({headers.INTERNAL_KEY: "wrong"}, 404),
        ({headers.INTERNAL_KEY: None}, 404),
        ({"authorization": None}, 401),
        ({"authorization": "Bearer é".encode()}, 401),
        ({"authorization": f"Basic {'x' * 40}"}, 401),
    ]
    for changed, status in changes:
        assert (await ask(good, changed)).status_code == status
    assert (await consent.http.get("/internal/decisions")).status_code == 405


async def test_the_request_id_is_taken_or_made(consent: Consent) -> None:
    ask = Asking(consent)
    body = orjson.dumps({**ASKED, "child_id": await make_child(consent)})
    given = new_id()
    for _ in range(2):
        assert (await ask(body, {headers.REQUEST_ID: given.upper()})).headers[headers.REQUEST_ID] == given
        made = (await ask(body, {headers.REQUEST_ID: "not an id"})).headers[headers.REQUEST_ID]
        assert is_uuid(made)
        assert made != given
