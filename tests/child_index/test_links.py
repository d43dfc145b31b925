"""What an import linked by itself: looked at, and undone so that each child has exactly its own."""

from datetime import date
from typing import Any

import pytest

from child_index.application import links
from tests.child_index.kit import BASICS, Imported, Index, code

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADER = "given_name,family_name,date_of_birth,sex,address_line,postcode,nhs_number,local_id\n"
AMARA = "Amara,Okonkwo,2014-03-07,F,12 Canal Street,M1 1AE,,A1\n"
AMARRA = "Amarra,Okonkwo,2014-03-07,F,9 High Street,M1 1AE,9434765919,G1\n"
OLIVER = "Oliver,Smith,2012-01-09,M,3 Mill Lane,LS1 4AP,,A2\n"
OLLIE = "Ollie,Smith,2012-01-09,M,3 Mill Lane,LS1 4AP,9990000018,G2\n"
ZAINAB = "Zainab,Khan,2015-06-30,F,,B1 1AA,,G3\n"
NAMES = ("Amara", "Oliver", "Zainab", "Tomasz", "Beatrix", "Chidi")
UNKNOWN = "01900000-0000-7000-8000-000000000000"


async def _lists(index: Index) -> tuple[Imported, Imported]:
    """A roll, and a GP's list with two of its children and one more."""
    roll = await index.school_system.imported(HEADER + AMARA + OLIVER)
    gp_list = await index.officer.imported(HEADER + AMARRA + OLLIE + ZAINAB, "list")
    assert gp_list.count("created", "matched", "review") == (1, 2, 0)
    return roll, gp_list


def _id(done: Imported, local_id: str) -> str:
    found = done.children[local_id]
    assert found is not None
    return found


def _import(done: Imported) -> str:
    found: str = done.counts["import_id"]
    return found


async def _undone(index: Index, done: Imported, **body: Any) -> dict[int, str]:
    answer = await index.officer.undo_links(_import(done), **body)
    assert answer.status_code == 200, answer.text
    assert answer.json().get("next_row") is None
    return {each["row"]: each["child_id"] for each in answer.json()["undone"]}


async def test_the_links_side_by_side(index: Index) -> None:
    roll, gp_list = await _lists(index)
    assert (await index.officer.links(_import(roll)))["items"] == []
    page = await index.officer.but(categories=BASICS).links(_import(gp_list))
    assert [(each["row"], each["local_id"], each["child_id"]) for each in page["items"]] == [
        (1, "G1", _id(roll, "A1")),
        (2, "G2", _id(roll, "A2")),
    ]
    first = page["items"][0]
    # The child as they would be without the row: it is not held against itself.
    assert first["basics"] == {
        "given_name": "Amara",
        "family_name": "Okonkwo",
        "date_of_birth": "2014-03-07",
        "sex": "female",
        "other_names": [],
    }
    assert first["submitted"]["given_name"] == "Amarra"
    assert {name: mark["mark"] for name, mark in first["fields"].items()} == {
        "given_name": "differs",
        "family_name": "agreed",
        "date_of_birth": "agreed",
        "sex": "agreed",
        "nhs_number": "missing",
        "upn": "missing",
    }
    assert first["score"] > 0.9
    pages = [await index.officer.links(_import(gp_list), limit=1)]
    pages.append(await index.officer.links(_import(gp_list), limit=1, cursor=pages[0]["next_cursor"]))
    assert [each["row"] for page in pages for each in page["items"]] == [1, 2]
    assert pages[1]["next_cursor"] is None
    hiding = index.officer.but(hidden=(_id(roll, "A1"),))
    assert [each["row"] for each in (await hiding.links(_import(gp_list)))["items"]] == [2]


async def test_undone_each_child_has_exactly_its_own(index: Index) -> None:
    roll = await index.school_system.imported(HEADER + AMARA + OLIVER)
    children = [_id(roll, local_id) for local_id in ("A1", "A2")]
    before = [await index.teacher.record(child) for child in children]
    gp_list = await index.officer.imported(HEADER + AMARRA + OLLIE + ZAINAB, "list")
    assert before != [await index.teacher.record(child) for child in children]

    made = await _undone(index, gp_list)
    assert set(made) == {1, 2}
    assert [await index.teacher.record(child) for child in children] == before
    own = await index.teacher.record(made[1])
    assert own["basics"] == {
        "given_name": "Amarra",
        "family_name": "Okonkwo",
        "date_of_birth": "2014-03-07",
        "sex": "female",
        "nhs_number": "9434765919",
        "other_names": [],
    }
    assert [a["address_line"] for a in own["whereabouts"]["addresses"]] == ["9 High Street"]
    assert [each["service"]["service_id"] for each in own["involvement"]["episodes"]] == ["list"]
    assert await index.teacher.found(nhs_number="9434765919") == [made[1]]

    after = await index.officer.finished(_import(gp_list))
    assert after.count("processed", "created", "matched") == (3, 3, 0)
    assert [after.children[local_id] for local_id in ("G1", "G2")] == [made[1], made[2]]
    links = (await index.officer.links(_import(gp_list)))["items"]
    assert [(each["row"], each["child_id"], each["undone_by"]) for each in links] == [
        (1, children[0], "officer"),
        (2, children[1], "officer"),
    ]
    assert (await index.officer.links(_import(gp_list), undone=False))["items"] == []
    assert await _undone(index, gp_list) == {}


async def test_events_tell_of_it(index: Index) -> None:
    roll, gp_list = await _lists(index)
    begun = (await index.published("ServiceEpisodeStarted", 5))[2:]
    made = await _undone(index, gp_list, rows=[1])
    (ended,) = await index.published("ServiceEpisodeEnded", 1)
    assert ended["episode_id"] == next(e["episode_id"] for e in begun if e["child_id"] == _id(roll, "A1"))
    new = (await index.published("ServiceEpisodeStarted", 6))[-1]
    assert (new["child_id"], new["service_id"], new["bulk"]) == (made[1], "list", True)
    registered = {each.pop("child_id"): each for each in await index.published("ChildRegistered", 4)}
    # The address that the row had told is the new child's alone.
    given, taken = await index.published("ChildLikenessChanged", 2)
    amara = _id(roll, "A1")
    assert given.pop("child_id") == taken.pop("child_id") == amara
    assert taken == registered[amara]
    assert registered[made[1]]["family_name_keys"] == taken["family_name_keys"]
    assert {*given["home_keys"]} == {*taken["home_keys"], *registered[made[1]]["home_keys"]}
    assert len(given["home_keys"]) == 2


async def test_the_same_list_again_follows_the_undoing(index: Index) -> None:
    _, gp_list = await _lists(index)
    made = await _undone(index, gp_list)
    again = await index.officer.imported(HEADER + AMARRA + OLLIE + ZAINAB, "list")
    assert again.count("created", "matched", "review") == (0, 3, 0)
    assert [again.children[local_id] for local_id in ("G1", "G2")] == [made[1], made[2]]
    assert (await index.officer.links(_import(again)))["items"] == []


async def test_only_some_rows(index: Index) -> None:
    roll, gp_list = await _lists(index)
    assert set(await _undone(index, gp_list, rows=[2, 3, 99])) == {2}
    (left,) = (await index.officer.links(_import(gp_list), undone=False))["items"]
    assert (left["row"], left["child_id"]) == (1, _id(roll, "A1"))


async def test_what_another_said_too_stays(index: Index) -> None:
    roll = await index.school_system.imported(HEADER + AMARA)
    child = _id(roll, "A1")
    linked = await index.officer.imported(HEADER + AMARRA, "list")
    # The nurse says the same; the address was known by then, and is no less hers.
    said = {"given_name": "Amarra", "family_name": "Okonkwo", "date_of_birth": "2014-03-07", "postcode": "M1 1AE"}
    told = await index.nurse.register(**said, address_line="9 High Street", sex="female", nhs_number="9434765919")
    assert told.json() == {"outcome": "matched", "child_id": child}
    before = await index.teacher.record(child)
    await _undone(index, linked)
    after = await index.teacher.record(child)
    assert after["basics"] == before["basics"]
    assert after["whereabouts"]["addresses"] == before["whereabouts"]["addresses"]
    assert [each["service"]["service_id"] for each in after["involvement"]["episodes"]] == ["roll"]


async def test_later_changes_of_the_sender_go_with_it(index: Index) -> None:
    roll = await index.school_system.imported(HEADER + AMARA)
    child = _id(roll, "A1")
    before = await index.teacher.record(child)
    linked = await index.officer.imported(HEADER + AMARRA, "list")
    moved = AMARRA.replace("9 High Street", "5 Elm Grove").replace("Okonkwo", "Adeyemi")
    changed = await index.officer.imported(HEADER + moved, "list")
    assert changed.count("matched") == (1,)
    made = await _undone(index, linked)
    assert await index.teacher.record(child) == before
    own = await index.teacher.record(made[1])
    assert own["basics"]["family_name"] == "Adeyemi"
    assert own["basics"]["other_names"] == [{"given_name": "Amarra", "family_name": "Okonkwo"}]
    assert {a["address_line"] for a in own["whereabouts"]["addresses"]} == {"9 High Street", "5 Elm Grove"}


async def test_an_episode_that_another_row_shares_stays(index: Index) -> None:
    again = AMARA.replace("Amara,", "AMARA,").replace("A1", "A9")
    roll = await index.school_system.imported(HEADER + AMARA + again)
    assert roll.count("created", "matched") == (1, 1)
    child = _id(roll, "A1")
    made = await _undone(index, roll)
    for each in (child, made[2]):
        record = await index.teacher.record(each)
        assert [e["service"]["service_id"] for e in record["involvement"]["episodes"]] == ["roll"]
    await index.published("ServiceEpisodeEnded", 0)


async def test_the_two_stay_parted(index: Index) -> None:
    roll, gp_list = await _lists(index)
    made = await _undone(index, gp_list)
    answer = await index.officer.merge(made[1], _id(roll, "A1"))
    assert (answer.status_code, code(answer)) == (409, "merge-doubtful")
    assert "parted" in answer.json()["detail"]
    await index.officer.merged(made[1], _id(roll, "A1"), despite=["parted"])


async def test_a_link_to_a_child_who_was_merged_since(index: Index) -> None:
    roll, gp_list = await _lists(index)
    other = await index.child(given_name="Tomasz", family_name="Nowak", date_of_birth="2011-12-12")
    merge_id = await index.officer.merged(_id(roll, "A1"), other)
    first = (await index.officer.links(_import(gp_list)))["items"][0]
    assert (first["row"], first["child_id"]) == (1, other)
    made = await _undone(index, gp_list, rows=[1])
    await index.officer.undo(merge_id)
    record = await index.teacher.record(_id(roll, "A1"))
    assert record["basics"]["other_names"] == []
    assert "nhs_number" not in record["basics"]
    assert (await index.teacher.record(made[1]))["child_id"] == made[1]


async def test_who_is_hidden_is_passed_over_in_silence(index: Index) -> None:
    roll, gp_list = await _lists(index)
    hiding = index.officer.but(hidden=(_id(roll, "A1"),))
    answer = await hiding.undo_links(_import(gp_list))
    assert [each["row"] for each in answer.json()["undone"]] == [2]
    assert [each["row"] for each in (await index.officer.links(_import(gp_list), undone=False))["items"]] == [1]
    for path, method, action in (("links", "GET", "link.read"), ("links/undo", "POST", "link.undo")):
        sent: dict[str, Any] = {"json": {}} if method == "POST" else {}
        answer = await index.officer.call_with_candidates(method, f"/v1/imports/{UNKNOWN}/{path}", action, **sent)
        assert (answer.status_code, code(answer)) == (404, "not-found")
    bodies: tuple[dict[str, Any], ...] = (
        {"rows": []},
        {"rows": [0]},
        {"rows": [10**9]},
        {"after": -1},
        {"after": 10**30},
        {"rows": ["x"]},
        {"more": 1},
    )
    for body in bodies:
        assert (await index.officer.undo_links(_import(gp_list), **body)).status_code == 422


@pytest.mark.parametrize("odd", ["%00", "x", "%F0%9F%98%80", UNKNOWN.replace("9", "A")])
async def test_ids_that_nothing_can_have(index: Index, odd: str) -> None:
    officer = index.officer
    answers = [
        await officer.call_with_candidates("GET", f"/v1/merges/{odd}", "merge.read"),
        await officer.call_with_candidates("POST", f"/v1/merges/{odd}/undo", "merge.undo"),
        await officer.call_with_candidates("POST", f"/v1/children/{odd}/merge", "child.merge", json={"into": UNKNOWN}),
        await officer.call_with_candidates("GET", f"/v1/imports/{odd}/links", "link.read"),
        await officer.call_with_candidates("POST", f"/v1/imports/{odd}/links/undo", "link.undo", json={}),
        await officer.call_with_candidates("POST", f"/v1/match-reviews/{odd}/resolution/undo", "review.resolve"),
    ]
    assert {(answer.status_code, code(answer)) for answer in answers} == {(404, "not-found")}
    for path, action, name in (("merges", "merge.read", "child_id"), ("match-reviews", "review.read", "import_id")):
        listed = await officer.call("GET", f"/internal/candidates/v1/{path}?{name}={odd}", action)
        assert listed.status_code == 422


async def test_a_hundred_at_a_time(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    assert links.AT_ONCE == 100
    monkeypatch.setattr(links, "AT_ONCE", 4)
    rows = [f"{given},Okonkwo,2014-03-0{n},F,{n} Elm Grove,M1 1AE,,P{n}\n" for n, given in enumerate(NAMES, start=1)]
    await index.school_system.imported(HEADER + "".join(rows))
    gp_list = await index.officer.imported(HEADER + "".join(rows), "list")
    matched = gp_list.count("matched")[0]
    assert 4 < matched <= 8
    first = (await index.officer.undo_links(_import(gp_list))).json()
    assert len(first["undone"]) == 4
    rest = (await index.officer.undo_links(_import(gp_list), after=first["next_row"])).json()
    assert len(first["undone"]) + len(rest["undone"]) == matched
    assert rest.get("next_row") is None
    assert (await index.officer.links(_import(gp_list), undone=False))["items"] == []


async def test_what_people_corrected_stays_though_the_row_says_it_too(index: Index) -> None:
    child = await index.child(sex="female")
    first = await index.officer.imported(HEADER + AMARRA.replace("9434765919", ""), "list")
    await index.nurse.corrected(
        child,
        nhs_number="9434765919",
        date_of_birth="2014-03-08",
        other_names=[{"given_name": "Mara", "family_name": "Okonkwo"}],
        addresses=[{"address_line": "3 Mill Lane", "postcode": "LS1 4AP", "from": date.today().isoformat()}],
    )
    corrected = await index.teacher.record(child)
    # The list comes to say the same; then it turns out that it speaks of another child.
    later = "Mara,Okonkwo,2014-03-08,F,3 Mill Lane,LS1 4AP,9434765919,G1\n"
    await index.officer.imported(HEADER + later, "list")
    assert (await index.teacher.record(child))["basics"]["given_name"] == "Mara"
    (told,) = (await index.officer.links(_import(first)))["items"]
    await _undone(index, first)
    record = await index.teacher.record(child)
    assert told["basics"] == record["basics"] == {**corrected["basics"], "given_name": "Amara"}
    assert record["whereabouts"]["addresses"] == corrected["whereabouts"]["addresses"]
