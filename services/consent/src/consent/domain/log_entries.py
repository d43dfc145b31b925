"""What is hashed for an entry of the access log: its canonical body.

Canonical JSON here means: UTF-8, no white space between tokens, members sorted by the code points of their
names, nothing escaped but ``"``, ``\\`` and the control characters below U+0020 (these in the short form where JSON has
one, else as four lower-case hex digits), no numbers but whole ones. The same value therefore has one spelling,
and a line of an export can be held against it byte by byte.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import orjson

_SALT = re.compile(r"[0-9a-f]{32}")
_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


class NotCanonical(ValueError):
    """A value that canonical JSON has no spelling for. The text names the kind, never the value."""


def canonical_json(value: object) -> bytes:
    """The one spelling of a JSON value.

    Raises NotCanonical for floats, member names that are not text, types unknown to JSON, lone surrogates and
    nesting too deep to follow.
    """
    try:
        _check(value)
    except RecursionError:
        raise NotCanonical("nested too deeply") from None
    return encode_checked(value)


def encode_checked(value: object) -> bytes:
    """:func:`canonical_json` for a value that :func:`parse_json` gave, and that needs no second check.

    orjson spells it so too, in a tenth of the time; what it cannot take (numbers beyond 64 bits, deep nesting) it
    leaves to the standard library.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return _encoded_slowly(value)


def _encoded_slowly(value: object) -> bytes:
    try:
        return _encoder.encode(value).encode()
    except RecursionError:
        raise NotCanonical("nested too deeply") from None
    except UnicodeEncodeError:
        raise NotCanonical("text that UTF-8 cannot hold") from None
    except ValueError:  # Python's own limit, 4,300 digits
        raise NotCanonical("a number too long to write") from None


def parse_json(data: bytes) -> Any:
    """Read JSON of which :func:`encode_checked` gives the canonical spelling. Raises NotCanonical if it has none."""
    try:
        return _decoder.decode(data.decode())
    except NotCanonical:
        raise
    except UnicodeDecodeError:
        raise NotCanonical("not UTF-8") from None
    except RecursionError:
        raise NotCanonical("nested too deeply") from None
    except ValueError:  # json's own errors quote what they found
        raise NotCanonical("not JSON") from None


def leaf_data(entry: Mapping[str, object], salt: str) -> bytes:
    """The bytes whose leaf hash stands for the entry: canonical JSON of ``{"entry": ..., "salt": ...}``.

    ``salt`` is 32 lower-case hex digits (128 random bits), one for each entry. Without it nobody can confirm a
    guess of an entry from its hash, so a purge may drop entry and salt, keep the hash, and every proof still
    holds. Raises ValueError for any other salt, NotCanonical for an entry that JSON cannot hold.
    """
    if _SALT.fullmatch(salt) is None:
        raise ValueError("a salt is 32 lower-case hex digits")
    return leaf_data_of(canonical_json(dict(entry)), salt)


def leaf_data_of(entry_json: bytes, salt: str) -> bytes:
    """:func:`leaf_data` for an entry that is canonical JSON already, and a salt that was checked."""
    return b'{"entry":%b,"salt":"%b"}' % (entry_json, salt.encode())


def _check(value: object) -> None:
    if value is None or isinstance(value, (str, int)):  # a bool is an int, and JSON spells it
        return
    if isinstance(value, dict):
        for name, member in value.items():
            if not isinstance(name, str):
                raise NotCanonical("a member name that is not text")
            _check(member)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item)
    else:
        raise NotCanonical(f"a value of type {type(value).__name__}")


def _refuse(_: str) -> NoReturn:
    raise NotCanonical("a number that is not whole")


_decoder = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse)
