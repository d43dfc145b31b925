"""Name tables: the built-in one, and one counted from an index's own children."""

from child_index.domain.matching import NameFrequencies, PersonDetails, prepare


def rarity(frequencies: NameFrequencies, given: str) -> float:
    return frequencies.given.rarity(prepare(PersonDetails(given)).names[0].given)


def test_the_built_in_table_knows_common_from_rare() -> None:
    builtin = NameFrequencies.builtin()
    assert rarity(builtin, "Oliver") < rarity(builtin, "Rupert") < rarity(builtin, "Quilliam")
    assert builtin.given.is_common("oliver")
    assert not builtin.given.is_common("rupert")


def test_an_empty_index_answers_like_the_built_in_table() -> None:
    counted = NameFrequencies.from_people([])
    for name in ("Oliver", "Rupert", "Quilliam"):
        assert abs(rarity(counted, name) - rarity(NameFrequencies.builtin(), name)) < 0.01


def test_a_name_that_is_common_here_becomes_common() -> None:
    here = NameFrequencies.from_people([("Quilliam", "Kelly")] * 300 + [("Oliver", "Smith")] * 2000)
    assert rarity(here, "Quilliam") < 7
    assert here.given.knows("quilliam")


def test_a_slip_of_the_pen_is_not_taken_for_a_name() -> None:
    counted = NameFrequencies.from_people([("Olvier", "Smith")] * 2 + [("Oliver", "Smith")] * 2000)
    assert not counted.given.knows("olvier")


def test_the_names_near_a_word_are_those_one_slip_away() -> None:
    near = NameFrequencies.builtin().given.common_names_near("amelis")
    assert "amelia" in near
    assert "oliver" not in near
