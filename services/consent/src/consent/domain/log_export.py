"""The offline proof of an export of the access log: is this the log that the signed tree heads speak of?

Reads the export once, keeps only the tree's right edge, and names each fault. The form of the lines, and their
writers, are in :mod:`consent.domain.log_lines`.
"""

from collections.abc import Iterable, Mapping, Sequence

from consent.domain.log_findings import Finding, FindingCode, Report
from consent.domain.log_heads import InvalidKey, LogKey, TreeHead
from consent.domain.log_lines import (
    EntryLine,
    HeadLine,
    MalformedLine,
    entry_line,
    head_line,
    hidden_line,
    read_line,
    read_lines,
)
from consent.domain.log_order import LeafOrder
from consent.domain.merkle import Frontier

__all__ = ["entry_line", "head_line", "hidden_line", "read_lines", "verify_export"]

MAX_FINDINGS = 1_000
"""How many findings a report holds in full."""


def verify_export(
    lines: Iterable[bytes],
    trusted_keys: Mapping[str, Mapping[str, object]] | None = None,
    held_heads: Sequence[TreeHead] = (),
) -> Report:
    """Verify an export, line by line (each with its newline; of a file, use :func:`read_lines`).

    ``trusted_keys``: public JWKs by key id, got by another way than this export. Without them (None) the
    signature is checked against the key in the export, which proves only that whoever made the export had that
    key; the report says so. ``held_heads``: tree heads of this log that the reader kept from earlier.

    Raises InvalidKey when a trusted key is not a P-256 key, or not the one that its id names.
    """
    trusted = None if trusted_keys is None else _load_keys(trusted_keys)
    verifier = _Verifier(trusted, held_heads)
    for number, line in enumerate(lines, start=1):
        verifier.take(number, line)
    return verifier.finish()


class _Verifier:
    def __init__(self, trusted: Mapping[str, LogKey] | None, held_heads: Sequence[TreeHead]) -> None:
        self._trusted = trusted
        self._held = sorted(held_heads, key=lambda head: head.tree_size)
        self._report = Report()
        self._tree = Frontier()
        self._order = LeafOrder()
        self._last: HeadLine | None = None
        self._roots: dict[int, str] = {}
        self._wanted = {head.tree_size for head in self._held}
        self._note_root()

    def take(self, number: int, line: bytes) -> None:
        try:
            read = read_line(line)
        except MalformedLine as error:
            self._find(FindingCode.MALFORMED_LINE, f"This line cannot be read: {error}.", line=number)
            if self._last is None:
                self._order.unreadable()
            return
        if not read.canonical:
            text = "This line is not spelt as the log spells it (white space, order, escapes or line end)."
            self._find(FindingCode.NON_CANONICAL_LINE, text, line=number)
        if self._last is not None:
            self._find(FindingCode.MALFORMED_LINE, "Nothing may follow the signed tree head.", line=number)
        elif isinstance(read, HeadLine):
            self._last = read
        else:
            self._take_entry(number, read)

    def _take_entry(self, number: int, entry: EntryLine) -> None:
        self._report.entries += 1
        if entry.matches is None:
            self._report.hidden += 1
        elif not entry.matches:
            self._find(
                FindingCode.CHANGED_ENTRY,
                "The entry and its leaf hash do not belong together: one of them was changed.",
                line=number,
                leaf_index=entry.leaf_index,
                entry_id=entry.entry_id,
            )
        self._order.seen(entry.leaf_index, number)
        self._tree.append(entry.leaf_hash)
        self._note_root()

    def _note_root(self) -> None:
        # After a line out of order the entries are no longer the log's, and a root over them proves nothing.
        if self._tree.size in self._wanted and self._order.in_order:
            self._roots[self._tree.size] = self._tree.root().hex()

    def finish(self) -> Report:
        report = self._report
        head = self._last.head if self._last else None
        for finding in self._order.finish(head.tree_size if head else None):
            self._add(finding)
        if self._order.in_order:
            report.root_hash = self._tree.root().hex()
        own_keys = self._check_head(self._last) if self._last else {}
        if head is None:
            text = "The signed tree head at the end is missing: what was cut off with it cannot be known."
            self._find(FindingCode.TRUNCATED, text)
        for held in self._held:
            self._compare(held, head, own_keys)
        if not self._order.in_order:
            report.notes.append(
                "The entries are not whole and in order, so the root over them could not be recomputed."
            )
        return report

    def _check_head(self, last: HeadLine) -> dict[str, LogKey]:
        """Hold the signed head against the entries and the keys; return the good keys in the export, by id."""
        head, report = last.head, self._report
        report.tree_size, report.timestamp, report.key_id = head.tree_size, head.timestamp, head.key_id
        # A size that differs is reported as what is missing or extra.
        if report.root_hash not in (None, head.root_hash) and head.tree_size == self._tree.size:
            self._find(
                FindingCode.HEAD_MISMATCH,
                "The entries do not add up to the signed root: at least one was changed, exchanged, added or "
                "taken out, and the lines made to fit.",
            )
        own_key = self._own_key(last)
        key: LogKey | None = own_key
        if self._trusted is not None and head.key_id in self._trusted:
            key = self._trusted[head.key_id]
        elif self._trusted is not None:
            text = "The tree head is signed by a key that is not among the trusted ones."
            self._find(FindingCode.UNKNOWN_KEY, text)
        signed = key is not None and key.verify(head)
        if key is not None and not signed:
            self._find(FindingCode.BAD_SIGNATURE, "The signature of the tree head is not its key's.")
        report.key_trusted = signed and self._trusted is not None and head.key_id in self._trusted
        if signed and self._trusted is None:
            report.notes.append(
                "No trusted key was given: the signature was checked only against the key inside the export, "
                "which whoever forged the export could have put there. Compare the key id (the key's "
                f"fingerprint) {head.key_id} with one that you got from the log's keeper by another way."
            )
        return {each.key_id: each for each in (own_key, *self._earlier_keys(last)) if each is not None}

    def _earlier_keys(self, last: HeadLine) -> list[LogKey]:
        """The keys from before a rotation. Like the export's own key, they prove no more than who made the file."""
        found = []
        for jwk in last.earlier_keys:
            try:
                found.append(LogKey(jwk))
            except InvalidKey:
                text = "One of the earlier public keys in the export is no key of a log."
                self._find(FindingCode.KEY_MISMATCH, text)
        return found

    def _own_key(self, last: HeadLine) -> LogKey | None:
        text = "The public key in the export is not the one that the tree head names."
        try:
            key = LogKey(last.public_key)
        except InvalidKey:
            self._find(FindingCode.KEY_MISMATCH, text)
            return None
        if key.key_id != last.head.key_id or key.public_jwk != last.public_key:
            self._find(FindingCode.KEY_MISMATCH, text)
            return None
        return key

    def _compare(self, held: TreeHead, head: TreeHead | None, own_keys: Mapping[str, LogKey]) -> None:
        """Hold a head that the reader kept against the root recomputed at its size."""
        size = held.tree_size
        if not self._is_evidence(held, own_keys):
            return
        at_size = self._roots.get(size)
        same_size = head is not None and head.tree_size == size
        if (at_size not in (None, held.root_hash)) or (
            head is not None and same_size and head.root_hash != held.root_hash
        ):
            self._find(
                FindingCode.FORKED_HEAD,
                f"The held head of {size:,} entries has another root than the first {size:,} entries of this "
                "export: this is not the log as it was when that head was signed.",
                tree_size=size,
            )
        elif at_size is None and head is not None and size > head.tree_size:
            self._find(
                FindingCode.NEWER_HEAD,
                f"The held head of {held.timestamp} is newer than this log: it covers {size:,} entries, the export "
                f"of {head.timestamp} only {head.tree_size:,}. The end was cut off, the log was restored to an "
                "earlier moment, or the export was made before.",
                tree_size=size,
            )
        elif at_size is None:
            self._report.notes.append(
                f"The held head of {size:,} entries could not be compared: the entries before it are not whole."
            )
            return
        self._report.heads_compared += 1

    def _is_evidence(self, held: TreeHead, own_keys: Mapping[str, LogKey]) -> bool:
        """Whether a held head may speak. Only one known to be spoilt may not: its reader vouches for the rest."""
        known = self._trusted if self._trusted is not None else own_keys
        key = known.get(held.key_id)
        size = held.tree_size
        if key is not None:
            if not key.verify(held):
                text = f"The held head of {size:,} entries does not bear its key's signature; it was not used."
                self._find(FindingCode.BAD_HELD_HEAD, text, tree_size=size)
                return False
        elif self._trusted is not None:
            text = f"The held head of {size:,} entries is signed by a key that is not among the trusted ones."
            self._find(FindingCode.UNKNOWN_KEY, text, tree_size=size)
        else:
            self._report.notes.append(
                f"The held head of {size:,} entries was compared, but its signature could not be checked: it is "
                "signed by a key that the export does not hold, and no trusted keys were given."
            )
        return True

    def _find(
        self,
        code: FindingCode,
        message: str,
        *,
        line: int | None = None,
        leaf_index: int | None = None,
        entry_id: str | None = None,
        tree_size: int | None = None,
    ) -> None:
        self._add(Finding(code, message, line, leaf_index, leaf_index, entry_id, tree_size))

    def _add(self, finding: Finding) -> None:
        self._report.findings_total += 1
        if len(self._report.findings) < MAX_FINDINGS:
            self._report.findings.append(finding)


def _load_keys(jwks: Mapping[str, Mapping[str, object]]) -> dict[str, LogKey]:
    keys = {key_id: LogKey(jwk) for key_id, jwk in jwks.items()}
    if any(key_id != key.key_id for key_id, key in keys.items()):
        raise InvalidKey("a trusted key is not the one that its id names")
    return keys
