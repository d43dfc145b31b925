"""The fields of a person as senders write them, brought to one form or refused.

Each function takes text and returns the kept form, None where the text says nothing; it raises ValueError with a
sentence that never repeats what was written.
"""

import unicodedata
from functools import lru_cache

from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.gb import nhs as _nhs
from stdnum.gb import upn as _upn

from chassis import addresses
from child_index.domain.matching import identifiers

NAME_LENGTH = 100
ADDRESS_LENGTH = 200
LOCAL_ID_LENGTH = 100
PHONE_LENGTH = 40

_SEXES = {
    **dict.fromkeys(("male", "m", "boy", "1"), "male"),
    **dict.fromkeys(("female", "f", "girl", "2"), "female"),
    **dict.fromkeys(("indeterminate", "i", "9"), "indeterminate"),
    **dict.fromkeys(("unknown", "not known", "u", "x", "0"), None),
}
_SPOILT = "\N{REPLACEMENT CHARACTER}"
"""What programs write for text that they could not read."""
SEXES = ("male", "female", "indeterminate")
WILDCARDS = frozenset("*%?_")


def plain(text: str, length: int) -> str | None:
    """One line of text: outer and doubled spaces go, control characters and what cannot be written are refused."""
    if len(text) > 4 * length:
        raise ValueError("is too long")
    if text.isascii() and text.isprintable():  # as nearly all is
        kept = " ".join(text.split())
        if len(kept) > length:
            raise ValueError("is too long")
        return kept or None
    unreadable = not text.isprintable() and any(
        unicodedata.category(c) in {"Cc", "Cs"} and c not in "\t\n\r" for c in text
    )
    if unreadable or _SPOILT in text:
        raise ValueError("holds characters that are not text")
    kept = " ".join(unicodedata.normalize("NFC", text).split())
    if len(kept) > length:
        raise ValueError("is too long")
    return kept or None


def prose(text: str, length: int) -> str | None:
    """Several lines of text, each by itself as `plain` takes it."""
    kept = "\n".join(plain(line, length) or "" for line in text.replace("\r\n", "\n").split("\n")).strip()
    if len(kept) > length:
        raise ValueError("is too long")
    return kept or None


@lru_cache(maxsize=1 << 15)
def person_name(text: str) -> str | None:
    name = plain(text, NAME_LENGTH)
    if name is not None and not any(c.isalpha() for c in name):
        raise ValueError("has no letters")
    return name


def searched_name(text: str) -> str | None:
    """A name to search by: whole, since a search with wildcards would list children."""
    if WILDCARDS & set(text):
        raise ValueError("may not hold wildcards")
    return person_name(text)


@lru_cache(maxsize=1 << 10)
def sex(text: str) -> str | None:
    """`male`, `female` or `indeterminate`; takes the NHS data dictionary's codes and the usual short forms too."""
    word = (plain(text, 20) or "unknown").lower()
    if word not in _SEXES:
        raise ValueError("is not male, female, indeterminate or unknown")
    return _SEXES[word]


@lru_cache(maxsize=1 << 15)
def postcode(text: str) -> str | None:
    """A UK postcode in capitals with its one space; None for the NHS's pseudo postcodes."""
    return addresses.postcode(plain(text, 20) or "")


def uprn(text: str) -> str | None:
    """The 1 to 12 digits of a unique property reference number, without leading zeros."""
    written = plain(text, 20)
    if written is None:
        return None
    if not (written.isascii() and written.isdigit() and 1 <= len(written.lstrip("0")) <= 12):
        raise ValueError("is not a unique property reference number")
    return written.lstrip("0")


def nhs_number(text: str) -> str | None:
    """The ten digits of an NHS number (modulus 11)."""
    written = plain(text, 40)
    if written is None:
        return None
    if identifiers.nhs_number(written) == written:
        return written
    try:
        return str(_nhs.validate(written))
    except ValidationError:
        raise ValueError("is not a valid NHS number") from None


def upn(text: str) -> str | None:
    """The thirteen characters of a unique pupil number, temporary ones too."""
    written = plain(text, 40)
    if written is None:
        return None
    if identifiers.upn(written) == written:
        return written
    try:
        return str(_upn.validate(written))
    except InvalidComponent:
        # The library's list of local authorities ends in 2011 (no Dorset, no Cumberland); the check letter decides.
        code = str(_upn.compact(written))
        if code[1:12].isascii() and _upn.calc_check_digit(code[1:]) == code[0]:
            return code
    except (ValidationError, ValueError):
        pass
    raise ValueError("is not a valid unique pupil number")
