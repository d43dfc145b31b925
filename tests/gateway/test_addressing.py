"""Whatever is typed, a request reaches the route that was decided on, and no other."""

import json
from urllib.parse import unquote, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.errors import NotFound
from chassis.ids import is_uuid, new_id
from contracts.routes import ROUTES, Route, Subject
from gateway.domain.addressing import bound_id, path_of, query_of
from gateway.domain.criteria import criteria_in
from gateway.domain.hygiene import passed_in, passed_out

PART = st.text(min_size=1, max_size=40).filter(lambda text: "/" not in text) | st.sampled_from(
    [".", "..", "%2e%2e", "a?b", "a#b", "..;x", "\\", "//", "é", "\x00"]
)

JSON = (
    st.none()
    | st.integers()
    | st.lists(st.text(max_size=5), max_size=5)
    | st.dictionaries(st.text(max_size=9), st.none())
)


@st.composite
def matched(draw: st.DrawFn) -> tuple[Route, dict[str, str]]:
    route = draw(st.sampled_from(ROUTES))
    names = [part.strip("{}") for part in route.path.split("/") if part.startswith("{")]
    return route, {name: draw(PART) for name in names}


@settings(deadline=None)
@given(matched())
def test_the_path_keeps_its_shape_and_its_parts(found: tuple[Route, dict[str, str]]) -> None:
    route, parts = found
    try:
        path = path_of(route, parts)
    except NotFound:
        return
    split = urlsplit(f"http://service{path}")
    assert (split.query, split.fragment) == ("", "")
    assert path.isascii()
    template, made = route.path.split("/"), split.path.split("/")
    assert len(template) == len(made)
    for name, part in zip(template, made, strict=True):
        assert unquote(part) == (parts[name.strip("{}")] if name.startswith("{") else name)
    may_be_forwarded = bound_id(route, parts) or route.subject not in {Subject.CHILD, Subject.OWNED}
    assert not (may_be_forwarded and {".", ".."} & set(made))


@settings(deadline=None)
@given(matched())
def test_only_an_id_binds_to_a_child(found: tuple[Route, dict[str, str]]) -> None:
    route, parts = found
    thing = bound_id(route, parts)
    assert thing is None or is_uuid(thing)
    if route.subject in {Subject.CHILD, Subject.OWNED}:
        name = "child_id" if route.subject is Subject.CHILD else route.owned_parameter
        known = new_id()
        assert bound_id(route, {**parts, name: known}) == known


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_a_query_stays_a_query(raw: bytes) -> None:
    made = query_of(raw)
    assert made.isascii()
    split = urlsplit(f"http://service/path?{made}")
    assert (split.path, split.fragment) == ("/path", "")
    assert not any(character.isspace() for character in made)


@settings(deadline=None)
@given(st.binary(max_size=200) | JSON.map(json.dumps).map(str.encode))
def test_any_body_can_be_asked_for_its_criteria(body: bytes) -> None:
    assert isinstance(criteria_in(body), list)


def test_criteria_are_kinds_and_only_those_of_a_search() -> None:
    body = b'{"family_name": "Okafor", "given_name": "", "sex": null, "shoe_size": 4, "nhs_number": 943476}'
    assert criteria_in(body) == ["family_name", "nhs_number"]
    assert criteria_in(b"[" * 100_000) == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([b"Accept", b"Kith-Grant", b"Cookie", b"If-Match", b"X"]), st.binary())))
def test_each_header_is_passed_in_once_and_only_those_listed(headers: list[tuple[bytes, bytes]]) -> None:
    passed = passed_in(headers)
    names = [name for name, _ in passed]
    assert len(names) == len(set(names))
    assert set(names) <= {b"accept", b"if-match"}
    assert {name for name, _ in passed_out(headers)} == set()
