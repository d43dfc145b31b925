"""Given names that stand for one another: short forms and spellings, from a kept list."""

from functools import cache
from importlib import resources
from typing import Final, Literal

from chassis.written import tokens

Relation = Literal["spelling", "short form"]
_NONE: Final[dict[str, Relation]] = {}


@cache
def _listed() -> dict[str, dict[str, Relation]]:
    """For each name in `nicknames.txt` the names that it stands for, both ways round."""
    text = resources.files(__package__).joinpath("data", "nicknames.txt").read_text(encoding="utf-8")
    listed: dict[str, dict[str, Relation]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        spelt, _, shortened = line.partition(":")
        spellings, short_forms = tokens(spelt), tokens(shortened)
        for spelling in spellings:
            for short in short_forms:
                listed.setdefault(spelling, {}).setdefault(short, "short form")
                listed.setdefault(short, {}).setdefault(spelling, "short form")
        for spelling in spellings:
            listed.setdefault(spelling, {}).update({other: "spelling" for other in spellings if other != spelling})
    return listed


def relation(one: str, other: str) -> Relation | None:
    """How two different folded tokens are one name: 'spelling' (Mohammed and Muhammad), 'short form' (Elizabeth and
    Liz), or None where no list says that they are."""
    return _listed().get(one, _NONE).get(other)
