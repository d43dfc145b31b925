"""How common each name is, from the index's own children and, while they are few, from England's."""

from collections import Counter
from collections.abc import Mapping

from child_index.domain.matching import NameFrequencies, PersonDetails, prepare

_PRIOR_CHILDREN = 20_000
"""How many children of this index the built-in table weighs as much as."""
_SLIPS = 3
"""A spelling that so few children bear is as likely a slip of the pen as a name."""


def frequencies_of(given: Mapping[str, int], family: Mapping[str, int]) -> NameFrequencies:
    """Frequencies from the number of children that bear each given and each family name, as written."""
    before = NameFrequencies.builtin().shares
    given_tokens: Counter[str] = Counter()
    for written, count in given.items():
        for token in set(prepare(PersonDetails(given_name=written)).names[0].given.tokens):
            given_tokens[token] += count
    family_tokens: Counter[str] = Counter()
    for written, count in family.items():
        for token in set(prepare(PersonDetails(family_name=written)).names[0].family.tokens):
            family_tokens[token] += count
    children = sum(given.values())
    return NameFrequencies.from_shares(
        _blended(given_tokens, children, before[0]), _blended(family_tokens, children, before[1])
    )


def _blended(counts: Mapping[str, int], children: int, before: Mapping[str, float]) -> dict[str, float]:
    names = set(before) | {token for token, count in counts.items() if count > _SLIPS}
    whole = children + _PRIOR_CHILDREN
    return {token: (counts.get(token, 0) + before.get(token, 0.0) * _PRIOR_CHILDREN) / whole for token in names}
