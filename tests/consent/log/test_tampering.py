"""Each way of tampering with an export is found, and by its name."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.domain.log_export import MAX_FINDINGS, entry_line, hidden_line, read_lines, verify_export
from consent.domain.log_findings import Finding, FindingCode, Report
from consent.domain.log_lines import MAX_LINE_BYTES
from tests.consent.log.builders import LINES, LOG, TRUSTED, codes, new_log


def named(report: Report) -> list[tuple[str, int | None, int | None]]:
    """Findings as (code, first leaf, last leaf)."""
    return [(str(finding.code), finding.leaf_index, finding.last_leaf_index) for finding in report.findings]


def renumbered(lines: list[bytes]) -> list[bytes]:
    """The same lines with leaf indices that run on: what a careful forger of a file does."""
    entries = [re.sub(rb'"leaf_index":\d+', b'"leaf_index":%d' % at, line) for at, line in enumerate(lines[:-1])]
    return [*entries, lines[-1]]


class TestTamperingIsNamed:
    def test_changed_entry(self) -> None:
        lines = [*LINES]
        lines[7] = lines[7].replace(b'"purpose":"early-help"', b'"purpose":"referral"')
        report = verify_export(lines, TRUSTED)
        (finding,) = report.findings
        assert (finding.code, finding.line, finding.leaf_index) == ("changed-entry", 8, 7)
        assert finding.entry_id == LOG.rows[7][0]["entry_id"]

    @pytest.mark.parametrize("at", [0, 11, 22])
    def test_deleted_entry(self, at: int) -> None:
        assert named(verify_export(LINES[:at] + LINES[at + 1 :], TRUSTED)) == [("deleted-entry", at, at)]

    def test_several_deleted_entries(self) -> None:
        lines = [line for at, line in enumerate(LINES) if at not in {2, 3, 4, 9, 11}]
        expected = [("deleted-entry", 2, 4), ("deleted-entry", 9, 9), ("deleted-entry", 11, 11)]
        assert named(verify_export(lines, TRUSTED)) == expected

    @pytest.mark.parametrize("at", [0, 11, 22])
    def test_reordered_neighbours(self, at: int) -> None:
        lines = [*LINES]
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
        assert named(verify_export(lines, TRUSTED)) == [("reordered-entry", at + 1, at + 1)]

    def test_two_entries_exchanged(self) -> None:
        lines = [*LINES]
        lines[3], lines[17] = lines[17], lines[3]
        assert named(verify_export(lines, TRUSTED)) == [
            ("reordered-entry", 3, 3),
            ("reordered-entry", 17, 17),
        ]

    @pytest.mark.parametrize(("begin", "end", "to"), [(5, 6, 15), (15, 16, 5), (5, 9, 15), (0, 3, 20), (20, 24, 1)])
    def test_moved_entries(self, begin: int, end: int, to: int) -> None:
        rest = LINES[:begin] + LINES[end:]
        lines = rest[:to] + LINES[begin:end] + rest[to:]
        assert codes(verify_export(lines, TRUSTED)) == {"reordered-entry"}

    def test_a_reversed_log(self) -> None:
        assert codes(verify_export([*LINES[-2::-1], LINES[-1]], TRUSTED)) == {"reordered-entry"}

    @pytest.mark.parametrize("at", [0, 1, 12, 24])
    @pytest.mark.parametrize("copied", [0, 7, 23])
    def test_inserted_copy(self, at: int, copied: int) -> None:
        report = verify_export([*LINES[:at], LINES[copied], *LINES[at:]], TRUSTED)
        assert named(report) == [("inserted-entry", copied, copied)]

    def test_inserted_new_entry(self) -> None:
        extra = new_log(1, seed=99).rows[0]
        line = entry_line(12, extra[2], extra[0], extra[1])
        assert named(verify_export([*LINES[:12], line, *LINES[12:]], TRUSTED)) == [("inserted-entry", 12, 12)]

    @pytest.mark.parametrize("at", [0, 12, 24])
    def test_inserted_and_numbered_anew(self, at: int) -> None:
        report = verify_export(renumbered([*LINES[:at], LINES[7], *LINES[at:]]), TRUSTED)
        assert named(report) == [("inserted-entry", 24, 24)]

    @pytest.mark.parametrize("cut", [1, 5, 24])
    def test_truncated_before_the_head(self, cut: int) -> None:
        lines = LINES[: 24 - cut] + LINES[-1:]
        assert named(verify_export(lines, TRUSTED)) == [("truncated", 24 - cut, 23)]

    def test_truncated_with_the_head(self) -> None:
        report = verify_export(LINES[:20], TRUSTED)
        assert codes(report) == {"truncated"}
        assert report.tree_size is None
        assert not report.key_trusted

    def test_truncated_in_the_middle_of_a_line(self) -> None:
        report = verify_export([*LINES[:20], LINES[20][:40]], TRUSTED)
        assert codes(report) == {"malformed-line", "truncated"}

    def test_deleted_and_numbered_anew(self) -> None:
        """The lines look whole; the head knows better."""
        assert codes(verify_export(renumbered(LINES[:5] + LINES[6:]), TRUSTED)) == {"truncated"}

    def test_replaced_by_another_entry_that_is_whole_in_itself(self) -> None:
        entry, salt, leaf = new_log(1, seed=99).rows[0]
        report = verify_export([*LINES[:5], entry_line(5, leaf, entry, salt), *LINES[6:]], TRUSTED)
        assert codes(report) == {"head-mismatch"}

    def test_exchanged_and_numbered_anew(self) -> None:
        lines = [*LINES]
        lines[3], lines[4] = lines[4], lines[3]
        assert codes(verify_export(renumbered(lines), TRUSTED)) == {"head-mismatch"}

    def test_a_hidden_entry_with_another_hash(self) -> None:
        report = verify_export([*LINES[:3], hidden_line(3, bytes(32)), *LINES[4:]], TRUSTED)
        assert codes(report) == {"head-mismatch"}

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda line: line.replace(b'"salt":', b'"salt": '),
            lambda line: line[:-1] + b"\r\n",
            lambda line: line[:-1] + b" \n",
            lambda line: b" " + line,
            lambda line: line.replace("ŵ".encode(), b"\\u0175"),
            lambda line: line.replace(b"\\n", b"\\u000a"),
            lambda line: line.replace(b'{"entry":', b'{"leaf_index":3,"entry":'),  # a member given twice
            lambda line: line.replace(b'"leaf_index":0', b'"leaf_index":-0'),
            lambda line: line.replace(b'"action":"read",', b"").replace(b'"at":', b'"action":"read","at":'),
        ],
    )
    def test_another_spelling_of_the_same(self, spoil: Callable[[bytes], bytes]) -> None:
        lines = [*LINES]
        lines[0] = spoil(lines[0])
        assert lines[0] != LINES[0]
        report = verify_export(lines, TRUSTED)
        assert [(finding.code, finding.line) for finding in report.findings[:1]] == [("non-canonical-line", 1)]

    @pytest.mark.parametrize(
        "line",
        [
            b"\n",
            b"{}\n",
            b"[]\n",
            b"null\n",
            b"not json\n",
            b'{"leaf_hash":"00","leaf_index":5}\n',
            b'{"leaf_hash":"' + b"0" * 64 + b'","leaf_index":true}\n',
            b'{"leaf_hash":"' + b"0" * 64 + b'","leaf_index":5.0}\n',
            b'{"leaf_hash":"' + b"0" * 64 + b'","leaf_index":-5}\n',
            b'{"leaf_hash":"' + b"0" * 64 + b'","leaf_index":' + b"9" * 50 + b"}\n",
            b'{"leaf_hash":null,"leaf_index":5}\n',
            b'{"leaf_hash":"' + b"0" * 64 + b'","leaf_index":5,"more":1}\n',
            b'{"entry":[],"leaf_hash":"' + b"0" * 64 + b'","leaf_index":5,"salt":"' + b"0" * 32 + b'"}\n',
            b'{"entry":{},"leaf_hash":"' + b"0" * 64 + b'","leaf_index":5,"salt":"0"}\n',
            b'{"entry":{"a":"\\ud800"},"leaf_hash":"' + b"0" * 64 + b'","leaf_index":5,"salt":"' + b"0" * 32 + b'"}\n',
            b'{"public_key":{},"tree_head":{}}\n',
            b'{"public_key":[],"tree_head":{}}\n',
            b"\xff\xfe\n",
            b"[" * 200_000 + b"\n",
            b'{"a":' * 200_000 + b"\n",
            *[b'{"a":' * deep + b"1" + b"}" * deep + b"\n" for deep in (100, 900, 980, 1_000, 5_000)],
            b"9" * 100_000 + b"\n",
            b" " * (MAX_LINE_BYTES + 5) + b"\n",
            b" " * MAX_LINE_BYTES + b"\n",
            b" " * (3 * MAX_LINE_BYTES + 3) + b"\n",
        ],
    )
    def test_malformed_line(self, line: bytes) -> None:
        content = b"".join([*LINES[:5], line, *LINES[6:]])
        report = verify_export(read_lines(BytesIO(content)), TRUSTED)
        assert [(finding.code, finding.line) for finding in report.findings] == [("malformed-line", 6)]
        assert report.root_hash is None

    def test_after_a_malformed_line_the_rest_is_still_looked_at(self) -> None:
        lines = [*LINES[:5], b"spoilt\n", *LINES[6:15], *LINES[16:]]
        assert [code for code, *_ in named(verify_export(lines, TRUSTED))] == [
            "malformed-line",
            "deleted-entry",
        ]

    @pytest.mark.parametrize("extra", [LINES[-1], LINES[0], b"\n", b"x\n"])
    def test_nothing_may_follow_the_head(self, extra: bytes) -> None:
        report = verify_export([*LINES, extra], TRUSTED)
        assert named(report) == [("malformed-line", None, None)]
        assert report.findings[0].line == 26

    def test_findings_are_listed_to_a_limit_and_all_counted(self) -> None:
        lines = [line.replace(b'"action":"read"', b'"action":"list"') for line in new_log(1_200).export()]
        report = verify_export(lines, TRUSTED)
        assert len(report.findings) == MAX_FINDINGS
        assert report.findings_total == 1_200

    def test_findings_quote_nothing_of_what_they_found(self) -> None:
        log = new_log(3)
        secret = "Gwenllian"
        text = log.export()[1].decode()
        spoilt = [
            text.replace('"read"', f'"{secret}"'),
            text.replace(log.rows[1][0]["entry_id"], secret),
            text.replace('"leaf_hash"', f'"{secret}"'),
            f"{secret}\n",
            text.replace('"salt":"', f'"salt":"{secret}'),
        ]
        for line in spoilt:
            report = verify_export([log.export()[0], line.encode(), *log.export()[2:]], TRUSTED)
            assert not report.ok
            assert secret not in str(report.as_dict())


@given(data=st.data())
@settings(max_examples=150)
def test_any_shuffling_repeating_and_dropping_of_lines_is_found(data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.sampled_from(LINES), max_size=30) | st.permutations(LINES))
    assert verify_export(lines, TRUSTED).ok == (lines == LINES)


@given(kept=st.sets(st.integers(0, 22)))
def test_deleted_entries_are_named_each(kept: set[int]) -> None:
    """Any entries but the last are taken out; exactly these are named."""
    lines = [line for at, line in enumerate(LINES) if at in kept or at >= 23]
    gone: set[int] = set()
    report = verify_export(lines, TRUSTED)
    for finding in report.findings:
        assert finding.code is FindingCode.DELETED_ENTRY
        gone |= span(finding)
    assert gone == set(range(23)) - kept


def span(finding: Finding) -> set[int]:
    assert finding.leaf_index is not None
    assert finding.last_leaf_index is not None
    return set(range(finding.leaf_index, finding.last_leaf_index + 1))


@pytest.mark.parametrize("deep", [10, 400, 480, 600, 700, 800, 900, 940, 980, 1_000, 3_000, 20_000])
def test_nesting_of_any_depth_ends_in_a_finding(deep: int) -> None:
    """Reading and spelling give up at different depths; neither may bring the verifier down."""
    lines = [*LINES]
    lines[5] = lines[5].replace(b'"purpose":"early-help"', b'"purpose":' + b"[" * deep + b"]" * deep)
    assert codes(verify_export(lines, TRUSTED)) in ({"malformed-line"}, {"changed-entry"})


def test_more_disorder_than_can_be_listed_is_still_counted() -> None:
    lines = [hidden_line(index, bytes(32)) for index in range(0, 22_000, 2)]
    report = verify_export([*lines, LINES[-1]], TRUSTED)
    assert not report.ok
    assert len(report.findings) == MAX_FINDINGS < report.findings_total


def test_a_flood_of_copies_is_still_counted() -> None:
    report = verify_export([*LINES[:3], *[LINES[0]] * 11_000, *LINES[3:]], TRUSTED)
    assert codes(report) == {"inserted-entry"}
    assert report.findings_total == 10_001  # the last speaks for all that are not listed
