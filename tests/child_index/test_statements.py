"""A record is what was said of it: without some of it, it is what the rest says."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from child_index.domain.person import ChildRecord, Person
from child_index.domain.statements import Kind, Statement, told, without
from child_index.domain.vouched import Vouched

_DAY = date(2026, 1, 1)
_NAMES = st.sampled_from([("Amara", "Okonkwo"), ("Amarra", "Okonkwo"), ("Amara", "Adeyemi"), ("Mara", "O'Konkwo")])
_PLACES = st.sampled_from([(None, None), ("12 Canal Street", "M1 1AE"), ("9 High Street", "M1 1AE"), (None, "LS1 4AP")])
_BORN = st.sampled_from([date(2014, 3, 7), date(2014, 7, 3)])


@st.composite
def _persons(draw: st.DrawFn) -> Person:
    (given_name, family_name), (line, postcode) = draw(_NAMES), draw(_PLACES)
    return Person(
        given_name=given_name,
        family_name=family_name,
        date_of_birth=draw(_BORN),
        sex=draw(st.sampled_from([None, "female"])),
        address_line=line,
        postcode=postcode,
        nhs_number=draw(st.sampled_from([None, "9434765919"])),
        upn=draw(st.sampled_from([None, "H801200001001", "K80120000100A"])),
    )


@st.composite
def _said(draw: st.DrawFn) -> list[Statement]:
    """What up to four senders said: each registers or links its record first, and may change it afterwards."""
    senders = draw(st.lists(st.integers(0, 3), min_size=1, max_size=7))
    found: list[Statement] = []
    for place, sender in enumerate(senders):
        known = any(each.source_key == f"id:{sender}" for each in found)
        found.append(
            Statement(
                statement_no=place + 1,
                child_no=1,
                kind=Kind.REGISTERED if not found else Kind.CHANGED if known else Kind.LINKED,
                source="service:roll",
                source_key=f"id:{sender}",
                person=draw(_persons()),
                said_on=_DAY + timedelta(days=place),
                import_id=None,
                row=None,
                weights_version=None,
                review_id=None,
                score=None,
                undone_at=None,
                undone_by=None,
            )
        )
    return found


def _held(record: ChildRecord) -> tuple[object, ...]:
    """Names and addresses in no order: former ones have none that matters."""
    return (
        (record.given_name, record.family_name),
        set(record.other_names),
        set(record.addresses),
        (record.date_of_birth, record.sex, record.nhs_number, record.upn),
    )


def _of(statements: list[Statement], sender: str) -> set[int]:
    return {each.statement_no for each in statements if each.source_key == sender}


@given(_said())
def test_without_a_sender_it_is_what_the_others_said(statements: list[Statement]) -> None:
    whole = told("c", statements)
    for sender in {each.source_key for each in statements} - {statements[0].source_key}:
        gone = _of(statements, sender)
        rest = [each for each in statements if each.statement_no not in gone]
        assert _held(without(whole, statements, gone, Vouched())) == _held(told("c", rest))


@given(_said(), st.permutations(range(4)))
def test_without_all_the_others_in_any_order_it_is_the_first_senders(
    statements: list[Statement], order: list[int]
) -> None:
    record, left = told("c", statements), statements
    for sender in (f"id:{number}" for number in order):
        if sender == statements[0].source_key:
            continue
        gone = _of(left, sender)
        record = without(record, left, gone, Vouched())
        left = [each for each in left if each.statement_no not in gone]
    assert _held(record) == _held(told("c", left))


@given(_said(), _persons())
def test_what_came_another_way_stays(statements: list[Statement], correction: Person) -> None:
    """An officer's correction is nobody's statement."""
    whole = told("c", statements)
    if correction.nhs_number is None or whole.nhs_number is not None:
        return
    corrected = ChildRecord.of("c", correction, _DAY)
    for sender in {each.source_key for each in statements} - {statements[0].source_key}:
        after = without(corrected, statements, _of(statements, sender), Vouched())
        assert after.nhs_number == correction.nhs_number
