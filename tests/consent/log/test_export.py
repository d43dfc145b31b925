"""An export proves itself sound, to those who may read all of it and to those who may not."""

import random
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.domain.log_export import entry_line, hidden_line, verify_export
from consent.domain.log_lines import MAX_LINE_BYTES
from consent.domain.merkle import EMPTY_ROOT
from tests.consent.log.builders import LINES, LOG, TRUSTED, Log, codes, new_entry, new_log

SALT = "ab" * 16


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 9, 24])
def test_a_sound_export_is_sound(size: int) -> None:
    log = new_log(size)
    report = verify_export(log.export(), TRUSTED)
    assert report.ok
    assert report.key_trusted
    assert (report.entries, report.hidden, report.tree_size) == (size, 0, size)
    assert report.root_hash == log.frontier.root().hex()
    assert (report.findings, report.notes) == ([], [])


def test_the_empty_log_is_one_line_and_sound() -> None:
    lines = new_log(0).export()
    report = verify_export(lines, TRUSTED)
    assert len(lines) == 1
    assert report.ok
    assert report.root_hash == EMPTY_ROOT.hex()


def test_no_lines_at_all_are_a_truncated_export() -> None:
    report = verify_export([], TRUSTED)
    assert not report.ok
    assert codes(report) == {"truncated"}


@given(hidden=st.sets(st.integers(0, 23)))
def test_a_reader_of_some_entries_verifies_the_whole_tree(hidden: set[int]) -> None:
    report = verify_export(LOG.export(hidden=hidden.__contains__), TRUSTED)
    assert report.ok
    assert (report.entries, report.hidden) == (24, len(hidden))
    assert report.root_hash == LOG.frontier.root().hex()


def test_a_hidden_line_says_nothing_but_place_and_hash() -> None:
    assert hidden_line(3, LOG.rows[3][2]) == b'{"leaf_hash":"%s","leaf_index":3}\n' % LOG.rows[3][2].hex().encode()


def test_entries_may_gain_fields() -> None:
    log = Log()
    log.append({**new_entry(random.Random(3)), "added_later": {"nested": ["é", 1]}}, SALT)
    assert verify_export(log.export(), TRUSTED).ok


def test_without_a_trusted_key_the_report_says_what_is_still_to_be_done() -> None:
    report = verify_export(LINES)
    assert report.ok
    assert not report.key_trusted
    assert report.key_id == LOG.signer.key_id
    assert any(LOG.signer.key_id in note and "by another way" in note for note in report.notes)


ENTRY, ENTRY_SALT, LEAF = LOG.rows[0]


@pytest.mark.parametrize(
    "write",
    [
        lambda: entry_line(-1, LEAF, ENTRY, ENTRY_SALT),
        lambda: entry_line(0, LEAF[:-1], ENTRY, ENTRY_SALT),
        lambda: entry_line(0, LEAF, ENTRY, "salt"),
        lambda: entry_line(0, LEAF, {**ENTRY, "score": 0.5}, ENTRY_SALT),
        lambda: entry_line(0, LEAF, {**ENTRY, "note": "x" * MAX_LINE_BYTES}, ENTRY_SALT),
        lambda: hidden_line(-1, LEAF),
        lambda: hidden_line(0, b""),
    ],
)
def test_a_writer_refuses_what_a_reader_could_not_check(write: Callable[[], bytes]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        write()


def test_an_export_is_verified_as_a_stream() -> None:
    """A line is asked for only after the one before it was dealt with, so none need be kept."""
    alive = 0

    class Line(bytes):
        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def stream() -> Iterator[bytes]:
        nonlocal alive
        for line in LINES:
            alive += 1
            yield Line(line)
            assert alive <= 2

    assert verify_export(stream(), TRUSTED).ok
