"""A grant names the records that the decision took account of, and none but those."""

from typing import Any

from chassis.grants import Grant
from chassis.ids import new_id
from contracts import headers
from tests.consent.kit import Consent
from tests.consent.scene import TEACHER, make_child


async def granted(consent: Consent, who: str, **asked: Any) -> Grant | None:
    answer = await consent.decide(who, purpose="direct-support", categories=["basics"], **asked)
    token = answer.json()["grant"]
    if token is None:
        return None
    request_id = answer.headers[headers.REQUEST_ID]
    grant: Grant = consent.app.state.grant_verifier.verify(token, actions=[asked["action"]], request_id=request_id)
    return grant


async def test_of_the_child_asked_about(consent: Consent) -> None:
    child_id = await make_child(consent)
    grant = await granted(consent, TEACHER, action="child.read", subject="child", child_id=child_id)
    assert grant is not None
    assert (grant.child_id, grant.records) == (child_id, (child_id,))


async def test_of_each_child_that_a_search_may_show(consent: Consent) -> None:
    shown = [await make_child(consent) for _ in range(2)]
    unknown = new_id()
    asked = {"action": "child.search", "subject": "candidates"}
    grant = await granted(consent, TEACHER, **asked, children=[shown[1], unknown, shown[0]])
    assert grant is not None
    assert grant.children == grant.records == (shown[1], shown[0])
    first = await granted(consent, TEACHER, **asked)
    assert first is not None
    assert first.records == ()
