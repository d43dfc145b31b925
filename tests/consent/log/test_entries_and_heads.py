"""The canonical body of an entry, and the signing of tree heads."""

import json
import random
from base64 import urlsafe_b64encode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from jose import jwk, jws

from consent.domain.log_entries import NotCanonical, canonical_json, leaf_data, parse_json
from consent.domain.log_heads import (
    InvalidHead,
    InvalidKey,
    LogKey,
    LogSigner,
    TreeHead,
    thumbprint,
    tree_head_bytes,
)
from consent.domain.merkle import EMPTY_ROOT
from tests.consent.log.builders import new_entry, new_signer

SALT = "00112233445566778899aabbccddeeff"
PRIVATE = jwk.construct(ec.derive_private_key(7, ec.SECP256R1()), algorithm="ES256").to_dict()
JSON_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | JSON_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(JSON_TEXT, inner),
    max_leaves=20,
)


def test_the_body_of_an_entry_has_one_spelling() -> None:
    entry = {"b": [1, True, None], "a": 'é “x”\n"', "child_id": None}
    assert (
        leaf_data(entry, SALT)
        == ('{"entry":{"a":"é “x”\\n\\"","b":[1,true,null],"child_id":null},"salt":"' + SALT + '"}').encode()
    )


@given(entry=st.dictionaries(JSON_TEXT, JSON_VALUE))
def test_the_body_is_canonical_json_and_reads_back(entry: dict[str, object]) -> None:
    data = leaf_data(entry, SALT)
    assert parse_json(data) == {"entry": entry, "salt": SALT}
    assert leaf_data(dict(reversed(entry.items())), SALT) == data
    assert canonical_json(json.loads(data)) == data


@given(JSON_VALUE | st.text(st.characters(max_codepoint=0x9F, exclude_categories=())))
def test_the_spelling_is_that_of_the_standard_library(value: object) -> None:
    """Whoever checks an export needs nothing but JSON, sorted and without white space."""
    plain = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical_json(value) == plain.encode()


@given(one=JSON_VALUE, two=JSON_VALUE)
def test_two_entries_share_a_body_only_if_they_are_the_same(one: object, two: object) -> None:
    assert (leaf_data({"field": one}, SALT) == leaf_data({"field": two}, SALT)) == _same(one, two)


def _same(one: object, two: object) -> bool:
    """Equality as JSON has it: true is not 1."""
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(_same(one[name], two[name]) for name in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_same, one, two))
    return type(one) is type(two) and one == two


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        b"bytes",
        {1: "a number for a name"},
        {"deep": [{"deeper": 0.5}]},
        "\ud800",
        {"\udfff": 1},
        {1},
    ],
)
def test_what_json_cannot_spell_once_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical) as refused:
        leaf_data({"field": value}, SALT)
    assert "number for a name" not in str(refused.value)


def test_endless_nesting_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(NotCanonical):
        leaf_data({"field": loop}, SALT)


@pytest.mark.parametrize("salt", ["", SALT[:-1], SALT + "0", SALT.upper(), SALT[:-1] + "\n", "zz" * 16])
def test_a_salt_is_128_bits_in_lower_case_hex(salt: str) -> None:
    with pytest.raises(ValueError, match="salt"):
        leaf_data(new_entry(random.Random(1)), salt)


@pytest.mark.parametrize(
    "text",
    [
        b"1.0",
        b"1e3",
        b"NaN",
        b"-Infinity",
        b'"\xff"',
        b"{",
        b"",
        b"[" * 100_000,
        b"9" * 5_000,
        b"\xef\xbb\xbf1",
    ],
)
def test_json_without_a_canonical_spelling_is_refused(text: bytes) -> None:
    with pytest.raises(NotCanonical):
        parse_json(text)


# RFC 9449 section 6.1: a P-256 key and its thumbprint.
RFC_KEY = {
    "kty": "EC",
    "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
    "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
    "crv": "P-256",
}


def test_the_key_id_is_the_rfc_7638_thumbprint() -> None:
    assert thumbprint(RFC_KEY) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
    assert LogKey({**RFC_KEY, "kid": "anything", "use": "sig"}).key_id == thumbprint(RFC_KEY)


def test_what_is_signed_is_told_apart_by_domain_and_has_one_reading() -> None:
    signer = new_signer()
    assert (
        tree_head_bytes(3, EMPTY_ROOT.hex(), "2025-03-29T10:00:00Z", signer.key_id)
        == (
            "kith access log tree head v1\n3\n" + EMPTY_ROOT.hex() + f"\n2025-03-29T10:00:00Z\n{signer.key_id}\n"
        ).encode()
    )


def test_a_signed_head_verifies_with_its_key_only() -> None:
    signer, other = new_signer(1), new_signer(2)
    head = signer.sign(3, EMPTY_ROOT.hex(), "2025-03-29T10:00:00Z")
    key = LogKey(signer.public_jwk)
    assert head.key_id == signer.key_id == key.key_id
    assert key.verify(head)
    assert not LogKey(other.public_jwk).verify(head)
    assert not LogKey(other.public_jwk).verify(replace(head, key_id=other.key_id))
    assert "d" not in signer.public_jwk
    assert "d" not in key.public_jwk
    assert TreeHead.parse({**head.as_dict(), "a_later_field": 1}) == head


@pytest.mark.parametrize(
    "change",
    [
        {"tree_size": 4},
        {"root_hash": "00" * 32},
        {"timestamp": "2025-03-29T10:00:01Z"},
        {"signature": new_signer().sign(9, EMPTY_ROOT.hex(), "2025-03-29T10:00:00Z").signature},
    ],
)
def test_a_changed_head_does_not_verify(change: dict[str, object]) -> None:
    signer = new_signer()
    head = signer.sign(3, EMPTY_ROOT.hex(), "2025-03-29T10:00:00Z")
    assert not LogKey(signer.public_jwk).verify(TreeHead(**{**head.as_dict(), **change}))


def test_a_signature_over_another_kind_of_message_is_no_head() -> None:
    """A token signed with the same key does not pass as a head."""
    private = jwk.construct(ec.derive_private_key(99, ec.SECP256R1()), algorithm="ES256").to_dict()
    signer = LogSigner(private)
    token = jws.sign({"tree_size": 3}, private, algorithm="ES256")
    head = signer.sign(3, EMPTY_ROOT.hex(), "2025-03-29T10:00:00Z")
    assert not LogKey(signer.public_jwk).verify(replace(head, signature=token.split(".")[2]))


def test_a_head_that_names_another_key_than_signed_it_does_not_verify() -> None:
    key, other = jwk.construct(PRIVATE, algorithm="ES256"), new_signer(2)
    text = tree_head_bytes(3, EMPTY_ROOT.hex(), "2025-03-29T10:00:00Z", other.key_id)
    signature = urlsafe_b64encode(key.sign(text)).rstrip(b"=").decode()
    head = TreeHead(3, EMPTY_ROOT.hex(), "2025-03-29T10:00:00Z", other.key_id, signature)
    assert not LogKey(PRIVATE).verify(head)
    assert not LogKey(other.public_jwk).verify(head)


HEAD = new_signer().sign(3, EMPTY_ROOT.hex(), "2025-03-29T10:00:00Z").as_dict()


@pytest.mark.parametrize(
    "change",
    [
        {"tree_size": -1},
        {"tree_size": True},
        {"tree_size": "3"},
        {"tree_size": 2**63},
        {"root_hash": EMPTY_ROOT.hex().upper()},
        {"root_hash": EMPTY_ROOT.hex() + "\n"},
        {"root_hash": None},
        {"timestamp": "2025-03-29T10:00:00+00:00"},
        {"timestamp": "2025-02-30T10:00:00Z"},
        {"timestamp": "2025-03-29"},
        {"timestamp": "٢025-03-29T10:00:00Z"},
        {"key_id": HEAD["key_id"] + "="},
        {"key_id": "*" * 43},
        {"signature": HEAD["signature"][:-1]},
        {"signature": HEAD["signature"] + "=="},
        {"signature": HEAD["signature"].replace(HEAD["signature"][4], "!")},
        {"signature": "A" * 85 + "B"},  # the last character carries four bits that say nothing
    ],
)
def test_a_head_in_another_form_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidHead):
        TreeHead.parse({**HEAD, **change})


@pytest.mark.parametrize("value", [None, [], "head", {**{key: HEAD[key] for key in list(HEAD)[1:]}}])
def test_what_is_no_head_is_refused(value: object) -> None:
    with pytest.raises(InvalidHead):
        TreeHead.parse(value)


P384 = jwk.construct(ec.derive_private_key(7, ec.SECP384R1()), algorithm="ES384").to_dict()


@pytest.mark.parametrize(
    "change",
    [
        P384,
        {"kty": "RSA"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"crv": "P-384"},
        {"x": PRIVATE["y"]},  # not on the curve
        {"x": None},
        {"x": PRIVATE["x"] + "="},
        {"x": "A" * 42 + "B"},
        {"x": "A" * 43, "y": "A" * 43},
    ],
)
def test_only_points_on_p256_are_keys(change: dict[str, object]) -> None:
    with pytest.raises(InvalidKey):
        LogKey({**PRIVATE, **change})
    with pytest.raises(InvalidKey):
        LogSigner({**PRIVATE, **change})


@pytest.mark.parametrize("secret", [None, "", "AA", new_signer(5).public_jwk["x"]])
def test_a_signer_needs_the_private_key_of_its_point(secret: str | None) -> None:
    with pytest.raises(InvalidKey):
        LogSigner({**PRIVATE, "d": secret})
