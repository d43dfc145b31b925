"""Family names: what of one counts as the same name, and which part of a whole name is one."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from chassis.written import fold, tokens

_APOSTROPHES: Final = dict.fromkeys(map(ord, "'’‘‛ʼʻʹʾʿ`´′＇׳"))
_ASIDE: Final = re.compile(r"[(（\[].*?[)）\]]")
_COMMA: Final = re.compile(r"[,;،，、]")
# Scripts in which the family name is written first, and mostly without a space behind it.
_FAMILY_FIRST: Final = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_LONGEST_FAMILY_FIRST: Final = 2

_PARTICLES: Final = frozenset({
    "da", "das", "de", "del", "della", "dell", "der", "den", "dem", "di", "do", "dos", "du", "e", "el", "al",
    "ap", "ben", "bin", "bint", "ibn", "la", "las", "le", "los", "mac", "mc", "o", "of", "san", "st", "saint",
    "te", "ten", "ter", "van", "vel", "vom", "von", "y", "zu", "zum", "zur",
})  # fmt: skip
"""What stands in many family names and makes no two of them alike."""
_TITLES: Final = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "professor", "sir", "dame", "lord", "lady",
    "rev", "revd", "reverend", "fr", "father", "sister", "rabbi", "imam",
})  # fmt: skip
_SUFFIXES: Final = frozenset({
    "jr", "jnr", "junior", "sr", "snr", "senior", "ii", "iii", "iv", "esq", "jp", "kc", "qc", "obe", "mbe",
    "cbe", "kbe", "dbe", "bem", "bsc", "beng", "llb", "mbbs", "mbchb", "mphil", "msc", "mres", "mpa", "mba",
    "phd", "dphil", "dclinpsy", "dipsw", "cqsw", "pgce", "pgcert", "qts", "rn", "rgn", "rmn", "rscn", "rcn",
    "rnld", "scphn", "rsw", "frcp", "frcgp", "frcpch", "frcpsych", "frcs", "mrcp", "mrcgp", "mrcpch",
    "mrcpsych", "mrcs", "cpsychol",
})  # fmt: skip
_SUFFIXES_OR_NAMES: Final = frozenset({"ba", "ma", "med", "bed"})
"""Letters behind a name where they stand behind a comma, or alone are written in capitals; else a name."""
_NO_NAMES: Final = frozenset({"unknown", "notknown", "unnamed", "tbc"})


@lru_cache(maxsize=1 << 14)
def family_name_forms(text: str) -> frozenset[str]:
    """The comparable forms of one family name: the whole run together, and each part that is a name by itself.

    So Smith-Jones is like Smith, like Jones and like Smith Jones; O'Brien is like OBrien, and van der Berg like Berg
    but not like van der Linden.
    """
    words = [word for word in tokens(text.translate(_APOSTROPHES)) if any(map(_is_letter, word))]
    whole = "".join(words)
    if not whole or whole in _NO_NAMES:
        return frozenset()
    return frozenset({whole, *(word for word in words if _stands_alone(word))})


def _stands_alone(word: str) -> bool:
    return word not in _PARTICLES and not (len(word) == 1 and word.isascii())


def _is_letter(character: str) -> bool:
    # Unassigned code points (Cn) count as letters: this Python may only be older than the script.
    return character.isalpha() or unicodedata.category(character) in {"Cn", "Co"}


def family_names_in(name: str) -> list[str]:
    """What may be the family name in somebody's whole name, as a directory writes it.

    The last word with the particles before it, or what stands before a comma; titles, letters behind the name and
    asides in brackets are none. Where the family name is written first (Chinese, Japanese, Korean) and without a
    space, its length is not told: one character and two. A name of one word is that word.
    """
    segments = [segment.split() for segment in _COMMA.split(_ASIDE.sub(" ", unicodedata.normalize("NFC", name)))]
    segments = [segment for segment in segments if segment]
    while len(segments) > 1 and all(_is_suffix(word, set_apart=True) for word in segments[-1]):
        segments.pop()
    if not segments:
        return []
    words = _without_titles(segments[0])
    if len(segments) > 1:
        return [" ".join(words)]
    if _FAMILY_FIRST.fullmatch("".join(words)):
        first = words[0]
        beginnings = [first[:length] for length in range(1, _LONGEST_FAMILY_FIRST + 1)] if len(words) == 1 else []
        return [first, words[-1], *beginnings]
    begin = len(words) - 1
    while begin > 0 and fold(words[begin - 1]) in _PARTICLES:
        begin -= 1
    return [" ".join(words[begin:])]


def _without_titles(words: list[str]) -> list[str]:
    kept = words[:]
    while len(kept) > 1 and _letters(kept[0]) in _TITLES:
        kept.pop(0)
    mixed = not all(word.isupper() for word in kept)
    while len(kept) > 1 and _is_suffix(kept[-1], set_apart=mixed and kept[-1].isupper()):
        kept.pop()
    return kept


def _is_suffix(word: str, *, set_apart: bool) -> bool:
    letters = _letters(word)
    return letters in _SUFFIXES or (set_apart and letters in _SUFFIXES_OR_NAMES)


def _letters(word: str) -> str:
    return fold(word).replace(".", "")
