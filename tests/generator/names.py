"""Names as England's children bear them, by community: drawn from `names.toml`."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random

_HELD = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.replace("_", " ") for word in text.split())


@dataclass(frozen=True)
class Community:
    """A share of the children, and the names they bear. `rare` is the share of names drawn from the long tail."""

    name: str
    share: float
    rare: float
    gendered_family: bool
    """Kowalski for sons, Kowalska for daughters."""
    boys: tuple[str, ...]
    girls: tuple[str, ...]
    families: tuple[str, ...]


COMMUNITIES = tuple(
    Community(
        name=name,
        share=held["share"],
        rare=held["rare"],
        gendered_family=held["gendered_family"],
        boys=_words(held["boys"]),
        girls=_words(held["girls"]),
        families=_words(held["families"]),
    )
    for name, held in _HELD["communities"].items()
)
ALIKE_TWINS: tuple[tuple[str, str], ...] = tuple((one, other) for one, other in _HELD["twins"]["alike"])
SPELLINGS: tuple[tuple[str, ...], ...] = tuple(tuple(group) for group in _HELD["spellings"]["groups"])
KNOWN_AS: dict[str, tuple[str, ...]] = {name: _words(called) for name, called in _HELD["known_as"].items()}
_PIECES = {kind: _words(text) for kind, text in _HELD["pieces"].items()}
STREETS = _words(_HELD["places"]["streets"])
STREET_ABBREVIATIONS: dict[str, str] = _HELD["places"]["street_types"]
STREET_TYPES = tuple(STREET_ABBREVIATIONS)


def are_forms_of_one_name(one: str, other: str) -> bool:
    """Whether no parents would give the two to brothers or sisters: Eliza and Elizabeth."""
    if one == other or one in KNOWN_AS.get(other, ()) or other in KNOWN_AS.get(one, ()):
        return True
    return any(one in spellings and other in spellings for spellings in SPELLINGS)


def draw(random: Random, names: tuple[str, ...]) -> str:
    """One name; the commonest some twenty times as common as the hundredth."""
    return random.choices(names, cum_weights=_cumulated(len(names)))[0]


@lru_cache
def _cumulated(count: int) -> list[float]:
    return list(accumulate(1 / (1 + position / 5) for position in range(count)))


def draw_given(random: Random, community: Community, sex: str) -> str:
    """A given name for a child of `sex` 'M' or 'F'."""
    if random.random() < community.rare:
        ending = random.choice(_PIECES["boys_endings" if sex == "M" else "girls_endings"])
        return random.choice(_PIECES["given_beginnings"]) + ending
    return draw(random, community.boys if sex == "M" else community.girls)


def draw_second(random: Random, community: Community, sex: str) -> str:
    """A second given name: an English one where the community takes these, Singh or Kaur for Sikhs, else its own."""
    if community.name == "sikh":
        return "Singh" if sex == "M" else "Kaur"
    if community.name in {"english", "irish", "west_african", "chinese"}:
        return draw(random, _PIECES["second_names_boys" if sex == "M" else "second_names_girls"])
    return draw(random, community.boys if sex == "M" else community.girls)


def draw_family(random: Random, community: Community) -> str:
    """A family name; every third of the English ones from a tail of a thousand."""
    if random.random() < community.rare * 1.5:
        return random.choice(_PIECES["beginnings"]) + random.choice(_PIECES["endings"])
    return draw(random, community.families)


def for_sex(family_name: str, sex: str, community: Community) -> str:
    """The form of a family name that a son or a daughter bears."""
    if community.gendered_family and sex == "F":
        for masculine, feminine in (("ski", "ska"), ("cki", "cka")):
            if family_name.endswith(masculine):
                return family_name.removesuffix(masculine) + feminine
    return family_name
