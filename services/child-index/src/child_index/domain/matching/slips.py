"""Slips of the hand: the few ways in which a word is most often mistyped."""

from typing import Final

_KEYBOARD: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> frozenset[str]:
    """Pairs of letters side by side on the keyboard, or one above the other."""
    found: set[str] = set()
    for line, row in enumerate(_KEYBOARD):
        for place, letter in enumerate(row):
            beside = [*row[place + 1 : place + 2]]
            if line + 1 < len(_KEYBOARD):
                below = _KEYBOARD[line + 1]
                beside += below[max(0, place - 1) : place + 1]
            found.update(letter + other for other in beside)
            found.update(other + letter for other in beside)
    return frozenset(found)


_BESIDE: Final = _neighbours()


def is_slip_of_the_hand(one: str, other: str) -> bool:
    """Whether two different words differ by two letters swapped, a letter doubled, or a neighbouring key.

    A letter more or less, or another letter, may as well make another name.
    """
    if len(one) == len(other):
        places = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(places) == 1:
            return one[places[0]] + other[places[0]] in _BESIDE
        if len(places) != 2 or places[1] - places[0] != 1:
            return False
        first, second = places
        return one[first] == other[second] and one[second] == other[first]
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) != 1:
        return False
    doubled = (long[:place] + long[place + 1 :] for place in range(1, len(long)) if long[place] == long[place - 1])
    return short in doubled
