"""A record is corrected by who may see it; history keeps what it was, who changed it and why."""

from typing import Any

import pytest

from contracts.vocabulary import Category, Role
from tests.child_index.kit import NOT_SENSITIVE, Index, code, problem, refused_fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

NHS, OTHER_NHS = "9434765919", "9434765870"
UPN = "H801200001001"
DETAILS = {"family_name": "Okonkwo", "date_of_birth": "2014-03-07"}
HOME = {"address_line": "12 Canal Street", "postcode": "M1 1AE"}


def names(*listed: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["given_name"], each["family_name"]) for each in listed]


async def test_each_field_is_corrected_and_the_index_follows(index: Index) -> None:
    child = await index.child(**HOME)
    await index.teacher.opened(child, "roll")
    before = await index.teacher.read(child)
    (home,) = before.json()["whereabouts"]["addresses"]
    sent: dict[str, Any] = {
        "given_name": "Amarachi",
        "date_of_birth": "2014-03-17",
        "sex": "female",
        "nhs_number": NHS,
        "upn": UPN,
        "other_names": [{"given_name": "Mara", "family_name": "Okonkwo"}],
        "addresses": [
            {"address_line": "3 Mill Lane", "postcode": "M4 1AB", "uprn": "000010091234", "from": "2024-02-01"},
            {**home, "to": home["from"]},
        ],
        "reason": "As the mother wrote it down",
    }
    answer = await index.teacher.correct(child, **sent)
    assert answer.status_code == 200, answer.text
    record = answer.json()
    basics, places = record["basics"], record["whereabouts"]["addresses"]
    assert {key: basics[key] for key in ("given_name", "family_name", "date_of_birth", "sex", "nhs_number", "upn")} == {
        "given_name": "Amarachi",
        "family_name": "Okonkwo",
        "date_of_birth": "2014-03-17",
        "sex": "female",
        "nhs_number": NHS,
        "upn": UPN,
    }
    assert names(*basics["other_names"]) == [("Mara", "Okonkwo")]
    assert {**home, "to": home["from"]} in places
    assert {"address_line": "3 Mill Lane", "postcode": "M4 1AB", "uprn": "10091234", "from": "2024-02-01"} in places
    again = await index.teacher.read(child)
    assert (again.json(), again.headers["ETag"]) == (record, answer.headers["ETag"])
    assert again.headers["ETag"] != before.headers["ETag"]
    for criteria in (
        {"nhs_number": NHS},
        {"given_name": "Amarachi", "family_name": "Okonkwo", "date_of_birth": "2014-03-17"},
        {"given_name": "Mara", "family_name": "Okonkwo", "postcode": "M4 1AB"},
    ):
        assert await index.teacher.found(**criteria) == [child], criteria
    (event,) = await index.published("ChildDetailsChanged", 1)
    assert event["fields"] == ["addresses", "date_of_birth", "name", "nhs_number", "other_names", "sex", "upn"]
    assert (event["child_id"], event["changed_by"], event["deceased"]) == (child, "teacher", False)
    assert "Amarachi" not in str(index.heard)
    # Cleared again, and as it was: only what changed is written down.
    await index.officer.corrected(child, upn=None, sex="unknown", reason="Not sure")
    same = await index.officer.corrected(child, given_name="Amarachi", reason="Nothing new")
    assert "upn" not in same["basics"]
    assert len({each["change_id"] for each in (await index.teacher.history(child))["items"]}) == 2


async def test_the_record_as_it_was_read_or_none(index: Index) -> None:
    child = await index.child()
    path, body = f"/v1/children/{child}", {"sex": "female", "reason": "Told"}
    bare = await index.teacher.call("PATCH", path, "child.correct", child=child, json=body)
    assert (bare.status_code, code(bare)) == (428, "if-match-required")
    read = (await index.teacher.read(child)).headers["ETag"]
    assert (await index.teacher.correct(child, etag=read, sex="female")).status_code == 200
    stale = await index.teacher.correct(child, etag=read, sex="male")
    assert (stale.status_code, code(stale)) == (412, "stale")
    hidden = index.teacher.but(hidden=(child,))
    unknown = "01900000-0000-7000-8000-000000000000"
    answers = [await hidden.correct(child, etag=read, sex="male"), await hidden.correct(unknown, etag=read, sex="male")]
    assert problem(answers[0]) == problem(answers[1])
    assert answers[0].status_code == 404
    assert (await index.teacher.record(child))["basics"]["sex"] == "female"


async def test_what_cannot_be_is_refused_by_field(index: Index) -> None:
    child = await index.child(**HOME)
    place = {"postcode": "M1 1AE", "from": "2024-01-01"}
    for sent, field in (
        ({}, "/"),
        ({"given_name": None}, "/"),
        ({"sex": "male", "reason": "  "}, "/"),
        ({"nhs_number": "9434765918"}, "/nhs_number"),
        ({"date_of_birth": "2999-01-01"}, "/date_of_birth"),
        ({"died_on": "2014-03-06"}, "/died_on"),
        ({"addresses": [{"from": "2024-01-01"}]}, "/addresses/0"),
        ({"addresses": [{**place, "to": "2023-01-01"}]}, "/addresses/0"),
        ({"addresses": [{**place, "from": "2999-01-01"}]}, "/addresses"),
        ({"addresses": [{**place, "uprn": "x"}]}, "/addresses/0/uprn"),
        ({"other_names": [{"given_name": "Amara", "family_name": "Okonkwo"}]}, "/other_names"),
        ({"shoe_size": 4}, "/shoe_size"),
    ):
        assert refused_fields(await index.teacher.correct(child, **sent)) == [field], sent
    # What is not seen is not corrected, and is not lost by not being seen.
    narrow = index.teacher.but(categories={Category.BASICS})
    assert refused_fields(await narrow.correct(child, addresses=[])) == ["/addresses"]
    assert refused_fields(await narrow.but(categories={Category.WHEREABOUTS}).correct(child, sex="male")) == ["/sex"]
    await narrow.corrected(child, sex="male")
    assert len((await index.teacher.record(child))["whereabouts"]["addresses"]) == 1


async def test_a_child_who_has_died_is_held_and_found_as_such(index: Index) -> None:
    child = await index.child()
    before = (await index.teacher.search(**DETAILS)).json()
    await index.worker.corrected(child, died_on="2024-05-01", reason="The registrar told us")
    (match,) = (await index.teacher.search(**DETAILS)).json()["matches"]
    assert (match["child_id"], match["basics"]["died_on"]) == (child, "2024-05-01")
    assert match["status"] == before["matches"][0]["status"]
    (event,) = await index.published("ChildDetailsChanged", 1)
    assert (event["fields"], event["deceased"]) == (["died_on"], True)
    await index.worker.corrected(child, died_on=None, reason="It was another child")
    assert "died_on" not in (await index.teacher.record(child))["basics"]
    assert (await index.published("ChildDetailsChanged", 2))[1]["deceased"] is False


async def test_a_number_is_never_given_to_two(index: Index) -> None:
    child = await index.child(nhs_number=NHS)
    sibling = await index.child(given_name="Chidi", date_of_birth="2012-01-02")
    taken = await index.nurse.correct(sibling, nhs_number=NHS)
    assert (taken.status_code, code(taken)) == (409, "number-doubtful")
    assert "nhs_number" not in (await index.nurse.record(sibling))["basics"]
    assert code(await index.officer.correct(sibling, nhs_number=NHS)) == "number-doubtful"
    # In the place of another one it is an index officer's to say, in one step or two.
    assert code(await index.nurse.correct(child, nhs_number=OTHER_NHS)) == "number-doubtful"
    assert code(await index.nurse.correct(child, nhs_number=None)) == "number-doubtful"
    assert (await index.officer.corrected(child, nhs_number=OTHER_NHS))["basics"]["nhs_number"] == OTHER_NHS
    assert (await index.nurse.corrected(sibling, nhs_number=NHS))["basics"]["nhs_number"] == NHS


async def test_a_name_of_before_is_findable_hidden_or_gone(index: Index) -> None:
    child = await index.child(sex="female", **HOME)
    old = {"given_name": "Amara", "family_name": "Okonkwo", "date_of_birth": "2014-03-07"}
    new = {"given_name": "Rose", "family_name": "Whitfield", "date_of_birth": "2014-03-07"}
    await index.teacher.corrected(child, given_name="Rose", family_name="Marsh", reason="As she calls herself")
    assert await index.teacher.found(**old) == [child]
    record = await index.officer.corrected(
        child,
        given_name="Rose",
        family_name="Whitfield",
        former_name="dropped",
        other_names=[{"given_name": "Amara", "family_name": "Okonkwo", "hidden": True}],
        reason="Adopted; was Okonkwo",
    )
    assert names(*record["basics"]["hidden_names"]) == [("Amara", "Okonkwo")]
    assert await index.teacher.found(**new) == [child]
    postcode = {key: old[key] for key in ("given_name", "family_name")} | {"postcode": "M1 1AE"}
    assert await index.teacher.found(**old) == await index.teacher.found(**postcode) == []
    assert await index.officer.found(**old) == await index.officer.found(**postcode) == [child]
    # Nobody else is shown it: not in the record, nor in a search, nor in what was written down of it before.
    seen = [await index.teacher.record(child), (await index.teacher.search(**new)).json()]
    seen += [await index.teacher.history(child), index.heard[-1].data]
    assert not any("Okonkwo" in str(each) or "hidden" in str(each) for each in seen)
    assert "Okonkwo" in str(await index.officer.history(child))
    # A form under the old name is of somebody else, as far as its sender is told; nothing brings the name back.
    told = await index.nurse.register(**old)
    assert told.status_code == 201
    assert told.json()["child_id"] != child
    again = [{"given_name": "Amara", "family_name": "Okonkwo"}, {"given_name": "Rosie", "family_name": "Whitfield"}]
    record = await index.teacher.corrected(child, other_names=again)
    assert names(*record["basics"]["other_names"]) == [("Rosie", "Whitfield")]
    await index.officer.corrected(child, date_of_birth="2014-03-08")
    assert child in await index.officer.found(**{**old, "date_of_birth": "2014-03-08"})
    record = await index.officer.corrected(child, other_names=again)
    assert ("Amara", "Okonkwo") in names(*record["basics"]["other_names"])
    assert child in await index.teacher.found(**{**old, "date_of_birth": "2014-03-08"})


async def test_merged_records_are_corrected_where_they_hold_the_value(index: Index) -> None:
    upper = await index.child(nhs_number=NHS, **HOME)
    lower = await index.child(given_name="Zadie", upn=UPN, **HOME)
    await index.nurse.opened(lower, "list")
    merge_id = await index.officer.merged(lower, upper, despite=["parted"])
    record = await index.officer.record(lower)
    (place,) = record["whereabouts"]["addresses"]
    record = await index.officer.corrected(
        lower,
        upn="W801200001011",
        date_of_birth="2014-03-08",
        other_names=[{"given_name": "Zadie", "family_name": "Okonkwo", "hidden": True}],
        addresses=[{**place, "to": place["from"]}],
    )
    assert record["child_id"] == upper
    assert (record["basics"]["upn"], record["basics"]["date_of_birth"]) == ("W801200001011", "2014-03-08")
    assert "other_dates_of_birth" not in record["basics"]
    assert record["whereabouts"]["addresses"] == [{**place, "to": place["from"]}]
    items = (await index.officer.history(upper))["items"]
    assert sorted(each["field"] for each in items if each["origin"] == "correction") == sorted(
        {each["field"] for each in items if each["origin"] == "correction"}
    )
    await index.officer.undo(merge_id)
    apart = await index.officer.record(lower)
    assert (apart["basics"]["upn"], apart["basics"]["date_of_birth"]) == ("W801200001011", "2014-03-08")
    assert names(apart["basics"]) == [("Amara", "Okonkwo")]
    assert names(*apart["basics"]["hidden_names"]) == [("Zadie", "Okonkwo")]
    assert "upn" not in (await index.officer.record(upper))["basics"]
    # A record with the hidden name that is merged later is shown and found under the present one.
    found = await index.child(given_name="Zadie", date_of_birth="2014-03-08", postcode="M4 1AB")
    await index.officer.merged(found, lower, despite=["parted"])
    assert ("Zadie", "Okonkwo") not in names(*(await index.teacher.record(lower))["basics"]["other_names"])


async def test_a_list_that_comes_again_does_not_undo_a_correction(index: Index) -> None:
    header = "given_name,family_name,date_of_birth,address_line,postcode,local_id\n"
    row = "Amara,Okonkwo,2014-03-07,12 Canal Street,M1 1AE,17\n"
    child = (await index.school_system.imported(header + row)).children["17"]
    assert child
    await index.teacher.corrected(child, given_name="Rose", family_name="Whitfield", former_name="hidden")
    assert (await index.school_system.imported(header + row)).children == {"17": child}
    moved = row.replace("12 Canal Street,M1 1AE", "3 Mill Lane,M4 1AB")
    # Of an old name, what is new is an officer's to look at.
    assert (await index.school_system.imported(header + moved)).count("matched", "review") == (0, 1)
    basics = (await index.teacher.record(child))["basics"]
    assert (names(basics), basics["other_names"]) == ([("Rose", "Whitfield")], [])


async def test_history_is_read_as_far_as_one_may_see(index: Index) -> None:
    child = await index.child(**HOME)
    sibling = await index.child(given_name="Chidi", date_of_birth="2012-01-02")
    await index.teacher.opened(child, "roll")
    await index.nurse.opened(child, "list", sensitive=True)
    person = {"given_name": "Ngozi", "family_name": "Okonkwo", "phone": "01632 960 123"}
    await index.teacher.relate(child, relationship="parent", person=person)
    await index.teacher.relate(child, relationship="sibling", other_child_id=sibling)
    await index.teacher.assign_lead(child, practitioner_id="nurse", reason="She knows them best")
    await index.nurse.corrected(child, sex="female", addresses=[], reason="They fled")
    whole = await index.nurse.but(related=(sibling,)).history(child)
    fields = {each["field"]: each for each in whole["items"]}
    assert list(fields) == ["addresses", "sex", "lead_professional", "relationship"]
    assert fields["sex"]["by"]["practitioner_id"] == "nurse"
    assert fields["addresses"]["before"][0]["postcode"] == "M1 1AE"
    assert fields["addresses"]["reason"] == fields["sex"]["reason"] == "They fled"
    assert fields["lead_professional"]["reason"] == "She knows them best"
    assert [each["after"].get("child_id") for each in whole["items"] if each["field"] == "relationship"] == [
        sibling,
        None,
    ]
    assert "960 123" not in str(whole)
    # A sibling who is not shown; a category that is not; a practitioner whose work is sensitive.
    assert sibling not in str(await index.nurse.history(child))
    narrow = await index.teacher.but(categories={Category.BASICS, Category.INVOLVEMENT}).history(child)
    (sex,) = (each for each in narrow["items"] if each["field"] == "sex")
    assert {each["category"] for each in narrow["items"]} == {"basics", "involvement"}
    assert "by" in sex  # as the lead professional she is known
    assert "They fled" not in str(narrow)
    await index.officer.assign_lead(child, practitioner_id="deputy")
    await index.nurse.corrected(child, sex="male")
    plain = await index.teacher.but(categories=NOT_SENSITIVE).history(child)
    (latest, *_) = plain["items"]
    assert (latest["after"], latest.keys() & {"by", "reason"}) == ("male", set())
    # Pages fit together, and the other side of a relationship has it too.
    pages, cursor = [], None
    while True:
        page = await index.teacher.history(child, limit=2, **({"cursor": cursor} if cursor else {}))
        pages += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    assert pages == (await index.teacher.history(child))["items"]
    (theirs,) = (await index.teacher.but(related=(child,)).history(sibling))["items"]
    assert theirs["after"] == {"relationship": "sibling", "child_id": child}


async def test_what_a_list_changed_is_history_too(index: Index) -> None:
    header = "given_name,family_name,date_of_birth,address_line,postcode,local_id\n"
    row = "Amara,Okonkwo,2014-03-07,12 Canal Street,M1 1AE,17\n"
    child = (await index.school_system.imported(header + row)).children["17"]
    assert child
    assert (await index.teacher.history(child))["items"] == []
    await index.school_system.imported(header + row.replace("12 Canal Street,M1 1AE", "3 Mill Lane,M4 1AB"))
    (moved,) = (await index.teacher.history(child))["items"]
    assert (moved["field"], moved["origin"], moved["by"]["practitioner_id"]) == ("addresses", "import", "mis")
    assert moved["after"][0]["postcode"] == "M4 1AB"
    system = index.caller("other", "practice", Role.SYSTEM, categories=NOT_SENSITIVE)
    assert "by" not in (await system.history(child))["items"][0]


async def test_a_hidden_name_is_not_brought_back_by_spelling_it_otherwise(index: Index) -> None:
    old = {"given_name": "Amara", **DETAILS}
    child = await index.teacher.registered(**old, nhs_number=NHS, local_id="7")
    await index.officer.corrected(child, family_name="Whitfield", former_name="hidden", reason="Adopted")
    # Its sender writes the old name in capitals, then with another behind it; another agency comes with it.
    for sender, number, given, family in (
        (index.teacher, "7", "Amara", "OKONKWO"),
        (index.teacher, "7", "Amara", "Okonkwo-Bell"),
        (index.nurse, "9", "Amara Jane", "Okonkwo"),
    ):
        told = {**old, "given_name": given, "family_name": family, "nhs_number": NHS, "local_id": number}
        answer = await sender.register(**told)
        assert answer.json() == {"outcome": "matched", "child_id": child}
    record = await index.teacher.record(child)
    assert names(record["basics"]) == [("Amara", "Whitfield")]
    seen = [record, await index.teacher.history(child), (await index.teacher.search(nhs_number=NHS)).json()]
    assert "okonkwo" not in str(seen).lower()
    await index.teacher.register(**{**old, "family_name": "Whitfield-Bell", "nhs_number": NHS}, local_id="7")
    assert names((await index.teacher.record(child))["basics"]) == [("Amara", "Whitfield-Bell")]


async def test_a_name_that_is_hidden_on_one_record_is_hidden_on_those_merged_with_it(index: Index) -> None:
    child = await index.child(nhs_number=NHS)
    await index.officer.corrected(child, given_name="Rose", family_name="Marsh", former_name="hidden")
    other = await index.teacher.registered(given_name="Mara", **DETAILS, local_id="7")
    await index.teacher.corrected(other, given_name="AMARA", former_name="dropped")
    await index.teacher.corrected(other, given_name="Amy")
    # Into the one under the old name it would be shown again.
    under_old = await index.child(date_of_birth="2014-03-08", given_name="amara")
    refused = await index.officer.merge(child, under_old, despite=["parted"])
    assert (refused.status_code, code(refused)) == (409, "merge-doubtful")
    assert "hidden-name" in refused.text
    await index.officer.merged(other, child, despite=["parted"])
    await index.officer.merged(under_old, child, despite=["parted"])
    record = await index.teacher.record(child)
    assert names(*record["basics"]["other_names"]) == [("Amy", "Okonkwo")]
    told = {"given_name": "Amara", **DETAILS}
    await index.teacher.register(**told, local_id="7")
    seen = [await index.teacher.record(child), await index.teacher.history(child)]
    assert "amara" not in str(seen).lower()
    assert "AMARA" in str(await index.officer.history(child))


async def test_a_record_under_a_hidden_name_leads_nobody_to_the_child_it_was_merged_with(index: Index) -> None:
    old = {"given_name": "Amara", **DETAILS}
    child = await index.child()
    await index.officer.corrected(child, given_name="Rose", family_name="Marsh", former_name="hidden")
    duplicate = await index.nurse.registered(**old, local_id="9")
    await index.officer.merged(duplicate, child)
    answer = await index.teacher.register(**old)
    assert answer.json()["outcome"] == "created"
    roll = await index.school_system.imported("given_name,family_name,date_of_birth\nAmara,Okonkwo,2014-03-07\n")
    assert roll.results[0]["child_id"] != child
    # Who always had this child under the name goes on with them.
    again = await index.nurse.register(**old, local_id="9", **HOME)
    assert again.json() == {"outcome": "matched", "child_id": child}
    record = await index.teacher.record(child)
    assert names(record["basics"]) == [("Rose", "Marsh")]
    assert "Okonkwo" not in str(record)
