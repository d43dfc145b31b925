"""Two records of one child: merged they answer as one, and parted again each has exactly its own."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from stdnum.gb.upn import calc_check_digit

from contracts.vocabulary import Category
from tests.child_index.kit import BASICS, Caller, Index, code, refused_fields

pytestmark = pytest.mark.asyncio(loop_scope="session")

AMARA = {"given_name": "Amara", "family_name": "Okonkwo", "date_of_birth": "2014-03-07", "postcode": "M1 1AE"}
AMY = {"given_name": "Amy", "family_name": "Cole", "date_of_birth": "2014-07-03", "postcode": "LS1 4AP"}
MOTHER = {"given_name": "Ngozi", "family_name": "Okonkwo"}
UNKNOWN = "01900000-0000-7000-8000-000000000000"
ONE_NUMBER, ANOTHER = "9434765919", "9990000018"


def _upn(pupil: int) -> str:
    digits = f"8012000{pupil:04d}1"[:11].ljust(11, "0") + "1"
    return str(calc_check_digit(digits)) + digits


async def _two(index: Index, **second: str) -> tuple[str, str]:
    """Two records that the matcher takes for two children."""
    return await index.teacher.registered(**AMARA), await index.nurse.registered(**{**AMY, **second})


async def _known(index: Index, *children: str) -> list[Any]:
    return [await index.teacher.record(child) for child in children]


class TestMerging:
    async def test_both_ids_answer_as_the_record_that_stands(self, index: Index) -> None:
        amara, amy = await _two(index, nhs_number=ONE_NUMBER)
        answer = await index.officer.merge(amy, amara, note="Met both; one child")
        assert answer.status_code == 200
        assert answer.json()["child_id"] == amara
        (event,) = await index.published("RecordsMerged", 1)
        assert {**event, "merged_at": ""} == {
            "merge_id": answer.json()["merge_id"],
            "child_id": amara,
            "merged_child_id": amy,
            "merged_at": "",
        }

        by_either = await _known(index, amara, amy)
        assert by_either[0] == by_either[1]
        record = by_either[0]
        assert record["child_id"] == amara
        assert record["basics"]["given_name"] == "Amara"
        assert record["basics"]["nhs_number"] == ONE_NUMBER
        assert record["basics"]["other_names"] == [{"given_name": "Amy", "family_name": "Cole"}]
        assert record["basics"]["other_dates_of_birth"] == ["2014-07-03"]
        assert {a["postcode"] for a in record["whereabouts"]["addresses"]} == {"M1 1AE", "LS1 4AP"}

    async def test_episodes_family_and_lead_of_both(self, index: Index) -> None:
        amara, amy = await _two(index)
        chidi = await index.child(given_name="Chidi", date_of_birth="2016-05-09")
        at_school = await index.teacher.opened(amara, "roll")
        at_practice = await index.nurse.opened(amy, "list")
        for child in (amara, amy):
            await index.teacher.relate(child, other_child_id=chidi, relationship="sibling")
        await index.teacher.relate(amara, other_child_id=amy, relationship="sibling")
        await index.teacher.relate(amy, relationship="parent", person=MOTHER)
        await index.nurse.assign_lead(amy, practitioner_id="nurse")
        separate = [await index.teacher.but(related=(chidi, amara, amy)).record(child) for child in (amara, amy)]

        merge_id = await index.officer.merged(amy, amara)
        record = await index.teacher.but(related=(chidi,)).record(amy)
        assert {each["episode_id"] for each in record["involvement"]["episodes"]} == {at_school, at_practice}
        assert record["involvement"]["lead_professional"]["practitioner_id"] == "nurse"
        shown = [(r["relationship"], r["person"]["given_name"]) for r in record["family"]["relationships"]]
        assert sorted(shown) == [("parent", "Ngozi"), ("sibling", "Chidi")]
        assert len((await index.teacher.but(related=(amara, amy)).record(chidi))["family"]["relationships"]) == 1

        assert (await index.officer.undo(merge_id)).status_code == 200
        assert separate == [await index.teacher.but(related=(chidi, amara, amy)).record(c) for c in (amara, amy)]

    async def test_two_leads_are_one_and_history_keeps_both(self, index: Index) -> None:
        amara, amy = await _two(index)
        await index.teacher.assign_lead(amara, practitioner_id="teacher")
        await index.nurse.assign_lead(amy, practitioner_id="nurse")
        merge_id = await index.officer.merged(amy, amara)
        (record,) = await _known(index, amy)
        assert record["involvement"]["lead_professional"]["practitioner_id"] == "teacher"
        await index.teacher.assign_lead(amy, practitioner_id="deputy")
        event = (await index.published("LeadProfessionalAssigned", 3))[-1]
        assert (event["child_id"], event["previous_practitioner_id"]) == (amara, "teacher")
        await index.officer.undo(merge_id)
        leads = [
            each["involvement"]["lead_professional"]["practitioner_id"] for each in await _known(index, amara, amy)
        ]
        assert leads == ["deputy", "nurse"]

    async def test_a_lead_is_handed_over_where_they_are(self, index: Index) -> None:
        amara, amy = await _two(index)
        await index.nurse.assign_lead(amy, practitioner_id="nurse")
        await index.officer.merged(amy, amara)
        await index.teacher.assign_lead(amara, practitioner_id="deputy")
        event = (await index.published("LeadProfessionalAssigned", 2))[-1]
        assert (event["child_id"], event["previous_practitioner_id"]) == (amy, "nurse")
        (record,) = await _known(index, amara)
        assert record["involvement"]["lead_professional"]["practitioner_id"] == "deputy"

    async def test_a_repeat_gives_the_same_answer(self, index: Index) -> None:
        amara, amy = await _two(index)
        answers = [await index.officer.merge(amy, amara, key=key) for key in ("k", "k", None, "other")]
        assert [answer.status_code for answer in answers] == [200] * 4
        assert len({answer.json()["merge_id"] for answer in answers}) == 1
        await index.published("RecordsMerged", 1)

    async def test_what_is_refused(self, index: Index) -> None:
        amara, amy = await _two(index)
        officer = index.officer
        for into in (amara, UNKNOWN, "nonsense", ""):
            assert refused_fields(await officer.merge(amara, into)) == ["/into"]
        assert refused_fields(await officer.but(hidden=(amy,)).merge(amara, amy)) == ["/into"]
        for child in (UNKNOWN, "nonsense"):
            answer = await officer.merge(child, amara)
            assert (answer.status_code, code(answer)) == (404, "not-found")
        hidden = await officer.but(hidden=(amy,)).merge(amy, amara)
        assert (hidden.status_code, code(hidden)) == (404, "not-found")
        for body in ({"note": "x" * 501}, {"despite": ["anything"]}, {"despite": "parted"}, {"more": 1}):
            assert (await officer.merge(amy, amara, **body)).status_code == 422
        await index.published("RecordsMerged", 0)

    async def test_neither_round_in_a_circle_nor_twice(self, index: Index) -> None:
        amara, amy = await _two(index)
        third = await index.child(given_name="Zainab", family_name="Khan", date_of_birth="2015-06-30")
        await index.officer.merged(amy, amara)
        await index.officer.merged(amara, third)
        for child, into in ((third, amara), (third, amy), (amara, amy), (amy, third)):
            answer = await index.officer.merge(child, into)
            assert (answer.status_code, code(answer)) == (409, "already-one")
        assert [each["child_id"] for each in await _known(index, amara, amy, third)] == [third] * 3

    async def test_two_sets_become_one(self, index: Index) -> None:
        people = [("Ann", "Lee"), ("Oliver", "Smith"), ("Zainab", "Khan"), ("Tomasz", "Nowak")]
        a, b, c, d = [
            await index.child(given_name=given, family_name=family, date_of_birth=f"201{n}-03-07")
            for n, (given, family) in enumerate(people)
        ]
        await index.officer.merged(a, b)
        await index.officer.merged(c, d)
        joined = await index.officer.merged(a, c)
        event = (await index.published("RecordsMerged", 3))[-1]
        assert (event["merged_child_id"], event["child_id"]) == (b, d)
        (record,) = await _known(index, a)
        assert record["child_id"] == d
        assert [name["given_name"] for name in record["basics"]["other_names"]] == ["Ann", "Oliver", "Zainab"]
        await index.officer.undo(joined)
        assert [each["child_id"] for each in await _known(index, a, b, c, d)] == [b, b, d, d]

    @pytest.mark.parametrize(
        ("mine", "theirs", "doubt"),
        [
            ({"nhs_number": ONE_NUMBER}, {"nhs_number": ANOTHER}, "different-nhs-numbers"),
            ({"upn": _upn(1)}, {"upn": _upn(2)}, "different-upns"),
        ],
    )
    async def test_different_numbers_need_a_word(
        self, index: Index, mine: dict[str, str], theirs: dict[str, str], doubt: str
    ) -> None:
        amara, amy = await index.teacher.registered(**AMARA, **mine), await index.nurse.registered(**AMY, **theirs)
        answer = await index.officer.merge(amy, amara)
        assert (answer.status_code, code(answer)) == (409, "merge-doubtful")
        assert doubt in answer.json()["detail"]
        assert not any(number in answer.text for number in (*mine.values(), *theirs.values()))
        assert (await index.officer.merge(amy, amara, despite=["parted"])).status_code == 409
        await index.officer.merged(amy, amara, despite=[doubt])
        (record,) = await _known(index, amy)
        field = "nhs_number" if "nhs" in doubt else "upn"
        assert record["basics"][field] == mine[field]
        assert record["basics"][f"other_{field}s"] == [theirs[field]]

    async def test_a_parted_pair_stays_parted_whatever_they_were_merged_with(self, index: Index) -> None:
        child = await index.teacher.registered(**AMARA, nhs_number=ONE_NUMBER)
        doubtful = await index.nurse.register(**AMARA, nhs_number=ANOTHER)
        other = (await index.officer.resolve(doubtful.json()["review_id"], same=False)).json()["child_id"]
        third = await index.nurse.registered(**AMY)
        await index.officer.merged(other, third)
        both = ["different-nhs-numbers", "parted"]
        answer = await index.officer.merge(child, third)
        assert code(answer) == "merge-doubtful"
        assert all(doubt in answer.json()["detail"] for doubt in both)
        assert (await index.officer.merge(child, third, despite=both[:1])).status_code == 409
        assert (await index.officer.merge(child, third, despite=both)).status_code == 200


class TestUndoing:
    async def test_each_has_exactly_its_own_back(self, index: Index) -> None:
        amara, amy = await _two(index, nhs_number=ONE_NUMBER)
        await index.teacher.opened(amara, "roll")
        await index.nurse.opened(amy, "list")
        before = await _known(index, amara, amy)
        merge_id = await index.officer.merged(amy, amara)
        answer = await index.officer.undo(merge_id)
        assert (answer.json()["child_id"], answer.json()["merged_child_id"]) == (amara, amy)
        assert (answer.json()["undone_by"], "undone_at" in answer.json()) == ("officer", True)
        assert await _known(index, amara, amy) == before
        (event,) = await index.published("MergeUndone", 1)
        assert (event["merge_id"], event["child_id"], event["merged_child_id"]) == (merge_id, amara, amy)
        assert await index.teacher.found(nhs_number=ONE_NUMBER) == [amy]

    async def test_also_after_later_edits(self, index: Index) -> None:
        amara, amy = await _two(index)
        theirs = await index.nurse.opened(amy, "list")
        merge_id = await index.officer.merged(amy, amara)
        while_merged = await index.teacher.opened(amy, "roll")
        assert (await index.nurse.close_episode(theirs, amy, ended_on="2024-06-01")).json()["child_id"] == amara
        await index.teacher.relate(amy, relationship="parent", person=MOTHER)
        await index.officer.undo(merge_id)
        mine, other = await _known(index, amara, amy)
        assert [each["episode_id"] for each in mine["involvement"]["episodes"]] == [while_merged]
        assert [each["ended_on"] for each in other["involvement"]["episodes"]] == ["2024-06-01"]
        assert len(mine["family"]["relationships"]) == 1
        assert other["family"]["relationships"] == []

    async def test_the_order_makes_no_difference(self, index: Index) -> None:
        amara, amy = await _two(index)
        third = await index.child(given_name="Zainab", family_name="Khan", date_of_birth="2015-06-30")
        before = await _known(index, amara, amy, third)
        for order in ((0, 1), (1, 0)):
            merges = [await index.officer.merged(amy, amara), await index.officer.merged(amara, third)]
            await index.officer.undo(merges[order[0]])
            ids = [each["child_id"] for each in await _known(index, amara, amy, third)]
            assert ids == ([third, amy, third] if order[0] == 0 else [amara, amara, third])
            await index.officer.undo(merges[order[1]])
            assert await _known(index, amara, amy, third) == before

    async def test_once_only_and_for_whom(self, index: Index) -> None:
        amara, amy = await _two(index)
        merge_id = await index.officer.merged(amy, amara)
        for answer in (
            await index.officer.undo(UNKNOWN),
            await index.officer.undo("nonsense"),
            await index.officer.but(hidden=(amara,)).undo(merge_id),
        ):
            assert (answer.status_code, code(answer)) == (404, "not-found")
        first = await index.officer.undo(merge_id, key="k")
        assert (await index.officer.undo(merge_id, key="k")).json() == first.json()
        again = await index.officer.undo(merge_id)
        assert (again.status_code, code(again)) == (409, "merge-undone")
        assert (await index.officer.merge(amy, amara)).json()["merge_id"] != merge_id


class TestTheList:
    async def test_filters_pages_and_silence(self, index: Index) -> None:
        amara, amy = await _two(index)
        third = await index.child(given_name="Zainab", family_name="Khan", date_of_birth="2015-06-30")
        fourth = await index.child(given_name="Tomasz", family_name="Nowak", date_of_birth="2011-12-12")
        first = await index.officer.merged(amy, amara, note="Twice on the roll")
        await index.officer.undo(first)
        second = await index.officer.merged(amy, amara)
        third_merge = await index.officer.merged(third, fourth)

        def ids(page: dict[str, Any]) -> list[str]:
            return [item["merge_id"] for item in page["items"]]

        assert ids(await index.officer.merges()) == [first, second, third_merge]
        assert ids(await index.officer.merges(child_id=amara)) == [first, second]
        assert ids(await index.officer.merges(child_id=amy, undone=True)) == [first]
        assert ids(await index.officer.merges(undone=False)) == [second, third_merge]
        assert ids(await index.officer.merges(child_id=UNKNOWN)) == []
        page = await index.officer.merges(limit=2)
        assert ids(page) == [first, second]
        assert ids(await index.officer.merges(limit=2, cursor=page["next_cursor"])) == [third_merge]
        one = await index.officer.merge_of(first)
        assert (one["note"], one["merged_by"], one["undone_by"]) == ("Twice on the roll", "officer", "officer")
        assert (one["child_id"], one["merged_child_id"]) == (amara, amy)

        for hidden in (amara, amy):
            officer = index.officer.but(hidden=(hidden,))
            assert ids(await officer.merges()) == [third_merge]
            path = f"/v1/merges/{first}"
            answer = await officer.call_with_candidates("GET", path, "merge.read")
            assert (answer.status_code, code(answer)) == (404, "not-found")


class TestNoWindow:
    """Between the index's merge and its coming to the decision, nothing goes by a decision that did not know of it."""

    async def test_a_decision_on_one_record_shows_that_record(self, index: Index) -> None:
        amara, amy = await _two(index, nhs_number=ONE_NUMBER)
        await index.nurse.opened(amy, "list")
        before = await _known(index, amara, amy)
        await index.officer.merged(amy, amara)
        unaware = index.teacher.but(unaware=True)
        assert [await unaware.record(child) for child in (amara, amy)] == before
        assert await unaware.found(nhs_number=ONE_NUMBER) == []
        assert await index.teacher.found(nhs_number=ONE_NUMBER) == [amara]
        merges = await index.officer.but(unaware=True).merges()
        assert merges["items"] == []

    async def test_the_sender_of_a_record_that_only_the_other_fits_gets_no_answer_from_it(self, index: Index) -> None:
        amara, amy = await _two(index, nhs_number=ONE_NUMBER)
        await index.officer.merged(amy, amara)
        sent = {**AMY, "nhs_number": ONE_NUMBER}
        assert (await index.teacher.but(unaware=True).register(**sent)).status_code == 202

    async def test_a_decision_on_a_merge_that_is_no_more_is_none(self, index: Index) -> None:
        amara, amy = await _two(index)
        await index.officer.undo(await index.officer.merged(amy, amara))
        behind = index.teacher.but(aware_of={amy: amara})
        for child in (amara, amy):
            assert (await behind.read(child)).status_code == 503
            assert (await behind.open_episode(child, service_id="roll")).status_code == 503

    async def test_an_episode_of_a_record_that_the_decision_did_not_know(self, index: Index) -> None:
        amara, amy = await _two(index)
        episode = await index.nurse.opened(amy, "list")
        await index.officer.merged(amy, amara)
        assert (await index.owner("episode", episode)).json() == {"child_id": amy}
        unaware = index.nurse.but(unaware=True)
        assert (await unaware.close_episode(episode, amara, ended_on="2024-06-01")).status_code == 404
        assert (await unaware.close_episode(episode, amy, ended_on="2024-06-01")).status_code == 200


class TestMatching:
    async def test_what_fits_any_record_is_the_child_once(self, index: Index) -> None:
        amara, amy = await _two(index, nhs_number=ONE_NUMBER)
        await index.officer.merged(amy, amara)
        for sought in (AMARA, AMY):
            response = (await index.teacher.search(**sought)).json()
            assert [match["child_id"] for match in response["matches"]] == [amara]
            assert response["status"] == "match"
            assert response["matches"][0]["basics"]["given_name"] == "Amara"
        answer = await index.teacher.register(**{**AMY, "given_name": "Amey"}, nhs_number=ONE_NUMBER)
        assert answer.json() == {"outcome": "matched", "child_id": amara}

    async def test_what_is_linked_stays_with_the_record_that_it_fits(self, index: Index) -> None:
        amara, amy = await _two(index, nhs_number=ONE_NUMBER)
        merge_id = await index.officer.merged(amy, amara)
        await index.teacher.register(**{**AMY, "given_name": "Amey"}, nhs_number=ONE_NUMBER)
        await index.officer.undo(merge_id)
        mine, other = await _known(index, amara, amy)
        assert mine["basics"]["other_names"] == []
        assert "nhs_number" not in mine["basics"]
        assert other["basics"]["other_names"] == [{"given_name": "Amey", "family_name": "Cole"}]

    async def test_a_different_number_on_another_record_is_a_doubt(self, index: Index) -> None:
        amara, amy = await _two(index, nhs_number=ONE_NUMBER)
        await index.officer.merged(amy, amara)
        answer = await index.teacher.register(**AMARA, nhs_number=ANOTHER)
        assert (answer.status_code, answer.json()["outcome"]) == (202, "review")
        (item,) = (await index.officer.reviews())["items"]
        assert item["candidate"]["child_id"] == amara
        assert "The NHS numbers are different." in item["candidate"]["because"]

    async def test_a_sender_goes_on_speaking_of_its_own_record(self, index: Index) -> None:
        header = "given_name,family_name,date_of_birth,postcode,local_id\n"
        roll = header + "Amy,Cole,2014-07-03,LS1 4AP,A1\n"
        amara = await index.teacher.registered(**AMARA)
        amy = (await index.school_system.imported(roll)).children["A1"]
        assert amy is not None
        merge_id = await index.officer.merged(amy, amara)
        moved = await index.school_system.imported(header + "Amy,Cole,2014-07-03,M4 1HQ,A1\n")
        assert moved.children == {"A1": amara}
        assert moved.count("matched", "created") == (1, 0)
        await index.published("ServiceEpisodeStarted", 1)
        await index.officer.undo(merge_id)
        postcodes = [
            {a["postcode"] for a in each["whereabouts"]["addresses"]} for each in await _known(index, amara, amy)
        ]
        assert postcodes == [{"M1 1AE"}, {"LS1 4AP", "M4 1HQ"}]

    async def test_a_review_follows_its_child(self, index: Index) -> None:
        child = await index.teacher.registered(**AMARA, nhs_number=ONE_NUMBER)
        review_id = (await index.nurse.register(**AMARA, nhs_number=ANOTHER)).json()["review_id"]
        other = await index.nurse.registered(**AMY)
        await index.officer.merged(child, other)
        (item,) = (await index.officer.but(categories=BASICS).reviews())["items"]
        assert item["candidate"]["child_id"] == other
        assert (await index.officer.but(unaware=True).reviews())["items"] == []
        answer = await index.officer.resolve(review_id, same=True, child_id=child)
        assert (answer.status_code, answer.json()["child_id"]) == (200, other)


class TestAtOnce:
    async def test_two_officers_merge_the_same_two(self, index: Index) -> None:
        amara, amy = await _two(index)
        officers = [index.officer, index.caller("other", "council", index.officer.role)]
        answers = await asyncio.gather(
            *(officer.merge(*pair) for officer in officers for pair in ((amara, amy), (amy, amara)))
        )
        # 503: decided on before the decision knew of the other's merge; to be asked again.
        assert {answer.status_code for answer in answers} - {503} in ({200}, {200, 409})
        await index.published("RecordsMerged", 1)
        ids = {each["child_id"] for each in await _known(index, amara, amy)}
        assert ids in ({amara}, {amy})

    async def test_a_merge_while_a_list_is_matched(self, index: Index) -> None:
        amara, amy = await _two(index, nhs_number=ONE_NUMBER)
        header = "given_name,family_name,date_of_birth,postcode,nhs_number,local_id\n"
        rows = [f"Amy,Cole,2014-07-03,LS1 {n % 10}AP,{ONE_NUMBER},\n" for n in range(60)]
        import_id = (await index.school_system.upload(header + "".join(rows))).json()["import_id"]
        for _ in range(4):
            merge_id = await index.officer.merged(amy, amara)
            assert (await index.officer.undo(merge_id)).status_code == 200
        done = await index.school_system.finished(import_id)
        assert done.counts["state"] == "completed"
        assert done.count("matched", "created", "review") == (60, 0, 0)
        assert {line["child_id"] for line in done.results} <= {amara, amy}
        assert [each["child_id"] for each in await _known(index, amara, amy)] == [amara, amy]


async def test_what_a_relative_is_called_follows_the_merge(index: Index) -> None:
    amara, amy = await _two(index)
    chidi = await index.child(given_name="Chidi", date_of_birth="2016-05-09")
    await index.teacher.relate(chidi, other_child_id=amy, relationship="sibling")

    async def seen(by: Caller) -> list[tuple[str, str]]:
        family = (await by.record(chidi))["family"]["relationships"]
        return [(each["child_id"], each["person"]["given_name"]) for each in family]

    knowing = index.teacher.but(related=(amara, amy))
    assert await seen(knowing) == [(amy, "Amy")]
    await index.officer.merged(amy, amara)
    assert await seen(knowing) == [(amara, "Amara")]
    # Before the decision knows of the merge, only what it spoke of is named.
    assert await seen(index.teacher.but(related=(amy,))) == [(amy, "Amy")]
    assert await seen(index.teacher) == []
    again = await index.teacher.relate(chidi, other_child_id=amara, relationship="sibling")
    (only,) = (await knowing.record(chidi))["family"]["relationships"]
    assert again.json()["relationship_id"] == only["relationship_id"]
    assert (await knowing.part(chidi, only["relationship_id"])).status_code == 204
    assert await seen(knowing) == []
    assert Category.FAMILY in knowing.categories


async def test_a_merge_in_the_middle_of_a_chain_takes_all_beneath_it_along(index: Index) -> None:
    people = [("Ann", "Lee"), ("Oliver", "Smith"), ("Zainab", "Khan"), ("Tomasz", "Nowak")]
    chain = [
        await index.child(given_name=given, family_name=family, date_of_birth=f"201{n}-03-07")
        for n, (given, family) in enumerate(people)
    ]
    merges = [await index.officer.merged(one, other) for one, other in pairwise(chain)]
    await index.officer.undo(merges[2])
    assert [each["child_id"] for each in await _known(index, *chain)] == [*[chain[2]] * 3, chain[3]]
    await index.officer.undo(merges[1])
    assert [each["child_id"] for each in await _known(index, *chain)] == [chain[1], chain[1], *chain[2:]]
