"""NHS number and UPN as evidence: only a number that passes its own check counts as one.

The callers validate with python-stdnum and tell the sender what is wrong. Here a wrong number is merely no evidence,
and the check runs for each candidate of each search, so it is the bare arithmetic.
"""

from functools import lru_cache
from operator import mul
from typing import Final

from chassis.written import compact

_NHS_WEIGHTS: Final = tuple(range(10, 0, -1))
_UPN_WEIGHTS: Final = tuple(range(2, 14))
_UPN_CHECK_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_ZERO: Final = ord("0")


@lru_cache(maxsize=1 << 15)
def nhs_number(text: str | None) -> str:
    """The ten digits of a valid NHS number (modulus 11, NHS data dictionary), or ''."""
    digits = compact(text)
    if len(digits) != 10 or not digits.isdigit():
        return ""
    # Weights 10 to 1 over all ten digits, the check digit included: the sum of a valid number is a multiple of 11.
    total = sum(map(mul, _NHS_WEIGHTS, digits.encode())) - _ZERO * sum(_NHS_WEIGHTS)
    return digits if total % 11 == 0 else ""


@lru_cache(maxsize=1 << 15)
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
    total = sum(map(mul, _UPN_WEIGHTS, code[1:12].encode())) - _ZERO * sum(_UPN_WEIGHTS[:11]) + 13 * value
    return code if _UPN_CHECK_LETTERS[total % 23] == code[0] else ""


def is_permanent_upn(code: str) -> bool:
    """Whether a UPN is one that stays with the pupil: temporary ones end in a letter."""
    return code[-1:].isdigit()
