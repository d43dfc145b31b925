"""A practitioner searches with what they have; the right child comes with a word that says how sure it is."""

from datetime import date

import pytest

from child_index.domain.matching import (
    PLAUSIBLE,
    PersonDetails,
    Ranked,
    SearchStatus,
    prepare,
    probability,
    rank,
    scores,
    search_status,
    status,
)
from tests.child_index.matching.people import FREQUENCIES, OLIVER, like, share_a_key

OTHERS = (
    like(OLIVER, given_name="Jack", date_of_birth=date(2011, 9, 20)),
    PersonDetails("Oliver", "Smith", date(2014, 3, 5), "male", "ZX5 2CD", "8 Elm Road"),
    PersonDetails("Amelia", "Khan", date(2014, 3, 5), "female", "ZX1 4AB", "14 High Street"),
    PersonDetails("Olivia", "Whitaker", date(2012, 7, 1), "female", "ZX3 3EF", "2 Park Lane"),
)


def search(query: PersonDetails, *records: PersonDetails, population: int) -> tuple[SearchStatus, tuple[Ranked, ...]]:
    found = [(str(number), prepare(record)) for number, record in enumerate(records) if share_a_key(query, record)]
    ranked = rank(prepare(query), found, FREQUENCIES, population=population)
    return search_status([each.score for each in ranked]), ranked


@pytest.mark.parametrize("population", [1, 5_000, 200_000])
@pytest.mark.parametrize(
    "query",
    [
        PersonDetails("Olivr", "Whitaker", date(2014, 3, 5)),
        PersonDetails("Oliver", "Whittaker", date(2014, 3, 5)),
        PersonDetails("Ollie", "Whitaker", date(2014, 3, 5)),
        PersonDetails("Oliver", "Whitaker", date(2014, 5, 3), postcode="ZX1 4AB"),
        PersonDetails("Oliver", "Whitaker", postcode="ZX1 4AB"),
        PersonDetails("Olivr", "Whitaker", postcode="ZX1 4AB"),
        PersonDetails("Whitaker", "Oliver", date(2014, 3, 5)),
        PersonDetails("", "Whitaker", date(2014, 3, 5)),
        PersonDetails(nhs_number="9990000018"),
        PersonDetails(upn="H801200001001"),
    ],
)
def test_the_right_child_comes_first_and_plainly(query: PersonDetails, population: int) -> None:
    child = like(OLIVER, nhs_number="9990000018", upn="H801200001001")
    word, ranked = search(query, *OTHERS, child, population=population)
    assert ranked[0].candidate_id == str(len(OTHERS))
    assert word in {"match", "potential_match"}
    assert ranked[0].status == word


@pytest.mark.parametrize(
    "query",
    [
        PersonDetails("Olivr", "Whitaker", date(2012, 3, 5), postcode="ZX9 9ZZ"),
        PersonDetails("Oliver", "Whitker", date(2014, 3, 28), postcode="ZX9 9ZZ"),
        PersonDetails("Oliver", "Wihtaker", date(2014, 11, 5)),
        PersonDetails("Barnes", "Whitaker", date(2014, 5, 3)),
        PersonDetails("Jon", "Barnes", postcode="ZX4 1AB"),
        PersonDetails("", "Whitaker", address_line="Flat 1, High St"),
        PersonDetails("Jon", "Barnes", date(2014, 3, 5), address_line="High Street"),
    ],
)
def test_a_child_is_looked_at_though_much_is_wrong(query: PersonDetails) -> None:
    assert share_a_key(query, OLIVER)


def test_nobody_is_looked_at_for_what_many_share() -> None:
    """A name, a year of birth, a house number and street or a district alone."""
    for few in (
        PersonDetails("Oliver", "Barnes", date(2014, 7, 9), postcode="ZX1 9ZZ"),
        PersonDetails("Oliver", "Smith", date(2009, 7, 9)),
        PersonDetails("Jon", "Barnes", date(2014, 7, 9), address_line="12 High Street"),
    ):
        assert not share_a_key(few, OLIVER)


def test_with_all_the_details_of_one_child_the_word_is_match() -> None:
    word, ranked = search(OLIVER, *OTHERS, OLIVER, population=12_000_000)
    assert (word, ranked[0].status) == ("match", "match")
    assert all(each.score < PLAUSIBLE for each in ranked[1:])


def test_twins_sought_without_a_given_name_are_many() -> None:
    twin = like(OLIVER, given_name="Jack")
    word, ranked = search(PersonDetails("", "Whitaker", date(2014, 3, 5)), OLIVER, twin, population=20_000)
    assert word == "many_match"
    assert ranked[0].score == pytest.approx(ranked[1].score)


def test_nobody_alike_is_no_match() -> None:
    word, _ = search(PersonDetails("Zebedee", "Okonkwo", date(2003, 1, 9)), *OTHERS, OLIVER, population=20_000)
    assert word == "no_match"


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (1.0, "match"),
        (0.95, "match"),
        (0.9499, "potential_match"),
        (0.85, "potential_match"),
        (0.8499, "low_confidence_match"),
        (0.0, "low_confidence_match"),
    ],
)
def test_the_words_have_the_bounds_of_the_sui_matcher(score: float, word: str) -> None:
    assert status(score) == word


def test_the_word_for_a_whole_answer() -> None:
    assert search_status([]) == "no_match"
    assert search_status([0.001]) == "no_match"
    assert search_status([0.3, 0.99]) == "match"
    assert search_status([0.9]) == "potential_match"
    assert search_status([0.5, 0.1]) == "low_confidence_match"
    assert search_status([0.45, 0.45]) == "many_match"


def test_scores_of_one_alone_are_its_probability_and_never_sum_above_one() -> None:
    assert scores([]) == ()
    assert scores([3.0]) == pytest.approx((probability(3.0),))
    assert scores([5000.0, -5000.0]) == pytest.approx((1.0, 0.0))
    assert sum(scores([10.0, 9.0, 8.0])) <= 1.0
    assert probability(0.0) == 0.5
    assert probability(-1e9) == 0.0
