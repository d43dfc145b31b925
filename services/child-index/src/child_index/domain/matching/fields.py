"""How far birth dates, postcodes and addresses agree."""

from rapidfuzz.distance import OSA

from chassis.addresses import Address
from child_index.domain.matching.prepared import BirthDate, Prepared
from child_index.domain.matching.weights import Band

_INWARD = 3  # the last three characters of a postcode; what stands before them is the district
_LEAST_PAIRS = 3  # less is only a "St" or a house number
_ALIKE = 0.7  # of the shorter line's letter pairs; one slip spoils two or three of them
_IN_PART = 0.4  # of them: hardly one in fifty other addresses of the postcode has as many


def born_band(one: BirthDate | None, other: BirthDate | None) -> Band:
    """Five bands, as in matching by parts: equal, day and month swapped, one slip, two parts, less.

    Where one has no day, or no month, the parts that both have agree or do not.
    """
    if one is None or other is None:
        return Band.MISSING
    if not (one.day and other.day):
        return _part_band(one, other)
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


def _part_band(one: BirthDate, other: BirthDate) -> Band:
    if one.year != other.year:
        return Band.DIFFERENT
    if not (one.month and other.month):
        return Band.YEAR
    return Band.YEAR_AND_MONTH if one.month == other.month else Band.DIFFERENT


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
    """Equal where a number and the words agree, near where only the words do, part where less of them does.

    The words agree where most letter pairs of the shorter line are in the longer, so that slips, blanks, the order of
    the parts, and parts that one list leaves out, do little harm.
    """
    if one is None or other is None:
        return Band.MISSING
    fewest = min(len(one.pairs), len(other.pairs))
    shared = len(one.pairs & other.pairs) / fewest if fewest >= _LEAST_PAIRS else 0.0
    if not (shared >= _ALIKE or one.words == other.words or _is_one_slip(one, other, fewest)):
        if not one.words or not other.words:
            return Band.MISSING
        return Band.PART if shared >= _IN_PART else Band.DIFFERENT
    return Band.EQUAL if not set(one.numbers).isdisjoint(other.numbers) else Band.NEAR


def _is_one_slip(one: Address, other: Address, fewest: int) -> bool:
    return fewest >= _LEAST_PAIRS and OSA.distance(one.words, other.words, score_cutoff=1) == 1
