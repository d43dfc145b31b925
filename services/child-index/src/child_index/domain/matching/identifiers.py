"""NHS number and UPN as evidence: only a number that passes its own check counts as one.

The callers validate with python-stdnum and tell the sender what is wrong. Here a wrong number is merely no evidence,
and the check runs for each candidate of each search, so it is the bare arithmetic.
"""

from typing import Final

from child_index.domain.matching.text import compact

_UPN_CHECK_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"


def nhs_number(text: str | None) -> str:
    """The ten digits of a valid NHS number (modulus 11, NHS data dictionary), or ''."""
    digits = text if text and len(text) == 10 and text.isascii() else compact(text)
    if len(digits) != 10 or not digits.isdigit():
        return ""
    check = 11 - sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
    return digits if check % 11 == int(digits[9]) and check != 10 else ""


def upn(text: str | None) -> str:
    """The thirteen characters of a valid unique pupil number (DfE UPN guide), or ''.

    One check letter, eleven digits, and a digit (permanent) or a letter (temporary).
    """
    code = compact(text)
    if len(code) != 13 or not code[1:12].isdigit():
        return ""
    last = code[12]
    value = int(last) if last.isdigit() else _UPN_CHECK_LETTERS.find(last)
    if value < 0:
        return ""
    total = value * 13 + sum(weight * int(digit) for weight, digit in zip(range(2, 13), code[1:12], strict=True))
    return code if _UPN_CHECK_LETTERS[total % 23] == code[0] else ""


def is_permanent_upn(code: str) -> bool:
    """Whether a UPN is one that stays with the pupil: temporary ones end in a letter."""
    return code[-1:].isdigit()
