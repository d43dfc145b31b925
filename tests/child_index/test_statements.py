"""A record is what was said of it: without some of it, it is what the rest says."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from child_index.domain.accuracy import ACCURATE, known_as
from child_index.domain.person import ChildRecord, Person
from child_index.domain.statements import Kind, Statement, told, without
from child_index.domain.vouched import Vouched

_DAY = date(2026, 1, 1)
_NAMES = st.sampled_from([("Amara", "Okonkwo"), ("Amarra", "Okonkwo"), ("Amara", "Adeyemi"), ("Mara", "O'Konkwo")])
_PLACES = st.sampled_from([(None, None), ("12 Canal Street", "M1 1AE"), ("9 High Street", "M1 1AE"), (None, "LS1 4AP")])
_BORN = st.sampled_from(
    [
        (date(2014, 3, 7), ACCURATE),
        (date(2014, 7, 3), ACCURATE),
        (date(2014, 3, 1), ACCURATE),
        (date(2014, 3, 1), "UAA"),
        (date(2014, 1, 1), "UUA"),
    ]
)


@st.composite
def _persons(draw: st.DrawFn) -> Person:
    (given_name, family_name), (line, postcode), (born, accuracy) = draw(_NAMES), draw(_PLACES), draw(_BORN)
    return Person(
        given_name=given_name,
        family_name=family_name,
        date_of_birth=born,
        born_accuracy=accuracy,
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
        kind = Kind.REGISTERED if not found else Kind.CHANGED if known else Kind.LINKED
        found.append(_statement(place + 1, sender, kind, draw(_persons())))
    return found


def _held(record: ChildRecord) -> tuple[object, ...]:
    """Names and addresses in no order: former ones have none that matters."""
    return (
        (record.given_name, record.family_name),
        set(record.other_names),
        set(record.addresses),
        (record.date_of_birth, record.born_accuracy, record.sex, record.nhs_number, record.upn),
    )


def _of(statements: list[Statement], sender: str) -> set[int]:
    return {each.statement_no for each in statements if each.source_key == sender}


def _statement(number: int, sender: int, kind: Kind, person: Person) -> Statement:
    return Statement(
        statement_no=number,
        child_no=1,
        kind=kind,
        source="service:roll",
        source_key=f"id:{sender}",
        person=person,
        said_on=_DAY + timedelta(days=number),
        import_id=None,
        row=None,
        weights_version=None,
        review_id=None,
        score=None,
        undone_at=None,
        undone_by=None,
    )


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


@given(_said(), st.sampled_from(["UAA", "UUA"]))
def test_who_sends_less_of_a_date_takes_no_day_away(statements: list[Statement], less: str) -> None:
    whole, last = told("c", statements), statements[-1]
    if whole.born_accuracy != ACCURATE or last.person.born_accuracy != ACCURATE:
        return
    part = replace(last.person, date_of_birth=known_as(whole.date_of_birth, less), born_accuracy=less)
    after = told("c", [*statements, replace(last, statement_no=99, kind=Kind.CHANGED, person=part)])
    assert (after.date_of_birth, after.born_accuracy) == (whole.date_of_birth, ACCURATE)


def test_how_sure_a_date_is_goes_and_stays_with_the_date() -> None:
    month = Person("Amara", "Okonkwo", date_of_birth=date(2014, 3, 1), born_accuracy="UAA")
    day = replace(month, born_accuracy=ACCURATE)
    statements = [_statement(1, 0, Kind.REGISTERED, month), _statement(2, 1, Kind.LINKED, day)]
    whole = told("c", statements)
    assert whole.born_accuracy == ACCURATE
    assert without(whole, statements, {2}, Vouched()) == told("c", statements[:1])
    # A certificate was seen too: the day was the first.
    for said in (("date_of_birth_accuracy", "UAA", ACCURATE), ("date_of_birth", "2014-02-01", "2014-03-01")):
        assert without(whole, statements, {2}, Vouched.of([said])) == whole
    gone = Vouched.of([("date_of_birth", "2014-02-01", "2014-03-01"), ("date_of_birth_accuracy", "EAA", "UAA")])
    assert without(whole, statements, {2}, gone).born_accuracy == "UAA"
