"""Folding of written names: case, width, diacritics and punctuation go, every script stays."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Letters that Unicode does not decompose, though people and lists write them without the stroke; and the Arabic
# letters that lists in Arabic and Persian use for one another.
_LOOKALIKES: Final = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ə": "e",
        "ɓ": "b",
        "ɗ": "d",
        "ɖ": "d",
        "ƙ": "k",
        "ƴ": "y",
        "ɛ": "e",
        "ɔ": "o",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ة": "ه",
        "ٱ": "ا",
        "ـ": None,
    }
)

# Marks that writers leave out at will: Latin/Greek/Cyrillic accents, Hebrew points, Arabic vowels. The vowel signs
# of Indic scripts and the Japanese voicing marks carry meaning and stay.
_OPTIONAL_MARKS: Final = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")
_ASCII_TOKEN: Final = re.compile("[a-z0-9]+")
_NOT_A_CODE: Final = re.compile("[^A-Z0-9]+")


def fold(text: str) -> str:
    """Casefolded, compatibility-normalised text without optional marks. Never raises.

    Stable for every character that Unicode 14 (Python 3.11) knows; a character assigned later may fold otherwise
    under a later Python.
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _OPTIONAL_MARKS.sub("", decomposed.translate(_LOOKALIKES)))


def _is_joining(character: str) -> bool:
    """Zero-width joiners and other format characters: dropped without cutting the word in two."""
    return unicodedata.category(character) == "Cf"


def _is_wordly(character: str) -> bool:
    # Unassigned code points (Cn) count as letters: this Python may only be older than the script.
    return character.isalnum() or unicodedata.category(character) in {"Mn", "Mc", "Me", "Cn", "Co"}


@lru_cache(maxsize=1 << 16)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a name, folded; hyphens, apostrophes and any other punctuation part them.

    A name with no letter at all (an emoji) is kept as one token, so that it does not vanish.
    """
    folded = fold(text)
    if folded.isascii():
        found = tuple(_ASCII_TOKEN.findall(folded))
    else:
        kept = "".join(c if _is_wordly(c) else " " for c in folded if not _is_joining(c))
        found = tuple(kept.split())
    if found:
        return found
    rest = "".join(c for c in folded if not c.isspace() and unicodedata.category(c)[0] != "C")
    return (rest,) if rest else ()


def compact(text: str | None) -> str:
    """Upper-case ASCII letters and digits only: the comparable form of a postcode, NHS number or UPN."""
    if not text:
        return ""
    return _NOT_A_CODE.sub("", (text if text.isascii() else unicodedata.normalize("NFKC", text)).upper())
