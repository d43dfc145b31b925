"""Where a child is does not show by the way, nor by trying it out, to whoever may not learn it."""

from itertools import permutations
from typing import Any

import pytest

from contracts.events.consent import ShieldLifted, ShieldPlaced
from contracts.vocabulary import Category, Role
from tests.child_index.kit import EVERYTHING, Caller, Index

pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = {"given_name": "Amara", "family_name": "Okonkwo"}
BORN = {"date_of_birth": "2014-03-07"}
HOME = {"address_line": "12 Canal Street", "postcode": "M1 1AE"}
LIST = """\
local_id,given_name,family_name,date_of_birth,postcode,address_line
{},Tamara,Okonkwo,2014-05-07,{}
"""
ENDINGS = ("nkwo", "well", "sson", "hurst", "amoto", "ić")
PLACES = ("Hilltop", "roll", "school", "list", "practice", "nurse", "teacher", "Canal", "M1 1AE", "960 123")
"""What tells of a place: services near the child, who works there, addresses, phones."""


def _veiled(caller: Caller, child: str) -> Caller:
    return caller.but(categories=EVERYTHING - {Category.WHEREABOUTS}, veiled=(child,))


def _told_of(answer: Any) -> list[str]:
    text = str(answer)
    return [word for word in PLACES if word in text]


async def _full(index: Index) -> tuple[str, str]:
    """A child with a school, a surgery and a social worker; and a sibling."""
    child = await index.child(nhs_number="9434765919", **HOME)
    sibling = await index.child(given_name="Chidi", date_of_birth="2012-01-02", **HOME)
    await index.teacher.opened(child, "roll", contact="Room 4")
    await index.nurse.opened(child, "list", started_on="2024-06-01")
    await index.worker.opened(child, "front-door", started_on="2024-07-01")
    person = {"given_name": "Ngozi", "family_name": "Okonkwo", "phone": "01632 960 123"}
    await index.teacher.relate(child, relationship="parent", person=person)
    await index.teacher.relate(child, relationship="sibling", other_child_id=sibling)
    await index.teacher.assign_lead(child, practitioner_id="nurse")
    await index.teacher.corrected(child, sex="female", reason="Told at Hilltop")
    return child, sibling


async def test_nothing_in_the_record_tells_where_the_child_is(index: Index) -> None:
    child, sibling = await _full(index)
    open_ = index.worker.but(related=(sibling,))
    assert len(set(_told_of(await open_.record(child)))) > 5
    veiled = _veiled(open_, child)
    record = await veiled.record(child)
    kinds = [each["service"].get("type") for each in record["involvement"]["episodes"]]
    assert sorted(kinds) == ["gp", "school", "social_care"]
    near = [each for each in record["involvement"]["episodes"] if each["service"]["type"] != "social_care"]
    assert [set(each) for each in near] == [{"episode_id", "service", "started_on", "ended_on"}] * 2
    (far,) = (each for each in record["involvement"]["episodes"] if each["service"]["type"] == "social_care")
    assert (far["service"]["name"], far["practitioner"]["name"]) == ("Front-Door", "Worker")
    assert record["involvement"]["lead_professional"] is None
    (mother,) = record["family"]["relationships"]
    assert mother["person"] == {"given_name": "Ngozi", "family_name": "Okonkwo"}
    masked = [*({**each, "service": {}} for each in near), far]
    kept = {**record, "involvement": {"episodes": masked}}
    assert _told_of(kept) == []
    drafts = await veiled.call("GET", f"/v1/children/{child}?format=mais", "child.read", child=child)
    episodes = [{**each, "type": []} for each in drafts.json()["serviceEpisode"]]
    assert _told_of({**drafts.json(), "serviceEpisode": episodes}) == []
    assert sibling not in str([record, drafts.json()])
    leads = await veiled.call("GET", f"/v1/children/{child}/lead-professional", "lead.read", child=child)
    assert leads.json() == {"items": []}
    history = await veiled.history(child)
    assert {each["category"] for each in history["items"]} <= {"basics", "family"}
    assert _told_of(history) == []
    await index.officer.assign_lead(child, practitioner_id="worker")
    assert (await veiled.record(child))["involvement"]["lead_professional"]["practitioner_id"] == "worker"


async def test_a_search_does_not_confirm_it(index: Index) -> None:
    child, _ = await _full(index)
    veiled = _veiled(index.worker, child).but(categories={Category.BASICS})
    right, wrong = {"postcode": "M1 1AE"}, {"postcode": "LS1 4AP"}
    assert await index.worker.found(**NAMES, **right) == [child]
    answers = [await veiled.search(**NAMES, **place) for place in (right, wrong)]
    assert [each.json() for each in answers] == [{"status": "no_match", "matches": []}] * 2
    # By who they are the child is found, and a postcode beside it changes nothing, right or wrong.
    answers = [await veiled.search(**NAMES, **BORN, **place) for place in ({}, right, wrong)]
    assert [match["child_id"] for match in answers[0].json()["matches"]] == [child]
    assert answers[1].json() == answers[2].json()
    assert _told_of(answers[0].json()) == []
    # No record is taken for the child's by where they live: an officer looks.
    told = [await veiled.register(**NAMES, **BORN, **place) for place in ({}, HOME)]
    assert [each.status_code for each in told] == [202, 202]


async def test_an_officer_who_does_not_see_it_merges_all_the_same(index: Index) -> None:
    child = await index.child(**HOME)
    other = await index.child(given_name="Zadie", **HOME)
    officer = index.officer.but(categories={Category.BASICS}, veiled=(child, other))
    merge_id = await officer.merged(other, child, despite=["parted"])
    assert (await officer.undo(merge_id)).status_code == 200


async def test_no_address_is_tried_out_by_registering(index: Index) -> None:
    child = await index.child(**HOME)
    near = {"given_name": "Tamara", "family_name": "Okonkwo", "date_of_birth": "2014-05-07"}
    elsewhere = {"address_line": "3 Mill Lane", "postcode": "LS1 4AP"}
    for unaware in (_veiled(index.worker, child), index.worker.but(hidden=(child,))):
        for place in (elsewhere, HOME):
            named = await unaware.call("POST", "/internal/candidates/v1/children", "child.create", json=near | place)
            assert named.json()["children"] == [child]
            assert (await unaware.register(**near, **place)).status_code == 202
    # To whoever may know of it an address speaks.
    assert (await index.worker.register(**near, **elsewhere, local_id="1")).status_code == 201


async def test_a_person_query_and_a_review_tell_no_place(index: Index) -> None:
    child, _ = await _full(index)
    parameter = [
        {
            "name": "resource",
            "resource": {
                "resourceType": "Patient",
                "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9434765919"}],
                "name": [{"family": "Okonkwo", "given": ["Amara"]}],
                "birthDate": "2014-03-07",
            },
        },
        {"name": "reason", "valueUri": "https://www.legislation.gov.uk/ukpga/1989/41/section/47"},
    ]
    body = {"resourceType": "Parameters", "parameter": parameter}
    path = "/fhir/R4/Patient/$person-info-query"
    contact = {Category.BASICS, Category.INVOLVEMENT}
    asked: dict[str, Any] = {"json": body, "sent": {"Content-Type": "application/fhir+json"}}
    answer = await index.worker.but(categories=contact).call_with_candidates("POST", path, "person.query", **asked)
    assert "Hilltop School" in answer.text
    answer = await index.worker.but(categories=contact, veiled=(child,)).call_with_candidates(
        "POST", path, "person.query", **asked
    )
    assert "PERMIT" in answer.text
    assert "Front-Door" in answer.text
    assert _told_of(answer.json()) == []
    # What a school sent waits for an officer, who is not told who sent it, nor whether the address agrees.
    told = await index.teacher.register(given_name="Amarra", family_name="Okonkwo", date_of_birth="2014-07-03", **HOME)
    review_id = told.json()["review_id"]
    seen = (await index.officer.review(review_id, child)).json()
    assert seen["candidate"]["addresses"]
    assert seen["agency_id"] == "school"
    answers = [(await _veiled(index.officer, child).review(review_id, child)).json()]
    answers += (await index.officer.but(categories={Category.BASICS}, veiled=(child,)).reviews())["items"]
    assert len(answers) == 2
    assert [_told_of(each) for each in answers] == [[], []]


async def test_no_address_is_tried_out_by_a_list(index: Index) -> None:
    child = await index.child(**HOME)

    async def outcomes(local_id: str = "1", **asked: str) -> list[str]:
        """What a list answers that has the child's address, and one that has another."""
        done = [
            await index.school_system.imported(LIST.format(f"{local_id}-{turn}", where), **asked)
            for turn, where in enumerate(("M1 1AE,12 Canal Street", "LS1 4AP,3 Mill Lane"))
        ]
        return [each.results[0]["outcome"] for each in done]

    assert await outcomes(check="true") == ["review", "created"]
    await index.tell(ShieldPlaced(shield_id="s1", child_id=child))
    assert await outcomes("real") == ["review"] * 2


async def test_no_address_is_tried_out_on_what_waits_for_an_officer(index: Index) -> None:
    header = "local_id,given_name,family_name,date_of_birth,nhs_number,postcode,address_line\n"
    row = "{},Amara,{},2014-03-07,{},{}\n".format
    home, number = "M1 1AE,12 Canal Street", "9434765919"
    child = await index.child(**HOME)
    surgery = index.nurse.but(role=Role.SYSTEM)
    # The same child once more, or somebody else: the surgery has the child under another number of its own already.
    listed = header + row(7, "Okonkwo", "", home) + row(8, "Okonkwoo", number, home)
    sent = await surgery.imported(listed, "list")
    assert [line["outcome"] for line in sent.results] == ["matched", "review"]
    await index.worker.corrected(child, nhs_number=number)
    await index.tell(ShieldPlaced(shield_id="s1", child_id=child))
    outcomes = []
    for place in (home, "LS1 4AP,3 Mill Lane", ","):
        checked = await index.school_system.imported(header + row(1, "Okonkwo", number, place), check="true")
        outcomes.append(checked.results[0]["outcome"])
    assert outcomes == ["matched"] * 3


async def test_a_shield_holds_in_whatever_order_events_come(index: Index) -> None:
    """One shield takes the place of another, and mostly ends too. Each order is told of a child of its own."""
    replaced = [(ShieldPlaced, "2"), (ShieldPlaced, "1"), (ShieldLifted, "2")]  # ids tell nothing of time
    ended = [*replaced, (ShieldLifted, "1")]
    orders = [*permutations(replaced), *permutations(ended), *((*ended, late) for late in ended)]
    names = [f"{first}{last}" for first in ("Oko", "Bram", "Fitz", "Wre", "Dag", "Yel") for last in ENDINGS]
    told = dict(zip(names, orders, strict=False))
    assert len(told) == len(orders) == 34
    header = "local_id,given_name,family_name,date_of_birth,postcode,address_line"
    home = [
        f"{name},Amara,{name},{2006 + place % 17}-03-0{7 + place // 17},M1 {place // 17}AE,{place} Canal Street"
        for place, name in enumerate(told)
    ]
    near = [row.replace("-03-", "-05-") for row in home]
    children = (await index.nurse.but(role=Role.SYSTEM).imported("\n".join([header, *home]), "list")).children
    events = []
    for name, order in told.items():
        child = children[name]
        assert child is not None
        events += [kind(shield_id=f"{name} {number}", child_id=child) for kind, number in order]
    for first in range(0, len(events), 50):
        await index.tell(*events[first : first + 50])
    checked = await index.school_system.imported("\n".join([header, *near]), check="true")
    outcomes = {line["local_id"]: line["outcome"] for line in checked.results}
    # By where they live they are the same children; of whom there is a shield, that counts for nothing.
    assert outcomes == {name: "review" if len(order) == len(replaced) else "matched" for name, order in told.items()}


async def test_a_shield_over_one_of_merged_records_holds_for_them_all(index: Index) -> None:
    child = await index.child(**HOME)
    other = await index.child(given_name="Zadie", **HOME)
    await index.officer.merged(other, child, despite=["parted"])
    await index.tell(ShieldPlaced(shield_id="s1", child_id=other))
    told = []
    for where in ("M1 1AE,12 Canal Street", "LS1 4AP,3 Mill Lane"):
        told.append((await index.school_system.imported(LIST.format(1, where), check="true")).results[0]["outcome"])
    assert told[0] == told[1]
