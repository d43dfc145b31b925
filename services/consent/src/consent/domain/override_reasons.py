"""What an officer is warned of in the words that were given as the reason of an override."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum


class Flag(StrEnum):
    CANNED = "canned"
    """A stock phrase, or the code's own words again."""
    REPEATED = "repeated"
    """The same words as in an earlier override of this viewer."""
    SHORT = "short"
    """Fewer than four different words."""


_FILLERS = frozenset(
    {
        "emergency",
        "urgent",
        "safeguarding",
        "safeguarding concern",
        "child protection",
        "need to know",
        "required",
        "as above",
        "see notes",
        "n a",
        "not applicable",
        "test",
        "access needed",
        "access required",
        "professional need",
    }
)
_LEAST_WORDS = 4


def flags_of(reason: str, code_words: Iterable[str], earlier: Iterable[str]) -> list[Flag]:
    """The flags of a reason, in alphabetical order. `code_words`: the words of the policy's reason codes."""
    plain = _plain(reason)
    found = set()
    words = plain.split()
    if len(set(words)) < _LEAST_WORDS and _spaced(reason):
        found.add(Flag.SHORT)
    if plain in _FILLERS or plain in {_plain(each) for each in code_words} or _is_noise(plain):
        found.add(Flag.CANNED)
    if plain in {_plain(each) for each in earlier}:
        found.add(Flag.REPEATED)
    return sorted(found)


def _plain(text: str) -> str:
    """Letters and digits in lower case, one space between words: case and punctuation make no new reason."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _spaced(text: str) -> bool:
    """Whether the words can be counted by spaces; Chinese, Japanese and Thai are written without."""
    return not any(unicodedata.category(character) == "Lo" for character in text)


def _is_noise(plain: str) -> bool:
    """No word at all, or one letter held down."""
    return len(set(plain.replace(" ", ""))) < 3
