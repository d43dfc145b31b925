"""How far birth dates, postcodes and addresses agree."""

from rapidfuzz.distance import OSA, Indel

from child_index.domain.matching.address import Address
from child_index.domain.matching.prepared import BirthDate, Prepared
from child_index.domain.matching.weights import Band

_INWARD = 3  # the last three characters of a postcode; what stands before them is the district


def born_band(one: BirthDate | None, other: BirthDate | None) -> Band:
    """Five bands, as in matching by parts: equal, day and month swapped, one slip, two parts, less."""
    if one is None or other is None:
        return Band.MISSING
    if one == other:
        return Band.EQUAL
    parts = (one.year == other.year) + (one.month == other.month) + (one.day == other.day)
    if parts == 1 and one.year == other.year and one.month == other.day and one.day == other.month:
        return Band.SWAPPED
    if parts < 2:
        return Band.DIFFERENT
    if one.year != other.year:
        one_edit = OSA.distance(str(one.year), str(other.year), score_cutoff=1) == 1
    elif one.month != other.month:
        one_edit = _is_one_digit(one.month, other.month)
    else:
        one_edit = _is_one_digit(one.day, other.day)
    return Band.ONE_EDIT if one_edit else Band.TWO_PARTS


def _is_one_digit(one: int, other: int) -> bool:
    """Whether two-digit numbers differ in one digit or by their order."""
    tens, units = divmod(one, 10)
    other_tens, other_units = divmod(other, 10)
    return tens == other_tens or units == other_units or (tens == other_units and units == other_tens)


def postcode_band(one: Prepared, other: Prepared) -> Band:
    """Present postcodes first, then each one's present against the other's earlier ones."""
    left, right = one.postcode, other.postcode
    if left and left == right:
        return Band.EQUAL
    if one.earlier_postcodes or other.earlier_postcodes:
        mine, theirs = {left, *one.earlier_postcodes} - {""}, {right, *other.earlier_postcodes} - {""}
        if not mine.isdisjoint(theirs):
            return Band.EARLIER
    if not left or not right:
        return Band.MISSING
    if OSA.distance(left, right, score_cutoff=1) == 1:
        return Band.ONE_EDIT
    return Band.NEAR if left[:-_INWARD] == right[:-_INWARD] else Band.DIFFERENT


def address_band(one: Address | None, other: Address | None) -> Band:
    """Equal where house number and street agree, near where the street does; what one list adds is ignored."""
    if one is None or other is None:
        return Band.MISSING
    if one == other:
        return Band.EQUAL
    shorter, longer = sorted((one.words, other.words), key=len)
    alike = bool(shorter) and (longer.startswith(shorter) or Indel.normalized_similarity(shorter, longer) >= 0.8)
    if not alike:
        return Band.DIFFERENT
    if one.numbers and other.numbers and not set(one.numbers).isdisjoint(other.numbers):
        return Band.EQUAL
    return Band.NEAR
