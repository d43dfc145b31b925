"""No byte of an export can be changed, added or taken out without the verifier finding it."""

import random
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st

from consent.domain.log_export import read_lines, verify_export
from tests.consent.log.builders import LINES, TRUSTED, new_log


class TestEveryChangedByteIsFound:
    FILE = b"".join(LINES)

    @given(at=st.integers(0, len(FILE) - 1), value=st.integers(0, 255))
    @settings(max_examples=300)
    def test_anywhere(self, at: int, value: int) -> None:
        self.check(at, value)

    def test_at_the_edges_of_every_line(self) -> None:
        rng = random.Random(11)
        begin = 0
        for line in LINES:
            end = begin + len(line)
            for at in {
                begin,
                begin + 1,
                end - 4,
                end - 3,
                end - 2,
                end - 1,
                *rng.choices(range(begin, end), k=4),
            }:
                for value in (
                    self.FILE[at] ^ 1,
                    self.FILE[at] ^ 0x20,
                    ord(" "),
                    ord("\n"),
                    rng.randrange(256),
                ):
                    self.check(at, value)
            begin = end

    def test_every_byte_of_the_last_line(self) -> None:
        """The signature and the key have bits that lenient decoders pass over: each must count."""
        lines = new_log(1).export()
        for at in range(len(lines[-1])):
            for bit in range(8):
                changed = bytearray(lines[-1])
                changed[at] ^= 1 << bit
                for trusted in (None, TRUSTED):
                    report = verify_export(read_lines(BytesIO(lines[0] + changed)), trusted)
                    assert not report.ok, (at, bit)

    def test_a_byte_more_or_less(self) -> None:
        rng = random.Random(12)
        for at in rng.choices(range(len(self.FILE)), k=60):
            for extra in (b" ", b"\n", b"\r", b"0", b"\x00", b"\xff"):
                self.check_file(self.FILE[:at] + extra + self.FILE[at:])
            self.check_file(self.FILE[:at] + self.FILE[at + 1 :])
        for tail in (b"\n", b" ", b"{}\n", LINES[-1], LINES[0], b"\x00"):
            self.check_file(self.FILE + tail)
        for head in (b"\n", b"\xef\xbb\xbf", LINES[0]):
            self.check_file(head + self.FILE)

    def check(self, at: int, value: int) -> None:
        self.check_file(self.FILE[:at] + bytes([value]) + self.FILE[at + 1 :])

    def check_file(self, content: bytes) -> None:
        # Without a trusted key, for then fewer things are held against each other.
        assert verify_export(read_lines(BytesIO(content))).ok == (content == self.FILE)
