"""What is linked, what is new, and what a human must look at."""

from datetime import date

import pytest

from child_index.domain.matching import PersonDetails
from tests.child_index.matching.people import OLIVER, decided, like

NHS_A, NHS_B = "9990000018", "9990000026"
UPN_A, UPN_B, UPN_TEMPORARY = "H801200001001", "X801200001002", "U80120000100A"


@pytest.mark.parametrize(
    "written",
    [
        OLIVER,
        like(OLIVER, given_name="OLIVER", family_name="whitaker", postcode="zx14ab"),
        like(OLIVER, given_name="Olvier"),
        like(OLIVER, family_name="Whittaker"),
        like(OLIVER, given_name="Ollie"),
        like(OLIVER, given_name="Oliver James"),
        like(OLIVER, given_name="Whitaker", family_name="Oliver"),
        like(OLIVER, family_name="Whitaker-Jones"),
        like(OLIVER, date_of_birth=date(2014, 5, 3)),
        like(OLIVER, date_of_birth=date(2013, 3, 5)),
        like(OLIVER, postcode="ZX9 2BC", address_line="3 Mill Lane"),
        like(OLIVER, postcode=None, address_line=None, sex=None),
    ],
)
def test_one_error_of_a_clerk_does_not_hinder_the_link(written: PersonDetails) -> None:
    decision = decided(written, OLIVER)
    assert (decision.outcome, decision.candidate_id) == ("link", "0")
    assert decision.score > 0.95


def test_nobody_near_is_a_new_child() -> None:
    decision = decided(OLIVER)
    assert (decision.outcome, decision.candidate_id, decision.ranked) == ("new", None, ())


@pytest.mark.parametrize(
    "other",
    [
        like(OLIVER, given_name="Jack", date_of_birth=date(2011, 9, 20)),  # a brother
        like(OLIVER, date_of_birth=date(2011, 9, 20), postcode="ZX7 3QA", address_line="4 Elm Road"),  # a namesake
        like(OLIVER, given_name="Amelia", family_name="Khan", sex="female"),  # next door, born the same day
    ],
)
def test_another_child_is_new(other: PersonDetails) -> None:
    assert decided(other, OLIVER).outcome == "new"


@pytest.mark.parametrize(
    ("twin", "sex"),
    [
        ("Jack", "male"),
        ("Olivia", "female"),
        ("Olivia", "male"),
        ("Olive", "female"),
        ("Baby", "male"),
        ("O", "male"),
        ("", "male"),
    ],
)
def test_a_twin_is_never_linked_without_a_human(twin: str, sex: str) -> None:
    assert decided(like(OLIVER, given_name=twin, sex=sex), OLIVER).outcome != "link"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed Hassan", "Mohammed Hussain"),
        ("Mohammed", "Mohammed Hussain"),
        ("Ella", "Ellie"),
        ("Amelia", "Amelie"),
        ("Umar", "Umair"),
        ("Harpreet", "Gurpreet"),
        ("Emily", "Millie"),
        ("Anna Rose", "Anna May"),
        ("Daniel", "Danielle"),
        ("Baby", "Baby"),
        ("Taiwo", "Kehinde"),
        ("王明", "王亮"),
        ("علي", "عمر"),
    ],
)
def test_twins_with_names_alike_are_never_linked_without_a_human(one: str, other: str) -> None:
    assert decided(like(OLIVER, given_name=one, sex=None), like(OLIVER, given_name=other, sex=None)).outcome != "link"


@pytest.mark.parametrize("given", ["Oliver", "Oliver James", "Olvier"])
def test_a_family_name_that_changed_does_not_hinder_the_link_where_all_else_agrees(given: str) -> None:
    assert decided(like(OLIVER, given_name=given, family_name="Barnes"), OLIVER).outcome == "link"


@pytest.mark.parametrize(
    "changed",
    [
        like(OLIVER, family_name="Barnes", sex="female"),
        like(OLIVER, family_name="Barnes", date_of_birth=date(2014, 5, 3)),
        like(OLIVER, family_name="Barnes", address_line="3 Mill Lane"),
        like(OLIVER, family_name="Barnes", postcode="ZX9 2BC"),
        like(OLIVER, family_name="Barnes", address_line=None),
        like(OLIVER, family_name="Barnes", upn=UPN_B),
        like(OLIVER, family_name="Barnes", nhs_number=NHS_B),
    ],
)
def test_a_family_name_that_changed_with_anything_else_goes_to_a_human(changed: PersonDetails) -> None:
    assert decided(changed, like(OLIVER, upn=UPN_TEMPORARY, nhs_number=NHS_A)).outcome == "review"


def test_between_two_twins_the_right_one_is_linked() -> None:
    decision = decided(like(OLIVER, given_name="Olvier"), like(OLIVER, given_name="Jack"), OLIVER)
    assert (decision.outcome, decision.candidate_id) == ("link", "1")


def test_two_records_that_fit_alike_go_to_a_human() -> None:
    decision = decided(OLIVER, OLIVER, like(OLIVER, address_line="12 High St"))
    assert decision.outcome == "review"
    assert decision.ranked[0].score == pytest.approx(0.5, abs=0.01)


def test_different_nhs_numbers_are_never_linked_without_a_human() -> None:
    query, record = like(OLIVER, nhs_number=NHS_A, upn=UPN_A), like(OLIVER, nhs_number=NHS_B, upn=UPN_A)
    assert decided(query, record).outcome == "review"


def test_a_wrong_nhs_number_is_no_evidence() -> None:
    assert decided(like(OLIVER, nhs_number="9990000019"), like(OLIVER, nhs_number=NHS_B)).outcome == "link"


def test_the_same_nhs_number_with_another_name_and_birth_date_goes_to_a_human() -> None:
    other = PersonDetails("Amelia", "Khan", date(2010, 10, 10), "female", "ZX8 1AA", nhs_number=NHS_A)
    decision = decided(other, like(OLIVER, nhs_number=NHS_A))
    assert (decision.outcome, decision.candidate_id) == ("review", "0")


def test_the_number_of_the_twin_does_not_make_two_one() -> None:
    query = like(OLIVER, given_name="Jack", nhs_number=NHS_A)
    assert decided(query, like(OLIVER, nhs_number=NHS_A)).outcome == "review"


def test_the_same_nhs_number_overcomes_a_changed_name_and_address() -> None:
    query = like(OLIVER, family_name="Barnes", postcode="ZX8 1AA", address_line="", nhs_number="999 000 0018")
    assert decided(query, like(OLIVER, nhs_number=NHS_A)).outcome == "link"


def test_an_identifier_on_one_record_and_the_details_on_another_go_to_a_human() -> None:
    namesake = PersonDetails("Amelia", "Khan", date(2010, 10, 10), nhs_number=NHS_A)
    assert decided(like(OLIVER, nhs_number=NHS_A), namesake, OLIVER).outcome == "review"


def test_different_permanent_upns_are_never_linked_without_a_human() -> None:
    assert decided(like(OLIVER, upn=UPN_A), like(OLIVER, upn=UPN_B)).outcome == "review"


def test_a_temporary_upn_gives_way_to_a_permanent_one() -> None:
    assert decided(like(OLIVER, upn=UPN_A), like(OLIVER, upn=UPN_TEMPORARY)).outcome == "link"


def test_the_same_nhs_number_overcomes_different_upns() -> None:
    query, record = like(OLIVER, nhs_number=NHS_A, upn=UPN_A), like(OLIVER, nhs_number=NHS_A, upn=UPN_B)
    assert decided(query, record).outcome == "link"


def test_the_parted_are_neither_linked_nor_reviewed_again() -> None:
    decision = decided(OLIVER, OLIVER, parted=frozenset({"0"}))
    assert (decision.outcome, decision.candidate_id) == ("new", None)
    assert decision.ranked[0].parted
    assert decision.ranked[0].score == 0


def test_a_parted_record_does_not_stand_in_the_way_of_another() -> None:
    decision = decided(OLIVER, OLIVER, OLIVER, parted=frozenset({"0"}))
    assert (decision.outcome, decision.candidate_id) == ("link", "1")


def test_a_missing_birth_date_goes_to_a_human() -> None:
    assert decided(like(OLIVER, date_of_birth=None), OLIVER).outcome == "review"


def test_a_second_line_of_the_same_list_is_linked_only_when_it_is_a_copy() -> None:
    slip = like(OLIVER, given_name="Olvier", postcode="ZX9 2BC", address_line="3 Mill Lane")
    assert decided(OLIVER, OLIVER, same_source=frozenset({"0"})).outcome == "review"
    assert decided(slip, OLIVER).outcome == "link"
    assert decided(slip, OLIVER, same_source=frozenset({"0"})).outcome == "review"


def test_an_unlike_twin_on_the_same_list_is_new() -> None:
    twin = like(OLIVER, given_name="Jack")
    assert decided(twin, OLIVER).outcome == "review"
    assert decided(twin, OLIVER, same_source=frozenset({"0"})).outcome == "new"


def test_the_reasons_come_first_and_name_no_value() -> None:
    query, record = like(OLIVER, nhs_number=NHS_A), like(OLIVER, nhs_number=NHS_B)
    because = decided(query, record).because
    assert because[0] == "The NHS numbers are different."
    for value in ("oliver", "whitaker", "2014", "zx1", "high", NHS_A, NHS_B):
        assert value not in " ".join(because).lower()
