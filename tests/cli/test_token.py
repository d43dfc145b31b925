"""`kith token`."""

from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jose import jwt

from kith.tokens import seconds
from tests.cli.conftest import Running, typed


def test_it_is_taken_by_the_kith_of_the_same_data_folder(kith: Running) -> None:
    done = typed("token", "--as", "index", "--ttl", "30m", KITH_DATA_DIR=str(kith.data_dir))
    assert done.exit_code == 0
    token = done.stdout.strip()
    answer = httpx.get(f"{kith.url}/v1/whoami", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    assert answer.json()["viewer_id"] == "index"
    claims = jwt.get_unverified_claims(token)
    assert claims["exp"] - claims["iat"] == 1800


def test_it_makes_the_key_where_there_is_none(tmp_path: Path) -> None:
    assert typed("token", "--as", "admin", KITH_DATA_DIR=str(tmp_path)).exit_code == 0
    assert (tmp_path / "keys" / "issuer.pem").stat().st_mode & 0o077 == 0


def test_it_is_for_development_only(tmp_path: Path) -> None:
    for setting in ({"KITH_ENVIRONMENT": "production"}, {"KITH_OIDC_ISSUER": "https://login.example"}):
        done = typed("token", "--as", "admin", KITH_DATA_DIR=str(tmp_path), **setting)
        assert done.exit_code == 1
        assert "KITH_OIDC_ISSUER" in done.stderr
        assert done.stdout == ""
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("ttl", ["", "soon", "-1h", "1w", "1.5h", "0s", "1000d"])
def test_a_time_that_is_none(ttl: str, tmp_path: Path) -> None:
    done = typed("token", "--as", "admin", "--ttl", ttl, KITH_DATA_DIR=str(tmp_path))
    assert done.exit_code == 1
    assert "ttl" in done.stderr
    assert done.stdout == ""


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=10**9 - 1), st.sampled_from(["", "s", "m", "h", "d"]))
def test_times(number: int, unit: str) -> None:
    each = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[unit]
    assert seconds(f"{number}{unit}") == number * each
