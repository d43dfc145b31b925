"""Whether the leaves of an export come in order, and if not, by what name: deleted, inserted or reordered.

The leaf index of a line is held against the one that is due, and where they differ the next line decides: if it
goes on from this one, leaves are missing before this line; if it goes on as though this line had borne the due
index, this line stands in another's place; otherwise this line is extra. A leaf that is missing in one place and
extra in another was moved.
"""

from bisect import bisect_left

from consent.domain.log_findings import Finding, FindingCode

LIMIT = 10_000
"""How many gaps, and how many extra lines, are kept to be matched; the rest are counted."""


class LeafOrder:
    """Fed with each line of an entry; says at the end what is out of order."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._due = 0
        self._unreadable = 0
        self._odd: tuple[int, int] | None = None
        self._gaps: list[tuple[int, int]] = []  # half-open, rising, apart
        self._extra: list[tuple[int, int]] = []  # (leaf index, line)
        self._uncounted = 0
        self.in_order = True
        """Whether every line so far was read and stood at its place."""

    def seen(self, leaf_index: int, line: int) -> None:
        """Take the next line of an entry: its leaf index, and its number in the file."""
        if self._odd is not None:
            self._settle(leaf_index)
        if leaf_index == self._due:
            self._due += 1
            self._unreadable = 0
            return
        self.in_order = False
        if self._due < leaf_index <= self._due + self._unreadable:
            # The missing leaves are the lines that could not be read, and were reported as such.
            self._due = leaf_index + 1
            self._unreadable = 0
        else:
            self._odd = (leaf_index, line)

    def unreadable(self) -> None:
        """Take note of a line that could not be read, and may have been an entry."""
        if self._odd is not None:
            self._settle(None)
        self.in_order = False
        self._unreadable += 1

    def finish(self, tree_size: int | None) -> list[Finding]:
        """What is out of order, given the size that the signed head states (None: there is no head)."""
        if self._odd is not None:
            self._settle(tree_size)
        findings: list[Finding] = []
        end = self._due + self._unreadable
        if tree_size is not None:
            if end < tree_size:
                self._gap(end, tree_size)
            elif self._due > tree_size:
                findings.append(_beyond(tree_size, self._due - 1))
        findings += self._match(end)
        if self._uncounted:
            text = f"{self._uncounted:,} more lines or gaps are out of order; they are not listed."
            findings.append(Finding(FindingCode.REORDERED_ENTRY, text))
        return findings

    def _settle(self, following: int | None) -> None:
        """Decide on the odd line by the leaf index that comes after it (at the end, the tree's size)."""
        assert self._odd is not None
        (leaf_index, line), self._odd = self._odd, None
        if following == self._due + 1:
            self._gap(self._due, self._due + 1)
            self._due += 1
        elif leaf_index > self._due and following != self._due:
            self._gap(self._due + self._unreadable, leaf_index)
            self._due = leaf_index + 1
            self._unreadable = 0
            return
        if len(self._extra) < self._limit:
            self._extra.append((leaf_index, line))
        else:
            self._uncounted += 1

    def _gap(self, begin: int, end: int) -> None:
        if len(self._gaps) < self._limit:
            self._gaps.append((begin, end))
        else:
            self._uncounted += 1

    def _match(self, end_of_lines: int) -> list[Finding]:
        """Pair what is missing here with what is extra there; what is missing after the last line, was cut off."""
        lines: dict[int, int] = {}
        doubled: list[tuple[int, int]] = []
        for leaf_index, line in self._extra:
            if leaf_index not in lines and self._is_missing(leaf_index):
                lines[leaf_index] = line
            else:
                doubled.append((leaf_index, line))
        moved = sorted(lines)
        findings = [_reordered(run, lines) for run in _runs(moved)]
        for begin, end in self._gaps:
            first, last = bisect_left(moved, begin), bisect_left(moved, end)
            at = begin
            for leaf_index in [*moved[first:last], end]:
                if at < leaf_index:
                    name = _truncated if begin >= end_of_lines else _deleted
                    findings.append(name(at, leaf_index))
                at = leaf_index + 1
        return findings + [_inserted(leaf_index, line) for leaf_index, line in doubled]

    def _is_missing(self, leaf_index: int) -> bool:
        at = bisect_left(self._gaps, (leaf_index + 1,)) - 1
        return at >= 0 and self._gaps[at][0] <= leaf_index < self._gaps[at][1]


def _runs(indices: list[int]) -> list[tuple[int, int]]:
    """Rising numbers as closed runs without a gap."""
    runs: list[tuple[int, int]] = []
    for index in indices:
        if runs and runs[-1][1] == index - 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def _leaves(first: int, last: int) -> str:
    return f"leaf {first:,}" if first == last else f"leaves {first:,} to {last:,}"


def _reordered(run: tuple[int, int], lines: dict[int, int]) -> Finding:
    first, last = run
    text = f"The line of {_leaves(first, last)} is not at its place: entries were reordered."
    return Finding(FindingCode.REORDERED_ENTRY, text, lines[first], first, last)


def _truncated(begin: int, end: int) -> Finding:
    count = end - begin
    text = (
        f"The export ends {count:,} {'entry' if count == 1 else 'entries'} before the size in its signed head. "
        "They are missing from the end, unless the lines were numbered anew."
    )
    return Finding(FindingCode.TRUNCATED, text, leaf_index=begin, last_leaf_index=end - 1)


def _deleted(begin: int, end: int) -> Finding:
    text = f"There is no line for {_leaves(begin, end - 1)}: deleted."
    return Finding(FindingCode.DELETED_ENTRY, text, leaf_index=begin, last_leaf_index=end - 1)


def _inserted(leaf_index: int, line: int) -> Finding:
    text = f"This line bears the number of leaf {leaf_index:,}, which has a line of its own: inserted."
    return Finding(FindingCode.INSERTED_ENTRY, text, line, leaf_index, leaf_index)


def _beyond(first: int, last: int) -> Finding:
    text = f"The signed head covers {first:,} entries; {_leaves(first, last)} came after: inserted."
    return Finding(FindingCode.INSERTED_ENTRY, text, leaf_index=first, last_leaf_index=last)
