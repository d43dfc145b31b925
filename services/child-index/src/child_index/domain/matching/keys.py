"""Blocking keys: 64-bit hashes under which a record is stored and looked up.

Two records of one child share at least one key unless many fields are wrong at once; each key defeats some errors. A
sorted pair makes swapped given and family names, or day and month, free. Keys that only repeat what others find were
left out after measuring what each adds: both names' sound or beginning with the year or the day, which one name with
the year or the day finds already.
"""

from xxhash import xxh3_64_intdigest

from child_index.domain.matching.prepared import BirthDate, Name, NamePair, Prepared

_SIGN = 1 << 63
_SPAN = 1 << 64


def blocking_keys(prepared: Prepared) -> tuple[int, ...]:
    """The distinct keys, as signed 64-bit integers (xxh3), of a record to be stored or of a query: the same for both.

    Thirteen to sixteen for a full record of one name and one postcode, more with other names and earlier postcodes,
    fewer where fields are missing; none only where nothing is known. Each leaves few of a million children: an
    identifier; a name with day and month; a name with the year and an initial; a postcode; a name with the street.
    The same on every machine and every supported Python.
    """
    return tuple(sorted(set(_hashed(_texts(prepared)))))


def identifier_keys(prepared: Prepared) -> tuple[int, ...]:
    """Those of the `blocking_keys` that are an identifier's."""
    return tuple(_hashed(_identifiers(prepared)))


def _hashed(texts: list[str]) -> list[int]:
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    return [h - _SPAN if h >= _SIGN else h for h in map(xxh3_64_intdigest, encoded)]


def _identifiers(prepared: Prepared) -> list[str]:
    texts = []
    if prepared.nhs_number:
        texts.append(f"nhs|{prepared.nhs_number}")
    if prepared.upn:
        texts.append(f"upn|{prepared.upn}")
    return texts


def _texts(prepared: Prepared) -> list[str]:
    # A list that grows by statements, since millions are made: generators would take twice as long.
    texts = _identifiers(prepared)
    born = prepared.born
    days = _days(born) if born is not None else ""
    postcodes = (prepared.postcode, *prepared.earlier_postcodes) if prepared.postcode else prepared.earlier_postcodes
    for postcode in postcodes:
        # Sorted: swapped characters are the commonest slip, and a postcode and its like hold some thirty children.
        texts.append(f"postcode|{''.join(sorted(postcode))}")
    number, street = _door(prepared)
    if street and born is not None and born.day:
        texts.append(f"born-street|{born.year}.{days}|{street[:2]}")
    for pair in prepared.names:
        given, family = pair.given.text, pair.family.text
        if street:
            texts += [f"sound-street|{sound}|{street}" for sound in pair.given.sounds]
            texts += [f"sound-street|{sound}|{street}" for sound in pair.family.sounds]
            if number:
                if given:
                    texts.append(f"door-initial|{number}|{street}|{given[0]}")
                if family:
                    texts.append(f"door-initial|{number}|{street}|{family[0]}")
        if given and family:
            starts = _sorted(given[:3], family[:3])
            texts += [f"starts-area|{starts}|{postcode[:2]}" for postcode in postcodes]
        if born is not None:
            _add_dated(texts, pair.given, family, born, days)
            _add_dated(texts, pair.family, given, born, days)
            if given and family:
                texts.append(f"year-ends|{born.year}|{_sorted(given[-3:], family[-3:])}")
        else:
            texts.append(f"sounds|{_sounds(pair)}")
    return texts


def _add_dated(texts: list[str], name: Name, other: str, born: BirthDate, days: str) -> None:
    """`other`: the text of the other half of the name."""
    year = born.year
    for token, sound in zip(name.tokens, name.sounds, strict=True):
        if born.day:
            texts.append(f"day-sound|{days}|{sound}")
            texts.append(f"born-start|{year}.{days}|{token[:2]}")
        if other:
            texts.append(f"year-sound|{year}|{sound}|{other[0]}")


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
