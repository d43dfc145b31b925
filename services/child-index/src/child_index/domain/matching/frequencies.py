"""How common each name is: agreement on a rare name says more than agreement on a common one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from math import log2
from typing import Final, Self

from rapidfuzz.distance import OSA

from chassis.written import tokens
from child_index.domain.matching.prepared import Name

# A name that no table holds is taken to be borne by one person in 2^14 (about 16,000).
UNSEEN_BITS: Final = 14.0
# A name of one child in a thousand or more is common.
COMMON_BITS: Final = 10.0
# In an index's own counts a spelling is a name, and not a slip of the pen, from this many bearers on.
_BEARERS_OF_A_NAME: Final = 4


@dataclass(frozen=True, slots=True)
class NameTable:
    """Rarity of each known name, in bits: -log2 of the share of people who bear it. Keys are folded tokens."""

    bits: Mapping[str, float]
    near_common: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """Each common name, under itself and under what is left of it with a letter taken out."""

    def rarity(self, name: Name) -> float:
        """Bits of the rarest word of the name; `UNSEEN_BITS` for a name that is in no table."""
        words = name.tokens
        if len(words) == 1:
            return self.bits.get(words[0], UNSEEN_BITS)
        return max((self.bits.get(word, UNSEEN_BITS) for word in words), default=0.0)

    def knows(self, token: str) -> bool:
        """Whether the token is an established name, and so hardly a misspelling of another."""
        return token in self.bits

    def is_common(self, token: str) -> bool:
        """Whether one child in a thousand or more bears the name."""
        return self.bits.get(token, UNSEEN_BITS) < COMMON_BITS

    def common_names_near(self, token: str) -> set[str]:
        """The common names that are one slip (edit, or swap of two letters) from the token, itself excepted."""
        found = {name for form in _with_a_letter_less(token) for name in self.near_common.get(form, ())}
        return {name for name in found if OSA.distance(token, name, score_cutoff=1) == 1}

    @classmethod
    def from_shares(cls, shares: Mapping[str, float]) -> Self:
        """From the share of people, 0 to 1, who bear each (folded) name."""
        bits = {token: min(UNSEEN_BITS, -log2(share)) for token, share in shares.items() if share > 0}
        near: dict[str, tuple[str, ...]] = {}
        for token, rarity in bits.items():
            if rarity < COMMON_BITS:
                for form in _with_a_letter_less(token):
                    near[form] = (*near.get(form, ()), token)
        return cls(bits, near)


@dataclass(frozen=True, slots=True)
class NameFrequencies:
    """The tables of given and of family names that a comparison weighs agreement by."""

    given: NameTable
    family: NameTable
    shares: tuple[Mapping[str, float], Mapping[str, float]] = field(repr=False, compare=False)

    @classmethod
    def from_shares(cls, given: Mapping[str, float], family: Mapping[str, float]) -> Self:
        return cls(NameTable.from_shares(given), NameTable.from_shares(family), (given, family))

    @classmethod
    def builtin(cls) -> "NameFrequencies":
        """The table that ships with the code: common names of children in England, rounded."""
        return _builtin()

    @classmethod
    def from_people(
        cls, people: Iterable[tuple[str, str]], prior: "NameFrequencies | None" = None, prior_people: int = 20_000
    ) -> Self:
        """Count the (given, family) names of an index's own people, blended with a prior table.

        `prior` (default: the built-in table) weighs as much as `prior_people` people, so an empty index answers like
        the prior and a large one by its own counts. Single spellings seen only a few times are left out: they are
        as likely slips.
        """
        given: Counter[str] = Counter()
        family: Counter[str] = Counter()
        total = 0
        for given_text, family_text in people:
            given.update(set(tokens(given_text)))
            family.update(set(tokens(family_text)))
            total += 1
        before = prior or cls.builtin()
        return cls.from_shares(
            _blend(given, total, before.shares[0], prior_people), _blend(family, total, before.shares[1], prior_people)
        )


def _with_a_letter_less(token: str) -> set[str]:
    return {token, *(token[:place] + token[place + 1 :] for place in range(len(token)))}


def _blend(counts: Counter[str], total: int, prior: Mapping[str, float], prior_people: int) -> dict[str, float]:
    names = set(prior) | {token for token, count in counts.items() if count >= _BEARERS_OF_A_NAME}
    return {token: (counts[token] + prior.get(token, 0.0) * prior_people) / (total + prior_people) for token in names}


@cache
def _builtin() -> NameFrequencies:
    return NameFrequencies.from_shares(_shares("given_names.tsv"), _shares("family_names.tsv"))


def _shares(file: str) -> dict[str, float]:
    """Lines `name<TAB>bearers in 100,000`; `#` begins a comment line."""
    text = resources.files(__package__).joinpath("data", file).read_text(encoding="utf-8")
    shares: dict[str, float] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            written, bearers = line.split("\t")
            for token in tokens(written):
                shares[token] = shares.get(token, 0.0) + float(bearers) / 100_000
    return shares
