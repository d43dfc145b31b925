"""A policy file with a word that Kith does not know refuses to start, and names the line."""

from pathlib import Path

import pytest

from consent.adapters.policy_file import PolicyError, load_policy
from consent.settings import DEFAULT_POLICY, ConsentSettings
from contracts.vocabulary import Category, Role

TEXT = DEFAULT_POLICY.read_text()


def _changed(tmp_path: Path, old: str, new: str) -> tuple[Path, int]:
    """A copy of the default policy with one change, and the line on which it stands."""
    assert TEXT.count(old) >= 1
    path = tmp_path / "policy.yaml"
    path.write_text(TEXT.replace(old, new, 1))
    return path, TEXT[: TEXT.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("youth_worker: {entitled: [education, plan]}", "youth_worker: {entitled: [gossip, plan]}"),
        ("voluntary_worker: {entitled: [plan]}", "wizard: {entitled: [plan]}"),
        ("[data-quality]", "[curiosity]"),
        ("child.search:", "child.stalk:"),
        ("lead_or: [social_worker]", "lead_or: [wizard]"),
        ("import.create: {roles:", "import.create: {people:"),
        ("access_history_shows: names", "access_history_shows: everything"),
        ("without_consent:", "without_content:"),
    ],
)
def test_an_unknown_word_is_refused_with_its_line(tmp_path: Path, old: str, new: str) -> None:
    path, line = _changed(tmp_path, old, new)
    with pytest.raises(PolicyError, match=f"line {line}:"):
        load_policy(path)


@pytest.mark.parametrize("text", ["", "roles: [", "- a", "version: 1"])
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    with pytest.raises(PolicyError):
        load_policy(path)


def test_a_missing_action_or_role_is_refused(tmp_path: Path) -> None:
    for old in ("  child.read: {roles: [practitioners, index_officer]}\n", "  parent: {entitled: []}\n"):
        path, _ = _changed(tmp_path, old, "")
        with pytest.raises(PolicyError, match="missing"):
            load_policy(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        load_policy(tmp_path / "none.yaml")


def test_the_default_policy_is_the_documented_one() -> None:
    policy = load_policy(DEFAULT_POLICY)
    assert policy.roles[Role.IG_OFFICER].entitled == frozenset()
    assert policy.roles[Role.SOCIAL_WORKER].entitled == frozenset(Category)
    assert Category.SENSITIVE not in policy.without_consent


@pytest.mark.parametrize(
    "missing",
    [
        "KITH_INTERNAL_KEY",
        "KITH_DATABASE_URL",
        "KITH_GRANT_KEY",
        "KITH_LOG_KEY",
        "KITH_LIKENESS_KEY",
        "KITH_OIDC_ISSUER",
    ],
)
def test_production_starts_with_no_secret_missing(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    given = {
        "KITH_ENVIRONMENT": "production",
        "KITH_INTERNAL_KEY": "k" * 40,
        "KITH_DATABASE_URL": "postgresql+asyncpg://kith@127.0.0.1/consent",
        "KITH_GRANT_KEY": "pem",
        "KITH_LOG_KEY": "pem",
        "KITH_LIKENESS_KEY": "l" * 32,
        "KITH_OIDC_ISSUER": "https://issuer.example",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert ConsentSettings().production
    monkeypatch.delenv(missing)
    with pytest.raises(ValueError, match=missing):
        ConsentSettings()
