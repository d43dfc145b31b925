"""A correction shows, whichever records a child has; nothing hidden is shown; what was not meant stays."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from child_index.domain.corrections import Correction, FormerName, corrected, differences
from child_index.domain.person import Address, ChildRecord
from child_index.domain.wholes import Whole

_NAMES = st.sampled_from([("Amara", "Okonkwo"), ("Amarra", "Okonkwo"), ("Rose", "Whitfield"), ("Mara", "O'Konkwo")])
_DAYS = st.sampled_from([date(2024, 1, 1), date(2024, 6, 1), date(2025, 1, 1)])
_BORN = st.sampled_from([date(2014, 3, 7), date(2014, 7, 3)])
_PLACES = st.sampled_from([("12 Canal Street", "M1 1AE"), ("9 High Street", "M1 1AE"), (None, "LS1 4AP")])
_NUMBERS = st.sampled_from([None, "9434765919", "9434765870"])


@st.composite
def _stays(draw: st.DrawFn) -> tuple[Address, ...]:
    places = draw(st.lists(_PLACES, max_size=3, unique=True))
    found = [Address(line, code, draw(_DAYS), draw(st.none() | _DAYS)) for line, code in places]
    return tuple(sorted(found, key=lambda each: each.since, reverse=True))


@st.composite
def _children(draw: st.DrawFn) -> Whole:
    records = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        name, *others = draw(st.lists(_NAMES, min_size=1, max_size=4, unique=True))
        cut = draw(st.integers(0, len(others)))
        records.append(
            ChildRecord(
                child_id=f"child-{number}",
                child_no=number,
                given_name=name[0],
                family_name=name[1],
                date_of_birth=draw(_BORN),
                sex=draw(st.sampled_from([None, "female", "male"])),
                nhs_number=draw(_NUMBERS),
                upn=None,
                other_names=tuple(others[:cut]),
                hidden_names=tuple(others[cut:]),
                addresses=draw(_stays()),
            )
        )
    return Whole(records[0], tuple(records[1:]))


def _after(child: Whole, sent: Correction) -> Whole:
    changed = {after.child_id: after for _, after in corrected(child, sent)}
    records = [changed.get(record.child_id, record) for record in child.records]
    return Whole(records[0], tuple(records[1:]))


@settings(max_examples=60)
@given(_children(), _NAMES, st.sampled_from(FormerName), _BORN, _NUMBERS, _stays())
def test_what_is_sent_shows(
    child: Whole,
    name: tuple[str, str],
    former: FormerName,
    born: date,
    number: str | None,
    stays: tuple[Address, ...],
) -> None:
    sent = Correction(
        values={"date_of_birth": born, "nhs_number": number},
        given_name=name[0],
        family_name=name[1],
        former_name=former,
        addresses=stays,
    )
    now, old = _after(child, sent), child.root.name
    assert (now.root.name, now.root.date_of_birth) == (name, born)
    assert number is None or number in now.nhs_numbers
    assert {each.place for each in now.addresses} == {each.place for each in stays}
    if not child.others:
        assert set(now.addresses) == set(stays)
        assert now.nhs_numbers == [number] * (number is not None)
    # The name of before is where it was sent to, and nowhere else.
    if old != name:
        assert (old in now.hidden_names) == (former is FormerName.HIDDEN or old in child.hidden_names)
        if former is FormerName.KEPT and old not in child.hidden_names:
            assert old in now.other_names
        if former is not FormerName.KEPT:
            assert old not in now.other_names
    assert not {*now.other_names, now.root.name} & ({*now.hidden_names} - {now.root.name})
    assert corrected(now, sent) == [] or former is not FormerName.KEPT or bool(child.others)
    # Each record that was changed says how, and a record that was not says nothing.
    assert all(differences(before, after) for before, after in corrected(child, sent))


@settings(max_examples=60)
@given(_children(), st.lists(_NAMES, max_size=3, unique=True), _NAMES)
def test_names_are_listed_hidden_and_brought_back(
    child: Whole, listed: list[tuple[str, str]], hide: tuple[str, str]
) -> None:
    listed = [name for name in listed if name != child.root.name]
    now = _after(child, Correction(other_names=listed))
    assert set(now.other_names) == set(listed) - set(child.hidden_names)
    assert set(now.hidden_names) >= set(child.hidden_names) - {now.root.name}
    back = _after(child, Correction(other_names=listed, unhide=listed))
    assert set(back.other_names) == set(listed)
    if hide != child.root.name:
        hidden = _after(child, Correction(hide=[hide]))
        assert hide not in hidden.other_names
        # On every record, whichever of them is parted from the others later.
        assert all(hide in record.hidden_names and record.name != hide for record in hidden.records)
        assert hidden.root.name == child.root.name
