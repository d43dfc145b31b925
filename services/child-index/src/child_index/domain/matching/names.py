"""How far two names agree: bands of given and family names."""

from typing import Final

from rapidfuzz.distance import OSA, JaroWinkler

from child_index.domain.matching.frequencies import NameTable
from child_index.domain.matching.nicknames import relation
from child_index.domain.matching.phonetics import phonetic
from child_index.domain.matching.prepared import Name, NamePair
from child_index.domain.matching.slips import is_slip_of_the_hand
from child_index.domain.matching.weights import Band

# First words that many given names share, and that one list writes and another leaves out: alone they are no name that
# brothers would not share.
_FOREWORDS: Final = frozenset(
    {
        "mohammed",
        "muhammad",
        "mohammad",
        "mohamed",
        "muhammed",
        "mohamad",
        "md",
        "mohd",
        "syed",
        "sayed",
        "abdul",
        "abd",
    }
    | {"abu", "al", "el", "bibi", "begum", "kaur", "singh", "mary", "maria", "st"}
)
_SIMILAR: Final = 0.8  # Jaro-Winkler
_SAME_NAME: Final = frozenset({Band.EQUAL, Band.FULLER, Band.VARIANT, Band.TYPO})
_RANK: Final = {
    Band.EQUAL: 0,
    Band.VARIANT: 1,
    Band.TYPO: 2,
    Band.PART: 3,
    Band.INITIAL: 4,
    Band.SIMILAR: 5,
    Band.DIFFERENT: 6,
}


def given_band(one: Name, other: Name, table: NameTable) -> Band:
    """How far two given names agree."""
    if one.placeholder or other.placeholder or not one.text or not other.text:
        return Band.MISSING
    if one.text == other.text:
        return Band.EQUAL
    left, right = one.tokens, other.tokens
    if len(left) == 1 and len(right) == 1:
        return _token_band(left[0], right[0], table)
    return _words_band(left, right, table)


def family_band(one: Name, other: Name, table: NameTable) -> Band:
    """How far two family names agree. Short forms do not count here; names that sound the same do."""
    if not one.text or not other.text:
        return Band.MISSING
    if one.text == other.text:
        return Band.EQUAL
    left, right = one.tokens, other.tokens
    if len(left) == 1 and len(right) == 1:
        return _family_token_band(left[0], right[0], table)
    fewer, more = sorted((left, right), key=_by_length)
    if len(fewer) < len(more) and all(len(word) > 2 and word in more for word in fewer):
        return Band.PART
    whole = _family_token_band(one.text, other.text, table)
    if whole in (Band.TYPO, Band.VARIANT):
        return whole
    bands = [min((_family_token_band(a, b, table) for b in more), key=_RANK.__getitem__) for a in fewer]
    worst = max(bands, key=_RANK.__getitem__)
    if _RANK[worst] <= _RANK[Band.TYPO] and len(fewer) == len(more):
        return worst
    return Band.SIMILAR if whole is Band.SIMILAR or Band.EQUAL in bands else Band.DIFFERENT


def _family_token_band(one: str, other: str, table: NameTable) -> Band:
    if one == other:
        return Band.EQUAL
    band = _token_band(one, other, table, variants=False)
    if band is Band.SIMILAR and (phonetic(one) == phonetic(other) or _is_one_slip(one, other)):
        return Band.VARIANT  # Clark and Clarke: both are names, and each is written for the other
    return band


def _token_band(one: str, other: str, table: NameTable, variants: bool = True) -> Band:
    """How far two words agree that are known to differ."""
    if one > other:
        one, other = other, one  # the same answer either way round
    if len(one) == 1 or len(other) == 1:
        return Band.INITIAL if one[0] == other[0] else Band.DIFFERENT
    related = relation(one, other) if variants else None
    if related is not None:
        return Band.SIMILAR if related == "short form" and _are_two_names(one, other, table) else Band.VARIANT
    slips = OSA.distance(one, other, score_cutoff=2)
    if slips <= 2 and _is_typo(one, other, slips, table):
        return Band.TYPO
    alike = slips == 1 or JaroWinkler.similarity(one, other) >= _SIMILAR or _may_be_shortened(one, other)
    return Band.SIMILAR if alike else Band.DIFFERENT


def _are_two_names(one: str, other: str, table: NameTable) -> bool:
    """Whether both are common and begin unalike: Emily may be called Millie, and may have a sister Millie."""
    return one[0] != other[0] and table.is_common(one) and table.is_common(other)


def _is_typo(one: str, other: str, slips: int, table: NameTable) -> bool:
    """Whether one word is likely a misspelling of the other, and not another name.

    Two established names are never slips of each other: Amelia and Amelie may be sisters. Where neither is
    established there is less to go by, so the words must be long, begin alike and differ by a slip of the hand.
    """
    length = max(len(one), len(other))
    known = table.knows(one) + table.knows(other)
    if known == 2:
        return False
    if known == 0:
        return slips == 1 and length >= 5 and one[0] == other[0] and is_slip_of_the_hand(one, other)
    if not ((slips == 1 and length >= 3) or min(len(one), len(other)) >= 7):
        return False
    written, name = (other, one) if table.knows(one) else (one, other)
    return not _may_be_another(written, name, table)


def _may_be_another(written: str, name: str, table: NameTable) -> bool:
    """Whether a misspelt word may be meant for another common name: Amelis for Amelie, or for her sister Amelia.

    A slip of the hand is so much likelier than another letter that only other slips of the hand compete with it: Luct
    is Lucy, whose y lies beside the t, and not Luca.
    """
    by_hand = is_slip_of_the_hand(written, name)
    return any(
        other != name and relation(other, name) != "spelling" and (not by_hand or is_slip_of_the_hand(written, other))
        for other in table.common_names_near(written)
    )


def _is_one_slip(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= 4 and OSA.distance(one, other, score_cutoff=1) == 1


def _may_be_shortened(one: str, other: str) -> bool:
    """Whether a word looks like a pet form of the other that no list has: Ibby of Ibrahim, Emeka of Chukwuemeka."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) >= 4 and short in long:
        return True
    return len(short) <= 6 and short[:2] == long[:2] and (short[:3] == long[:3] or short[-1] in "yies")


def crossed(mine: NamePair, theirs: NamePair, table: NameTable) -> tuple[bool, bool]:
    """Whether my given name stands as their family name, and my family name as their given name, but for a slip."""
    return _is_found(mine.given, theirs.family, table), _is_found(mine.family, theirs.given, table)


def _is_found(one: Name, other: Name, table: NameTable) -> bool:
    # Most names of two people share no beginning, so most pairs end here.
    return one.text[:1] == other.text[:1] and given_band(one, other, table) in _SAME_NAME


def _words_band(left: tuple[str, ...], right: tuple[str, ...], table: NameTable) -> Band:
    """How far two given names agree of which at least one has several words."""
    fewer, more = sorted((left, right), key=_by_length)
    free = list(more)
    bands: list[Band] = []
    substance = False
    for word in fewer:
        best = min(free, key=lambda candidate: _RANK[_word_band(word, candidate, table)])
        band = _word_band(word, best, table)
        free.remove(best)
        bands.append(band)
        substance |= len(word) > 1 and len(best) > 1 and word not in _FOREWORDS and band is not Band.DIFFERENT
    worst = max(bands, key=_RANK.__getitem__)
    if _RANK[worst] <= _RANK[Band.INITIAL]:
        if not substance:
            return Band.INITIAL if worst is Band.INITIAL else Band.SIMILAR
        if left[0] == right[0] and left[0] not in _FOREWORDS and worst in (Band.EQUAL, Band.INITIAL):
            return Band.FULLER
        if len(fewer) == 1 and worst in (Band.VARIANT, Band.TYPO) and best != more[0]:
            return Band.SIMILAR  # Jayleigh Rose and Rosie: perhaps a twin's name, not a part of this one
        if free or worst is Band.INITIAL or worst is Band.EQUAL:
            return Band.PART  # EQUAL here: the same words in another order
        return worst
    joined = _token_band("".join(left), "".join(right), table)
    if joined is Band.TYPO and len(left) != len(right):
        return Band.TYPO
    return Band.DIFFERENT if all(band is Band.DIFFERENT for band in bands) else Band.SIMILAR


def _by_length(words: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return len(words), words


def _word_band(one: str, other: str, table: NameTable) -> Band:
    return Band.EQUAL if one == other else _token_band(one, other, table)
