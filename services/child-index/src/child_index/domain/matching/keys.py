"""Blocking keys: 64-bit hashes under which a record is stored and looked up.

Two records of one child share at least one key unless many fields are wrong at once; each key defeats some errors. A
sorted pair makes swapped given and family names, or day and month, free. Keys that only repeat what others find were
left out after measuring what each adds (both names' sound with the day, last letters with the day).
"""

from collections.abc import Iterator

from xxhash import xxh3_64_intdigest

from child_index.domain.matching.prepared import BirthDate, NamePair, Prepared

_SIGN = 1 << 63
_SPAN = 1 << 64


def blocking_keys(prepared: Prepared) -> tuple[int, ...]:
    """The distinct keys, as signed 64-bit integers (xxh3), of a record to be stored or of a query: the same for both.

    Twelve to sixteen for a full record of one name and one postcode, more with other names and earlier postcodes, fewer
    where fields are missing; none only where nothing is known. Each is enough to go on: an identifier; a name and
    the birth date; a postcode and an initial. The same on every machine and every supported Python.
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
    if born is not None:
        for postcode in postcodes:
            yield f"postcode-year|{postcode}|{born.year}"
    door = _door(prepared)
    for pair in prepared.names:
        given, family = pair.given.text, pair.family.text
        for initial in (given[:1], family[:1]):
            if initial:
                for postcode in postcodes:
                    yield f"postcode-initial|{postcode}|{initial}"
                if door:
                    yield f"door-initial|{door}|{initial}"
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
    days = f"{born.month}.{born.day}" if born.month < born.day else f"{born.day}.{born.month}"
    for token, sound in zip(given.tokens + family.tokens, given.sounds + family.sounds, strict=True):
        yield f"born-sound|{born.year}.{days}|{sound}"
        yield f"born-start|{born.year}.{days}|{token[:2]}"
    if given.text and family.text:
        starts = _sorted(given.text[:3], family.text[:3])
        yield f"sounds-year|{_sounds(pair)}|{born.year}"
        yield f"starts-year|{starts}|{born.year}"
        yield f"starts-day|{starts}|{days}"
        yield f"ends-year|{_sorted(given.text[-3:], family.text[-3:])}|{born.year}"


def _door(prepared: Prepared) -> str:
    """House number and the beginning of the street, '' where either is unknown."""
    address = prepared.address
    return f"{address.numbers[0]}|{address.words[:4]}" if address and address.numbers and address.words else ""


def _sounds(pair: NamePair) -> str:
    return _sorted("".join(pair.given.sounds[:1]), "".join(pair.family.sounds[-1:]))


def _sorted(one: str, other: str) -> str:
    return f"{one}|{other}" if one < other else f"{other}|{one}"
