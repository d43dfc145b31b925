"""Blocking keys: 64-bit hashes under which a record is stored and looked up.

Two records of one child share at least one key unless many fields are wrong at once; each key defeats some errors. A
sorted pair makes swapped given and family names, or day and month, free. Keys that only repeat what others find were
left out after measuring what each adds: both names' sound or beginning with the year or the day, which one name with
the year or the day finds already.
"""

from collections.abc import Iterator

from xxhash import xxh3_64_intdigest

from child_index.domain.matching.prepared import BirthDate, NamePair, Prepared

_SIGN = 1 << 63
_SPAN = 1 << 64


def blocking_keys(prepared: Prepared) -> tuple[int, ...]:
    """The distinct keys, as signed 64-bit integers (xxh3), of a record to be stored or of a query: the same for both.

    Thirteen to sixteen for a full record of one name and one postcode, more with other names and earlier postcodes,
    fewer where fields are missing; none only where nothing is known. Each leaves few of a million children: an
    identifier; a name with day and month; a name with the year and an initial; a postcode; a name with the street.
    The same on every machine and every supported Python.
    """
    return tuple(sorted(set(map(_hashed, _texts(prepared)))))


def identifier_keys(prepared: Prepared) -> tuple[int, ...]:
    """Those of the `blocking_keys` that are an identifier's."""
    return tuple(map(_hashed, _identifiers(prepared)))


def _hashed(text: str) -> int:
    h: int = xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))
    return h - _SPAN if h >= _SIGN else h


def _identifiers(prepared: Prepared) -> Iterator[str]:
    if prepared.nhs_number:
        yield f"nhs|{prepared.nhs_number}"
    if prepared.upn:
        yield f"upn|{prepared.upn}"


def _texts(prepared: Prepared) -> Iterator[str]:
    yield from _identifiers(prepared)
    born = prepared.born
    postcodes = (prepared.postcode, *prepared.earlier_postcodes) if prepared.postcode else prepared.earlier_postcodes
    for postcode in postcodes:
        # Sorted: swapped characters are the commonest slip, and a postcode and its like hold some thirty children.
        yield f"postcode|{''.join(sorted(postcode))}"
    number, street = _door(prepared)
    if street and born is not None and born.day:
        yield f"born-street|{born.year}.{_days(born)}|{street[:2]}"
    for pair in prepared.names:
        given, family = pair.given.text, pair.family.text
        if street:
            for sound in pair.given.sounds + pair.family.sounds:
                yield f"sound-street|{sound}|{street}"
            if number:
                for initial in (given[:1], family[:1]):
                    if initial:
                        yield f"door-initial|{number}|{street}|{initial}"
        if given and family:
            starts = _sorted(given[:3], family[:3])
            for postcode in postcodes:
                yield f"starts-area|{starts}|{postcode[:2]}"
        if born is not None:
            yield from _dated(pair, born)
        else:
            yield f"sounds|{_sounds(pair)}"


def _dated(pair: NamePair, born: BirthDate) -> Iterator[str]:
    given, family = pair
    days = _days(born)
    for name, other in ((given, family), (family, given)):
        for token, sound in zip(name.tokens, name.sounds, strict=True):
            if born.day:
                yield f"day-sound|{days}|{sound}"
                yield f"born-start|{born.year}.{days}|{token[:2]}"
            if other.text:
                yield f"year-sound|{born.year}|{sound}|{other.text[0]}"
    if given.text and family.text:
        yield f"year-ends|{born.year}|{_sorted(given.text[-3:], family.text[-3:])}"


def _days(born: BirthDate) -> str:
    """Day and month, the lesser first."""
    return f"{born.month}.{born.day}" if born.month < born.day else f"{born.day}.{born.month}"


def _door(prepared: Prepared) -> tuple[str, str]:
    """House number and the beginning of the street, '' where either is unknown."""
    if prepared.address is None:
        return "", ""
    numbers = prepared.address.numbers
    # "Flat 3, 12 High Street" begins with the street too.
    return numbers[0] if numbers else "", prepared.address.words.removeprefix("flat")[:4]


def _sounds(pair: NamePair) -> str:
    return _sorted("".join(pair.given.sounds[:1]), "".join(pair.family.sounds[-1:]))


def _sorted(one: str, other: str) -> str:
    return f"{one}|{other}" if one < other else f"{other}|{one}"
