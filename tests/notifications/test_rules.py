"""The rules as data: what an authority's file may say, and what refuses to start."""

from pathlib import Path

import pytest
import yaml

from notifications.adapters.rules_file import RulesError, load_rules
from notifications.domain.happenings import HAPPENINGS, Audience, NotificationType
from notifications.settings import BUILT_IN_RULES


def test_the_built_in_rules_speak_of_everything_that_can_be_heard() -> None:
    rules = load_rules(BUILT_IN_RULES)
    assert {rule.event for rule in rules.rules} == set(HAPPENINGS)
    assert {rule.type for rule in rules.rules} == set(NotificationType)
    assert {rule.hears for rule in rules.rules} == set(Audience)


def test_an_authoritys_own_words_are_told(tmp_path: Path) -> None:
    said = yaml.safe_load(BUILT_IN_RULES.read_text())
    said["rules"][0] |= {"why": "Own words", "why_cy": "Geiriau", "stoppable": False, "priority": "routine"}
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True))
    rule = load_rules(path).rules[0]
    assert (rule.why, rule.why_cy, rule.stoppable, rule.priority) == ("Own words", "Geiriau", False, "routine")


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("event: StageSet", "event: StageUnset", "is no event"),
        ("event: ServiceEpisodeStarted", "event: TreeHeadSigned", "is no event"),
        ("hears: officers", "hears: everybody", "hears"),
        ("hears: officers", "hears: team around the child", "can be told to"),
        ("type: stage-set", "type: staged", "type"),
        ("type: stage-set", "type: review-recorded", "is told as"),
        ("categories: [involvement, plan]", "categories: [involvement]", "takes at the least: plan"),
        ("categories: [involvement, plan]", "categories: [everything]", "categories"),
        ("priority: critical", "priority: urgent", "priority"),
        ("type: override-invoked\n    priority: critical", "type: override-invoked\n    stoppable: true", "must hear"),
        ("type: new-involvement\n", "type: new-involvement\n    priority: critical\n", "cannot be turned off"),
        ("stoppable: true", "stoppable: perhaps", "stoppable"),
        ("at_first: false\n    why: You asked to hear when", "why: You asked to hear when", "only of what they asked"),
        ("    why: A child's lead", "    why_not: A child's lead", "why"),
        ("event: LeadProfessionalAssigned", "event: [", "is not YAML"),
        ('version: "1"', "version: 1", "version"),
        ('version: "1"', "", "version"),
        (
            "hears: team around the child\n    type: stage-set",
            "hears: lead professional\n    type: stage-set",
            "already",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, was: str, now: str, why: str) -> None:
    text = BUILT_IN_RULES.read_text()
    assert was in text
    path = tmp_path / "rules.yaml"
    path.write_text(text.replace(was, now, 1))
    with pytest.raises(RulesError, match=why) as refused:
        load_rules(path)
    assert str(path) in str(refused.value)
    if "YAML" not in why and now:
        line = text[: text.index(was)].count("\n")
        number = int(str(refused.value).split("line ")[1].split(":")[0])
        assert line - 6 <= number <= line + 8


def test_a_rule_that_must_be_there_is_missed(tmp_path: Path) -> None:
    said = yaml.safe_load(BUILT_IN_RULES.read_text())
    said["rules"] = [rule for rule in said["rules"] if rule["event"] != "OverrideInvoked"]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(said))
    with pytest.raises(RulesError, match=r"line \d+: rules: a rule is missing: lead professional must hear"):
        load_rules(path)
    with pytest.raises(RulesError, match="cannot be read"):
        load_rules(tmp_path / "none.yaml")
