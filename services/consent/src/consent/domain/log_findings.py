"""What a verifier of the access log has to say. No finding holds personal data, or anything quoted from a file."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class FindingCode(StrEnum):
    CHANGED_ENTRY = "changed-entry"
    DELETED_ENTRY = "deleted-entry"
    INSERTED_ENTRY = "inserted-entry"
    REORDERED_ENTRY = "reordered-entry"
    TRUNCATED = "truncated"
    NEWER_HEAD = "newer-head"
    MALFORMED_LINE = "malformed-line"
    NON_CANONICAL_LINE = "non-canonical-line"
    HEAD_MISMATCH = "head-mismatch"
    FORKED_HEAD = "forked-head"
    BAD_SIGNATURE = "bad-signature"
    KEY_MISMATCH = "key-mismatch"
    UNKNOWN_KEY = "unknown-key"
    BAD_HELD_HEAD = "bad-held-head"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. Lines count from 1, leaves from 0; ``last_leaf_index`` closes a run of leaves.

    ``tree_size`` names the held head that a finding is about.
    """

    code: FindingCode
    message: str
    line: int | None = None
    leaf_index: int | None = None
    last_leaf_index: int | None = None
    entry_id: str | None = None
    tree_size: int | None = None


@dataclass(slots=True)
class Report:
    """What was read, and what was found.

    ``entries`` lines of entries were read, ``hidden`` of them without a body. ``tree_size``, ``timestamp`` and
    ``key_id`` are the signed head's (None: no head). ``root_hash`` is the root recomputed from the entries, None
    when they are not whole. ``key_trusted``: the head was signed by a key that the caller brought, not only by
    the one in the file. ``findings`` holds the first ones in full, ``findings_total`` counts them all. ``notes``
    are for the reader, and are no faults.
    """

    entries: int = 0
    hidden: int = 0
    tree_size: int | None = None
    timestamp: str | None = None
    key_id: str | None = None
    root_hash: str | None = None
    key_trusted: bool = False
    heads_compared: int = 0
    findings: list[Finding] = field(default_factory=list)
    findings_total: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.findings_total == 0

    def codes(self) -> set[FindingCode]:
        return {finding.code for finding in self.findings}

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON can hold it; of a finding, the members that say something."""
        findings = [
            {name: value for name, value in asdict(finding).items() if value is not None} for finding in self.findings
        ]
        return {"ok": self.ok, **asdict(self), "findings": findings}
