"""Documentation that cannot go stale: settings, links, and the folders that pages name."""

import re

from pydantic_settings import BaseSettings

from assessment.settings import AssessmentSettings
from child_index.settings import ChildIndexSettings
from consent.settings import ConsentSettings
from gateway.settings import GatewaySettings
from kith.up import UpSettings
from notifications.settings import NotificationsSettings
from stack.settings import StackSettings
from tests.architecture.conftest import ROOT

SETTINGS: tuple[type[BaseSettings], ...] = (
    AssessmentSettings,
    ChildIndexSettings,
    ConsentSettings,
    GatewaySettings,
    NotificationsSettings,
    UpSettings,
)
COMMAND_LINE = {"KITH_URL", "KITH_TOKEN"}


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    documented = set(re.findall(r"^\|.*?\|", (ROOT / "docs" / "settings.md").read_text(), re.M))
    named = {name for row in documented for name in re.findall(r"`(KITH_\w+)`", row)}
    there = {f"KITH_{field.upper()}" for kind in SETTINGS for field in kind.model_fields} | COMMAND_LINE
    there |= {f"KITH_STACK_{field.upper()}" for field in StackSettings.model_fields}
    assert named == there


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("services/*/README.md"),
        *ROOT.glob("deploy/*/README.md"),
    ]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
            if not target.startswith(("http:", "https:")) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert broken == []


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "adr" / "README.md").read_text()
    for page in (ROOT / "docs" / "adr").glob("[0-9]*.md"):
        assert page.name in listed


def test_every_make_target_of_the_readme_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for page in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"`?make ([a-z]+(?:-[a-z]+)*)", (ROOT / page).read_text()))
        assert named <= targets
