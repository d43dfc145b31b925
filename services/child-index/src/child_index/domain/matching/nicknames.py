"""Given names that stand for one another: short forms and spellings, from a kept list."""

from functools import cache
from importlib import resources

from child_index.domain.matching.text import tokens


@cache
def _listed() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """For each spelling in `nicknames.txt` the other spellings, and the short forms, of its lines."""
    text = resources.files(__package__).joinpath("data", "nicknames.txt").read_text(encoding="utf-8")
    spelt_as: dict[str, set[str]] = {}
    shortened_to: dict[str, set[str]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        spelt, _, shortened = line.partition(":")
        spellings = tokens(spelt)
        for spelling in spellings:
            spelt_as.setdefault(spelling, set()).update(spellings)
            shortened_to.setdefault(spelling, set()).update(tokens(shortened))
    return (
        {name: frozenset(others) for name, others in spelt_as.items()},
        {name: frozenset(others) for name, others in shortened_to.items()},
    )


def are_spellings(one: str, other: str) -> bool:
    """Whether two folded tokens are listed as spellings of one name (Mohammed and Muhammad)."""
    return other in _listed()[0].get(one, ())


def is_short_form(one: str, other: str) -> bool:
    """Whether one of two folded tokens is listed as a short form of the other (Elizabeth and Liz)."""
    shortened_to = _listed()[1]
    return other in shortened_to.get(one, ()) or one in shortened_to.get(other, ())
