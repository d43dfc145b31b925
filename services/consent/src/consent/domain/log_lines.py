"""One line of an export of the access log: written, and read back.

An export is NDJSON, each line canonical JSON (see :mod:`consent.domain.log_entries`) and one newline:

- an entry in leaf order: ``{"entry", "leaf_hash", "leaf_index", "salt"}``;
- an entry that this reader may not see, or whose body was purged: ``{"leaf_hash", "leaf_index"}``. Its place and
  hash are there, so everyone can verify the whole tree;
- last, ``{"public_key", "tree_head"}``: the signed head over exactly these entries, and the key (crv, kty, x, y).
  Once the log's key has been changed, ``"earlier_keys"`` stands there too: every other key that signed a head, so
  that heads kept from before can be verified.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from consent.domain.log_entries import (
    NotCanonical,
    canonical_json,
    encode_checked,
    leaf_data_of,
    parse_json,
)
from consent.domain.log_heads import InvalidHead, TreeHead
from consent.domain.merkle import HASH_SIZE, leaf_hash

MAX_LINE_BYTES = 1 << 20
"""No entry comes near it; it bounds what a verifier holds of a file that was made to harm."""

_HASH = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"[0-9a-f]{32}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OPEN = frozenset({"entry", "leaf_hash", "leaf_index", "salt"})
_HIDDEN = frozenset({"leaf_hash", "leaf_index"})
_HEAD = frozenset({"public_key", "tree_head"})
_ROTATED = _HEAD | {"earlier_keys"}


class MalformedLine(ValueError):
    """Not a line of an export. The text says in what way, and quotes nothing."""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line for one leaf. ``matches``: None for a hidden entry, else whether its body gives the leaf hash."""

    leaf_index: int
    leaf_hash: bytes
    matches: bool | None
    entry_id: str | None
    canonical: bool


@dataclass(frozen=True, slots=True)
class HeadLine:
    """The last line."""

    head: TreeHead
    public_key: Mapping[str, object]
    canonical: bool
    earlier_keys: tuple[Mapping[str, object], ...] = ()


def entry_line(leaf_index: int, leaf: bytes, entry: Mapping[str, object], salt: str) -> bytes:
    """The line of an entry that the reader may see.

    ``leaf`` is the stored 32-byte leaf hash, and is written as it is: a body that no longer gives it must show.
    Raises ValueError for a salt, a hash or an index that is not in its form, or a line beyond MAX_LINE_BYTES,
    NotCanonical for the entry.
    """
    if _SALT.fullmatch(salt) is None:
        raise ValueError("a salt is 32 lower-case hex digits")
    line = _entry_line(canonical_json(dict(entry)), _leaf_hex(leaf), _checked_index(leaf_index), salt)
    if len(line) > MAX_LINE_BYTES:
        raise ValueError("an entry too long for an export")
    return line


def hidden_line(leaf_index: int, leaf: bytes) -> bytes:
    """The line of an entry that the reader may not see, or that was purged. Raises ValueError."""
    return _hidden_line(_leaf_hex(leaf), _checked_index(leaf_index))


def head_line(
    head: TreeHead, public_jwk: Mapping[str, object], earlier_keys: Sequence[Mapping[str, object]] = ()
) -> bytes:
    """The last line. ``public_jwk``: :attr:`LogSigner.public_jwk` of the key that signed the head."""
    line: dict[str, object] = {"public_key": dict(public_jwk), "tree_head": head.as_dict()}
    if earlier_keys:
        line["earlier_keys"] = [dict(key) for key in earlier_keys]
    return canonical_json(line) + b"\n"


def read_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, newline included; of a line that is too long, its beginning only (it is refused)."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES + 1)
            if not line:
                return


def read_line(line: bytes) -> EntryLine | HeadLine:
    """Read one line, its newline included. Raises MalformedLine.

    A line that says what it should, but in another spelling, comes back with ``canonical`` false.
    """
    if len(line) > MAX_LINE_BYTES:
        raise MalformedLine("longer than any line of an export")
    try:
        value = parse_json(line)
        if not isinstance(value, dict):
            raise MalformedLine("not a JSON object")
        members = value.keys()
        if members == _OPEN:
            return _read_entry(line, value)
        if members == _HIDDEN:
            digest, index = _index_and_hash(value)
            return EntryLine(index, bytes.fromhex(digest), None, None, line == _hidden_line(digest, index))
        if members in (_HEAD, _ROTATED):
            return _read_head(line, value)
    except NotCanonical as error:
        raise MalformedLine(str(error)) from None
    raise MalformedLine("neither an entry nor a tree head")


def _read_entry(line: bytes, value: dict[str, Any]) -> EntryLine:
    digest, index = _index_and_hash(value)
    entry, salt = value["entry"], value["salt"]
    if not isinstance(entry, dict):
        raise MalformedLine("the entry is not a JSON object")
    if not isinstance(salt, str) or _SALT.fullmatch(salt) is None:
        raise MalformedLine("the salt is not 32 lower-case hex digits")
    body = encode_checked(entry)
    stated = bytes.fromhex(digest)
    entry_id = entry.get("entry_id")
    if not isinstance(entry_id, str) or _UUID.fullmatch(entry_id) is None:
        entry_id = None  # it will be shown, so nothing but an id may pass
    return EntryLine(
        leaf_index=index,
        leaf_hash=stated,
        matches=leaf_hash(leaf_data_of(body, salt)) == stated,
        entry_id=entry_id,
        canonical=line == _entry_line(body, digest, index, salt),
    )


def _read_head(line: bytes, value: dict[str, Any]) -> HeadLine:
    if not isinstance(value["public_key"], dict):
        raise MalformedLine("the public key is not a JSON object")
    earlier = value.get("earlier_keys", [])
    if not isinstance(earlier, list) or not all(isinstance(key, dict) for key in earlier):
        raise MalformedLine("the earlier keys are not a list of JSON objects")
    try:
        head = TreeHead.parse(value["tree_head"], exact=True)
    except InvalidHead as error:
        raise MalformedLine(str(error)) from None
    canonical = line == encode_checked(value) + b"\n"
    return HeadLine(head, value["public_key"], canonical, tuple(earlier))


def _index_and_hash(value: dict[str, Any]) -> tuple[str, int]:
    index, digest = value["leaf_index"], value["leaf_hash"]
    if type(index) is not int or not 0 <= index < 2**63:
        raise MalformedLine("the leaf index is not a whole number from 0 to 2^63 - 1")
    if not isinstance(digest, str) or _HASH.fullmatch(digest) is None:
        raise MalformedLine("the leaf hash is not 64 lower-case hex digits")
    return digest, index


def _entry_line(body: bytes, digest: str, index: int, salt: str) -> bytes:
    return b'{"entry":%b,"leaf_hash":"%b","leaf_index":%d,"salt":"%b"}\n' % (
        body,
        digest.encode(),
        index,
        salt.encode(),
    )


def _hidden_line(digest: str, index: int) -> bytes:
    return b'{"leaf_hash":"%b","leaf_index":%d}\n' % (digest.encode(), index)


def _leaf_hex(leaf: bytes) -> str:
    if len(leaf) != HASH_SIZE:
        raise ValueError("a leaf hash has 32 bytes")
    return leaf.hex()


def _checked_index(leaf_index: int) -> int:
    if leaf_index < 0:
        raise ValueError("a leaf index is not negative")
    return leaf_index
