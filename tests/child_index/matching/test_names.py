"""How names are read and how far they agree, in any script."""

import pytest

from child_index.domain.matching import Band, PersonDetails
from tests.child_index.matching.people import OLIVER, compared, like, share_a_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë", "ZOE"),
        ("Małgorzata", "malgorzata"),
        ("Søren", "Soren"),
        ("Strauß", "STRAUSS"),
        ("Ștefania", "Stefania"),
        ("O’Brien", "O'Brien"),
        ("O'Brien", "OBrien"),
        ("Anne-Marie", "Anne Marie"),
        ("AnneMarie", "Anne-Marie"),
        ("ﬁona", "fiona"),
        ("Ｍｅｉ", "Mei"),
        ("مُحَمَّد", "محمد"),
        ("أحمد", "احمد"),
        ("فاطمة", "فاطمه"),
        ("  Ella\u200b ", "Ella"),
        ("Ella 😀", "Ella"),
    ],
)
def test_the_same_name_however_it_is_written(one: str, other: str) -> None:
    first, second = like(OLIVER, given_name=one), like(OLIVER, given_name=other)
    assert compared(first, second).band("given_name") is Band.EQUAL
    assert share_a_key(first, second)


@pytest.mark.parametrize(
    "name",
    [*["محمد", "王", "李小龍", "Ольга", "Ελένη", "ਹਰਪ੍ਰੀਤ", "தமிழ்", "ሰላም", "さくら", "김", "😀", "🦄🦄"], "X" * 200],
)
def test_no_name_vanishes(name: str) -> None:
    person = PersonDetails(name, name, OLIVER.date_of_birth, postcode="ZX1 4AB")
    assert compared(person, person).band("given_name") is Band.EQUAL
    other = like(person, given_name="Qq", family_name="Qq")
    assert compared(person, other).band("given_name") is Band.DIFFERENT


def test_indic_vowels_make_the_name() -> None:
    one, other = like(OLIVER, given_name="राम"), like(OLIVER, given_name="रमा")
    assert compared(one, other).band("given_name") is not Band.EQUAL


@pytest.mark.parametrize(
    ("one", "other", "band"),
    [
        ("Elizabeth", "Liz", Band.VARIANT),
        ("Thomas", "Tommy", Band.VARIANT),
        ("Mohammed", "Muhammad", Band.VARIANT),
        ("Katherine", "Kathryn", Band.VARIANT),
        ("Ella", "Ellie", Band.SIMILAR),
        ("Emily", "Millie", Band.SIMILAR),
        ("Oliver", "Olvier", Band.TYPO),
        ("Amelia", "Amelie", Band.SIMILAR),
        ("Amelie", "Amelis", Band.SIMILAR),
        ("Lucy", "Luct", Band.TYPO),
        ("Jayleigh Rose", "Rosie", Band.SIMILAR),
        ("Olivia", "Liv Louise", Band.PART),
        ("Oliver", "Oliver James", Band.FULLER),
        ("Oliver J", "Oliver James", Band.FULLER),
        ("Mohammed Hamza", "Hamza", Band.PART),
        ("Mohammed", "Mohammed Hamza", Band.SIMILAR),
        ("Anna Rose", "Anna May", Band.SIMILAR),
        ("O", "Oliver", Band.INITIAL),
        ("Oliver", "Jack", Band.DIFFERENT),
        ("Ibby", "Ibrahim", Band.VARIANT),
        ("Baby", "Oliver", Band.MISSING),
        ("Baby Boy", "Baby Boy", Band.MISSING),
        ("", "Oliver", Band.MISSING),
    ],
)
def test_given_names(one: str, other: str, band: Band) -> None:
    assert compared(like(OLIVER, given_name=one), like(OLIVER, given_name=other)).band("given_name") is band


@pytest.mark.parametrize(
    ("one", "other", "band"),
    [
        ("Smith-Jones", "Smith Jones", Band.EQUAL),
        ("Smith-Jones", "Jones", Band.PART),
        ("Al-Hassan", "Hassan", Band.PART),
        ("Clarke", "Clark", Band.VARIANT),
        ("Whitaker", "Whitakre", Band.TYPO),
        ("Smith", "Khan", Band.DIFFERENT),
        ("de la Cruz", "Delacruz", Band.EQUAL),
    ],
)
def test_family_names(one: str, other: str, band: Band) -> None:
    assert compared(like(OLIVER, family_name=one), like(OLIVER, family_name=other)).band("family_name") is band


def test_a_rare_name_says_more_than_a_common_one() -> None:
    rare, common = like(OLIVER, family_name="Thistlethwaite"), like(OLIVER, family_name="Smith")
    without = {"postcode": None, "address_line": None, "date_of_birth": None, "given_name": "", "sex": None}
    assert compared(like(rare, **without), rare).bits > compared(like(common, **without), common).bits


def test_a_former_name_is_as_good_as_the_present_one() -> None:
    record = like(OLIVER, family_name="Barnes", other_names=(("", "Whitaker"),))
    assert compared(OLIVER, record).band("family_name") is Band.EQUAL
    assert share_a_key(like(OLIVER, postcode=None, address_line=None), record)


def test_an_earlier_postcode_agrees() -> None:
    record = like(OLIVER, postcode="ZX9 9ZZ", address_line=None, earlier_postcodes=("ZX1 4AB",))
    assert compared(OLIVER, record).band("postcode") is Band.EARLIER
    assert share_a_key(like(OLIVER, date_of_birth=None, address_line=None), record)


def test_a_one_word_name_is_found_in_either_place() -> None:
    as_given = PersonDetails("Suharto", "", OLIVER.date_of_birth)
    as_family = PersonDetails("", "Suharto", OLIVER.date_of_birth)
    assert share_a_key(as_given, as_family)
    assert compared(as_given, as_family).bits > compared(as_given, like(as_family, family_name="Widodo")).bits


@pytest.mark.parametrize(
    ("line", "band"),
    [
        ("12 High Street", Band.EQUAL),
        ("12, High St.", Band.EQUAL),
        ("Flat 3, 12 High Street, Holmbridge", Band.EQUAL),
        ("12 Hihg Street", Band.EQUAL),
        ("14 High Street", Band.NEAR),
        ("Flat 3, High Court", Band.PART),
        ("3 Mill Lane", Band.DIFFERENT),
        ("", Band.MISSING),
    ],
)
def test_addresses(line: str, band: Band) -> None:
    assert compared(OLIVER, like(OLIVER, address_line=line)).band("address_line") is band
