"""Which written names and homes count as the same, by their keys."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from chassis.likeness import Likeness, LikenessSettings

LIKENESS = Likeness("a secret of the tests, long enough for production")

syllables = st.sampled_from(
    [
        "smith",
        "khan",
        "núñez",
        "okonkwo",
        "żółć",
        "ståhl",
        "щербакова",
        "παπαδόπουλος",
        "الحسن",
        "שרון",
        "शर्मा",
        "김",
        "山田",
    ]
)
families = st.lists(syllables, min_size=1, max_size=3)
rewritings = st.sampled_from(
    [
        str.upper,
        str.title,
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: f"  {text} ",
        lambda text: text.replace("-", " "),
        lambda text: text.replace("-", "‐"),
        lambda text: text[:1] + "’" + text[1:],
        lambda text: text.replace("ú", "u").replace("ñ", "n").replace("å", "a"),
    ]
)


def one_name(left: str, right: str) -> bool:
    """Whether a child of that family name and a practitioner of that whole name have a key in common."""
    return bool(set(LIKENESS.family_names([left])) & set(LIKENESS.family_names_of(right)))


def one_home(left: tuple[str, str | None], right: tuple[str, str | None]) -> bool:
    return bool(set(LIKENESS.homes([left])) & set(LIKENESS.homes([right])))


@given(families, rewritings)
def test_a_name_written_otherwise_is_the_same(parts: list[str], rewritten: object) -> None:
    name = "-".join(parts)
    other = rewritten(name)  # type: ignore[operator]
    assert LIKENESS.family_names([other]) == LIKENESS.family_names([name])


@given(families, families)
def test_names_are_alike_when_they_share_a_part_or_are_one(left: list[str], right: list[str]) -> None:
    alike = set(LIKENESS.family_names(["-".join(left)])) & set(LIKENESS.family_names([" ".join(right)]))
    one_inside_the_other = "".join(left) in {*right, "".join(right)} or "".join(right) in left
    assert bool(alike) == (bool(set(left) & set(right)) or one_inside_the_other)


@given(
    families,
    st.sampled_from(["Dr {}", "Ada {}", "Prof. Ada Maria {}", "Ada {}, MBE", "Ada {} RN", "{}, Ada", "Ada {} (duty)"]),
)
def test_the_family_name_is_found_in_a_whole_one(parts: list[str], written: str) -> None:
    name = "-".join(parts)
    assert set(LIKENESS.family_names([name])) <= set(LIKENESS.family_names_of(written.format(name)))


@pytest.mark.parametrize(
    ("family_name", "name"),
    [
        ("O'Brien", "Sean OBrien"),
        ("O’Brien", "Sean O Brien"),
        ("van der Berg", "Ludwig Berg"),
        ("Smith", "Jane Smith-Jones"),
        ("Garcia Lopez", "Ana López"),
        ("Ma", "Jack Ma"),
        ("Smith", "Jane Smith BA MSc"),
        ("Smith", "SMITH Jane, RN".replace(" Jane", ", Jane")),
        ("王", "王小明"),
        ("欧阳", "欧阳小明"),
        ("王", "王 小明"),
        ("김", "김민수"),
        ("山田", "山田 太郎"),
        ("Madonna", "Madonna"),
        ("desouza", "Rita de Souza"),
    ],
)
def test_alike(family_name: str, name: str) -> None:
    assert one_name(family_name, name)


@pytest.mark.parametrize(
    ("family_name", "name"),
    [
        ("van der Berg", "Jan van der Linden"),
        ("de Souza", "Rita de Lima"),
        ("Al-Hassan", "Omar Al-Amin"),
        ("Jane", "Jane Smith"),
        ("Smythe", "Jane Smith"),
        ("Unknown", "Unknown"),
        ("小明", "王小明"),
        ("Doctor", "Dr Jane Smith"),
        ("MBE", "Jane Smith MBE"),
        ("?", "?"),
        ("", ""),
    ],
)
def test_not_alike(family_name: str, name: str) -> None:
    assert not one_name(family_name, name)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("M1 1AE", "12 Canal Street"), ("m11ae", "12, Canal St, Manchester")),
        (("M1 1AE", "Flat 3, 12 Canal Street"), ("M1 1AE", "12 Canal Street, Flat 3")),
        (("M1 1AE", "12A Canal Street"), ("M1 1AE", "12 a Canal Street, M1 1AE")),
        (("YO62 5AJ", "The Old Rectory, Church Lane"), ("YO62 5AJ", "Old Rectory")),
        (("M1 1AE", None), ("M1 1AE", "")),
    ],
)
def test_one_home(left: tuple[str, str | None], right: tuple[str, str | None]) -> None:
    assert one_home(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("M1 1AE", "12 Canal Street"), ("M1 1AE", "14 Canal Street")),
        (("M1 1AE", "12 Canal Street"), ("M1 1AF", "12 Canal Street")),
        (("M1 1AE", "12 Canal Street"), ("M1 1AE", None)),
        (("M1 1AE", "Flat 3, 12 Canal Street"), ("M1 1AE", "Flat 4, 12 Canal Street")),
        (("YO62 5AJ", "The Old Rectory"), ("YO62 5AJ", "The Old Forge")),
    ],
)
def test_two_homes(left: tuple[str, str | None], right: tuple[str, str | None]) -> None:
    assert not one_home(left, right)


def test_an_address_without_a_postcode_is_no_home() -> None:
    assert LIKENESS.homes([(None, "12 Canal Street"), ("", "12 Canal Street")]) == []


@given(st.text(max_size=120), st.text(max_size=40))
def test_any_text_is_taken_and_none_is_told(name: str, postcode: str) -> None:
    for key in [*LIKENESS.family_names_of(name), *LIKENESS.family_names([name]), *LIKENESS.homes([(postcode, name)])]:
        assert re.fullmatch(r"[0-9a-f]{32}", key)


def test_another_secret_gives_other_keys_and_a_name_is_no_home() -> None:
    other = Likeness("another secret of the tests, as long as the first")
    assert not set(LIKENESS.family_names(["Smith"])) & set(other.family_names(["Smith"]))
    assert not set(LIKENESS.family_names(["M11AE|"])) & set(LIKENESS.homes([("M1 1AE", None)]))


def test_the_secret_is_made_once_where_none_is_given_and_needed_in_production(tmp_path: object) -> None:
    settings = LikenessSettings(data_dir=tmp_path)
    first, second = Likeness.of(settings), Likeness.of(settings)
    assert first.family_names(["Smith"]) == second.family_names(["Smith"])
    for given_key in ("", "short"):
        with pytest.raises(ValidationError, match="KITH_LIKENESS_KEY"):
            LikenessSettings(environment="production", likeness_key=SecretStr(given_key))
