"""Match reviews: an index officer looks at doubtful records, and says what is what."""

from contracts.vocabulary import Category

from tests.child_index.kit import BASICS, Index, code, refused_fields

AMARA = {"given_name": "Amara", "family_name": "Okonkwo", "date_of_birth": "2014-03-07", "postcode": "M1 1AE"}
UNKNOWN = "01900000-0000-7000-8000-000000000000"


async def _doubtful(index: Index, number: str = "9990000018", **more: str) -> tuple[str, str]:
    """A child, and the review of a record that agrees in all but the NHS number."""
    child = await index.teacher.registered(**{**AMARA, **more}, nhs_number="9434765919")
    answer = await index.nurse.register(**{**AMARA, **more}, nhs_number=number, local_id="n1")
    assert answer.status_code == 202
    review_id: str = answer.json()["review_id"]
    return child, review_id


async def test_the_officer_sees_both_and_why(index: Index) -> None:
    child, review_id = await _doubtful(index)
    page = await index.officer.but(categories=BASICS).reviews()
    (item,) = page["items"]
    assert page["next_cursor"] is None
    assert item["review_id"] == review_id
    assert item["submitted"] == {k: v for k, v in AMARA.items() if k != "postcode"} | {"nhs_number": "9990000018"}
    assert item["candidate"]["child_id"] == child
    assert item["candidate"]["basics"]["nhs_number"] == "9434765919"
    assert "The NHS numbers are different." in item["candidate"]["because"]
    assert not any("9990000018" in reason or "Okonkwo" in reason for reason in item["candidate"]["because"])
    (wider,) = (await index.officer.but(categories=BASICS | {Category.WHEREABOUTS}).reviews())["items"]
    assert wider["submitted"]["postcode"] == "M1 1AE"


async def test_pages_and_silence(index: Index) -> None:
    children = [(await _doubtful(index, given_name=name))[0] for name in ("Amara",)]
    for number, (given, family, born) in enumerate(
        [("Oliver", "Smith", "2012-01-09"), ("Zainab", "Khan", "2015-06-30"), ("Tomasz", "Nowak", "2011-12-12")]
    ):
        person = {"given_name": given, "family_name": family, "date_of_birth": born, "postcode": "M1 1AE"}
        children.append(await index.teacher.registered(**person, nhs_number="9990000026"[:9] + "6" if False else None))
        assert (await index.nurse.register(**person, local_id=f"p{number}")).status_code in {200, 202}
