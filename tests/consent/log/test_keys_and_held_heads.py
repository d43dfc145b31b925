"""Forged keys, forked logs and rotated keys, seen by readers who brought keys or heads of their own."""

import pytest

from consent.domain.log_export import head_line, verify_export
from consent.domain.log_heads import InvalidKey
from tests.consent.log.builders import LINES, LOG, TRUSTED, codes, new_log, new_signer, relog


class TestKeysAndHeads:
    FORGER = new_signer(66)

    def forged(self, signer: bool = True) -> list[bytes]:
        """The log with entry 9 taken out and everything after it made anew and signed again."""
        rows = [(entry, salt) for entry, salt, _ in LOG.rows]
        return relog(LOG, rows[:9] + rows[10:], self.FORGER if signer else None).export()

    def test_a_log_signed_by_a_forger_is_found_with_a_trusted_key(self) -> None:
        report = verify_export(self.forged(), TRUSTED)
        assert codes(report) == {"unknown-key"}
        assert not report.key_trusted

    def test_a_log_signed_by_a_forger_is_found_with_a_held_head(self) -> None:
        held = new_log(20).head()
        report = verify_export(self.forged(), held_heads=[held])
        assert codes(report) == {"forked-head"}
        assert report.findings[0].tree_size == 20

    def test_without_either_it_can_only_be_found_by_comparing_fingerprints(self) -> None:
        report = verify_export(self.forged())
        assert report.ok
        assert not report.key_trusted
        assert report.key_id == self.FORGER.key_id != LOG.signer.key_id

    def test_a_log_rewritten_by_its_own_keeper_is_found_with_a_held_head(self) -> None:
        held = [new_log(size).head() for size in (5, 9, 10, 20)]
        report = verify_export(self.forged(signer=False), TRUSTED, held)
        assert [(finding.code, finding.tree_size) for finding in report.findings] == [
            ("forked-head", 10),
            ("forked-head", 20),
        ]
        assert report.heads_compared == 4

    def test_another_head_of_the_same_size_is_a_fork(self) -> None:
        other = new_log(24, seed=8).head()
        assert codes(verify_export(LINES, TRUSTED, [other])) == {"forked-head"}
        assert codes(verify_export([*LINES[:4], b"x\n", *LINES[5:]], TRUSTED, [other])) == {
            "forked-head",
            "malformed-line",
        }

    def test_every_earlier_head_of_the_same_log_agrees(self) -> None:
        held = [new_log(size).head(f"2025-03-01T00:00:{size:02d}Z") for size in range(25)]
        report = verify_export(LINES, TRUSTED, held)
        assert report.ok
        assert report.heads_compared == 25

    def test_a_held_head_that_is_larger_shows_the_truncation(self) -> None:
        """Cut off cleanly: the shorter log is signed by the right key."""
        held = new_log(30).head()
        report = verify_export(LINES, TRUSTED, [held])
        assert [(finding.code, finding.tree_size) for finding in report.findings] == [("newer-head", 30)]

    def test_a_held_head_is_no_evidence_where_the_entries_are_not_whole(self) -> None:
        report = verify_export(LINES[:5] + LINES[6:], TRUSTED, [new_log(4).head(), new_log(20).head()])
        assert codes(report) == {"deleted-entry"}
        assert report.heads_compared == 1
        assert any("could not be compared" in note for note in report.notes)

    def test_a_spoilt_held_head_accuses_nobody(self) -> None:
        held = new_log(20, seed=8).head()
        spoilt = type(held)(**{**held.as_dict(), "root_hash": "00" * 32})
        for trusted in (TRUSTED, None):
            assert codes(verify_export(LINES, trusted, [spoilt])) == {"bad-held-head"}

    def test_a_rotated_key_is_trusted_with_the_old_one(self) -> None:
        new = new_signer(2)
        lines, held = LOG.export(signer=new), new_log(20).head()
        both = {**TRUSTED, new.key_id: new.public_jwk}
        assert verify_export(lines, both, [held]).ok
        assert codes(verify_export(lines, {new.key_id: new.public_jwk}, [held])) == {"unknown-key"}
        without = verify_export(lines, None, [held])
        assert without.ok
        assert any("signature could not be checked" in note for note in without.notes)

    def test_an_export_with_the_earlier_keys_verifies_heads_from_before_the_rotation(self) -> None:
        new = new_signer(2)
        last = head_line(LOG.head(signer=new), new.public_jwk, [LOG.signer.public_jwk])
        held = new_log(20).head()
        report = verify_export([*LINES[:-1], last], None, [held])
        assert report.ok
        assert report.heads_compared == 1
        assert not any("signature could not be checked" in note for note in report.notes)
        spoilt = type(held)(**{**held.as_dict(), "signature": new_log(3).head().signature})
        assert codes(verify_export([*LINES[:-1], last], None, [spoilt])) == {"bad-held-head"}
        # An earlier key that the export brings is not trusted for that: a forger brings keys too.
        assert codes(verify_export([*LINES[:-1], last], {new.key_id: new.public_jwk}, [held])) == {"unknown-key"}

    def test_an_earlier_key_that_is_none_is_named(self) -> None:
        last = head_line(LOG.head(), LOG.signer.public_jwk, [{"kty": "RSA"}])
        assert codes(verify_export([*LINES[:-1], last], TRUSTED)) == {"key-mismatch"}

    def test_a_head_of_another_log_by_the_same_key(self) -> None:
        other = new_log(24, seed=8)
        lines = [*LINES[:-1], head_line(other.head(), other.signer.public_jwk)]
        assert codes(verify_export(lines, TRUSTED)) == {"head-mismatch"}

    def test_a_bad_signature(self) -> None:
        head = LOG.head()
        signature = new_log(3).head().signature
        lines = [
            *LINES[:-1],
            head_line(type(head)(**{**head.as_dict(), "signature": signature}), LOG.signer.public_jwk),
        ]
        for trusted in (None, TRUSTED):
            report = verify_export(lines, trusted)
            assert codes(report) == {"bad-signature"}
            assert not report.key_trusted

    @pytest.mark.parametrize(
        "public",
        [
            new_signer(66).public_jwk,
            {},
            {"kty": "RSA"},
            {**LOG.signer.public_jwk, "use": "sig"},
            {**LOG.signer.public_jwk, "crv": "P-384"},
        ],
    )
    def test_the_key_in_the_export_must_be_the_one_that_the_head_names(self, public: dict[str, object]) -> None:
        for trusted in (None, TRUSTED):
            report = verify_export([*LINES[:-1], head_line(LOG.head(), public)], trusted)
            assert codes(report) == {"key-mismatch"}
            assert report.key_trusted == (trusted is not None)

    def test_no_key_is_trusted_by_an_empty_list(self) -> None:
        assert codes(verify_export(LINES, {})) == {"unknown-key"}

    def test_a_trusted_key_under_a_name_not_its_own_is_refused(self) -> None:
        with pytest.raises(InvalidKey):
            verify_export(LINES, {"A" * 43: LOG.signer.public_jwk})
