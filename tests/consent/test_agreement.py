"""The page that a family can keep: what it says, to whom, and what it leaves out without a trace."""

from html.parser import HTMLParser
from typing import Any

import pytest

from consent.api.agreement import prefers_html
from consent.domain.actions import ACTIONS
from consent.domain.findings import BECAUSE
from consent.domain.plain_words import PLAIN_CATEGORY, PLAIN_PURPOSE, PLAIN_RECIPIENT, plain_reason, plain_role
from contracts.vocabulary import Category, Purpose, RecipientType, Role
from tests.consent.kit import Consent
from tests.consent.scene import (
    HEALTH_VISITOR,
    OTHER_TEACHER,
    SOCIAL_WORKER,
    TEACHER,
    episode,
    make_account,
    make_child,
)
from tests.consent.test_consents import BY_PARENT, BY_YOUNG_PERSON, asked, recorded
from tests.consent.test_need_to_know import block

MINE = "/v1/me/sharing-agreement"


def copies(child_id: str) -> dict[str, str]:
    path = f"/v1/children/{child_id}/sharing-agreement"
    return {"young_person": path, "parent": f"{path}?for=parent"}


async def read(consent: Consent, who: str, path: str) -> dict[str, Any]:
    answer = await consent.call(who, "GET", path)
    assert answer.status_code == 200, answer.text
    return {**answer.json(), "made_at": ""}


@pytest.fixture
async def child_id(consent: Consent) -> str:
    return await make_child(consent)


async def test_it_says_who_may_see_what_and_why_and_until_when(consent: Consent, child_id: str) -> None:
    lead = {"name": "Sam", "agency_id": "care", "role": "social_worker", "team_ids": ["duty"], "phone": "01632 960001"}
    assert (await consent.call("admin", "PUT", f"/v1/practitioners/{SOCIAL_WORKER}", lead)).status_code == 200
    end = "2099-07-01T12:00:00Z"
    await recorded(consent, child_id, {**BY_PARENT, "valid_until": end, "purposes": ["direct-support"]})
    ended = await recorded(consent, child_id, {**BY_PARENT, "categories": ["education"]})
    assert (await consent.call(TEACHER, "POST", f"/v1/consents/{ended}/withdrawal")).status_code == 200
    refusal = asked(recipients=[{"type": "agency", "id": "school"}], asked_at="2026-11-02T10:00:00Z")
    path = f"/v1/children/{child_id}/consent-requests"
    assert (await consent.call(TEACHER, "POST", path, refusal)).status_code == 201
    await block(consent, child_id, "practitioner", TEACHER, "whereabouts")
    me = await make_account(consent, child_id, "young_person")

    page = await read(consent, me, MINE)

    assert page["people"][0]["name"] == "Sam"
    (hana,) = [person for person in page["people"] if person["name"] == "Hana"]
    assert (hana["role"], hana["agency_name"], hana["lead_professional"]) == ("health visitor", "Oak Surgery", False)
    sees = {seen["category"]: seen for seen in hana["sees"]}
    assert (sees["health"]["because"], sees["health"]["until"]) == ("a parent agreed", end)
    assert sees["basics"]["because"] == "they are helping, and this needs nobody's agreement"
    assert "until" not in sees["basics"]
    assert "education" not in sees
    (tia,) = [person for person in page["people"] if person["name"] == "Tia"]
    assert "whereabouts" not in {seen["category"] for seen in tia["sees"]}
    (agreed,) = page["agreed"]
    assert agreed["with_whom"] == ["everybody in health who is helping"]
    assert agreed["what_for"] == ["giving help directly"]
    (not_agreed,) = page["not_agreed"]
    assert (not_agreed["answer"], not_agreed["with_whom"]) == ("refused", ["everybody at Elm School who is helping"])
    assert page["kept_out"] == [{"who": "Tia", "what": ["where the child or young person lives and goes to school"]}]
    assert page["contact"] == {
        "name": "Sam",
        "role": "social worker",
        "agency_name": "Children's Services",
        "phone": "01632 960001",
    }
    assert "change your mind" in page["how_to_take_back"]


async def test_a_copy_from_a_practitioner_shows_no_trace_of_a_block(consent: Consent, child_id: str) -> None:
    await recorded(consent, child_id, BY_PARENT)
    before = {path: await read(consent, TEACHER, path) for path in copies(child_id).values()}
    await block(consent, child_id, "practitioner", HEALTH_VISITOR)
    await block(consent, child_id, "agency", "gp", "health")
    for who in (TEACHER, SOCIAL_WORKER):
        for path, page in before.items():
            assert await read(consent, who, path) == page
            assert "kept_out" not in page
    for who in (HEALTH_VISITOR, OTHER_TEACHER):
        for path in before:
            assert (await consent.call(who, "GET", path)).status_code == 404


async def test_a_parent_is_told_nothing_of_what_is_the_young_persons_own(consent: Consent, child_id: str) -> None:
    parent, young_person = [await make_account(consent, child_id, kind) for kind in ("parent", "young_person")]
    await recorded(consent, child_id, BY_PARENT)
    seen_by_parent = [
        (parent, MINE),
        (parent, "/v1/me/viewers"),
        (parent, "/v1/me/consents"),
        (parent, "/v1/me/consent-requests"),
        (TEACHER, copies(child_id)["parent"]),
    ]
    answers = [await consent.call(who, "GET", path) for who, path in seen_by_parent]
    before = [{**answer.json(), "made_at": ""} for answer in answers]
    own_before = await read(consent, young_person, MINE)

    await recorded(consent, child_id, {**BY_YOUNG_PERSON, "categories": ["health", "sensitive", "plan"]})
    agreed = await consent.call(
        young_person, "POST", "/v1/me/consents", {"categories": ["education"], "recipients": [{"type": "all"}]}
    )
    assert agreed.status_code == 201
    asking = asked(asked_of="young_person")
    path = f"/v1/children/{child_id}/consent-requests"
    assert (await consent.call(TEACHER, "POST", path, asking)).status_code == 201
    keep_out = {"viewer": {"type": "practitioner", "id": HEALTH_VISITOR}, "categories": ["all"]}
    assert (await consent.call(young_person, "POST", "/v1/me/blocks", keep_out)).status_code == 201
    await consent.tell(episode(child_id, "visits", OTHER_TEACHER, sensitive=True))

    after = [{**(await consent.call(who, "GET", path)).json(), "made_at": ""} for who, path in seen_by_parent]
    assert after == before
    assert (await consent.call(parent, "GET", "/v1/me/blocks")).status_code == 403
    own = await read(consent, young_person, MINE)
    assert own != own_before
    assert {"Olu"} <= {person["name"] for person in own["people"]}
    assert "Hana" not in {person["name"] for person in own["people"]}
    assert [entry["who"] for entry in own["kept_out"]] == ["Hana"]


class Page(HTMLParser):
    """Reads a page strictly: every element is closed in order, and everything is noted."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if "style" not in self.open else ""


HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)> \"&amp;"
ARABIC = "فاطمة الزهراء"


async def test_the_page_is_safe_to_print_whatever_people_are_called(consent: Consent, child_id: str) -> None:
    for who, name in ((TEACHER, HOSTILE), (HEALTH_VISITOR, ARABIC)):
        person = (await consent.call("admin", "GET", f"/v1/practitioners/{who}")).json()
        body = {key: person[key] for key in ("agency_id", "role", "team_ids")}
        answer = await consent.call("admin", "PUT", f"/v1/practitioners/{who}", {**body, "name": name})
        assert answer.status_code == 200, answer.text
    await recorded(consent, child_id, {**BY_PARENT, "recipients": [{"type": "practitioner", "id": TEACHER}]})
    await block(consent, child_id, "practitioner", HEALTH_VISITOR, "family")
    me = await make_account(consent, child_id, "young_person")

    answer = await consent.call(me, "GET", MINE, headers={"Accept": "text/html,application/json;q=0.9"})

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    assert HOSTILE in page.text
    assert ARABIC in page.text
    assert f'<bdi dir="auto">{ARABIC}</bdi>' in answer.text
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"script", "img", "link", "iframe", "object", "a", "form", "base"})
    for tag, attributes in page.elements:
        assert not {name for name in attributes if name.startswith("on") or name in {"src", "href", "style"}}, tag
    told = await read(consent, me, MINE)
    for person in told["people"]:
        assert person["name"] in page.text
    for heading in ("Who may see what", "What was agreed", "Whom you have kept out", "Whom to call"):
        assert heading in page.text
    copy = await consent.call(TEACHER, "GET", copies(child_id)["young_person"], headers={"Accept": "text/html"})
    assert "kept out" not in Page(copy.text).text


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("text/html", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("application/json, text/html", False),
        ("application/json;q=0.5, text/html", True),
        ("text/html;q=0.4, application/json", False),
        ("text/html;q=0", False),
        ("text/html;q=much", False),
        (";,;q=", False),
    ],
)
def test_a_page_is_given_to_those_who_ask_for_one(accept: str | None, html: bool) -> None:
    assert prefers_html(accept) is html


def test_there_are_plain_words_for_everything() -> None:
    assert set(PLAIN_CATEGORY) == set(Category)
    assert set(PLAIN_PURPOSE) == set(Purpose)
    assert set(PLAIN_RECIPIENT) == set(RecipientType)
    assert all(plain_role(role) and "_" not in plain_role(role) for role in Role)
    assert "child.read" in ACTIONS
    for rule in ("involved", "data-quality", "consented", "legal-basis", "override"):
        assert rule in BECAUSE
        assert plain_reason(rule, None)
