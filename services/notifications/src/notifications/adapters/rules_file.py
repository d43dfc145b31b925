"""Who hears of what, out of a YAML file. A word that Kith does not know refuses to start, and names the line."""

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from contracts.vocabulary import Category
from notifications.domain.happenings import HAPPENINGS, OF_INVOLVEMENT, Audience, NotificationType
from notifications.domain.hearing import Priority, Rule, Rules

_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class RulesError(ValueError):
    """The file cannot be used. The text names the file, the line and what is wrong there."""


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    event: str
    hears: Audience
    type: NotificationType
    why: _Words
    why_cy: _Words | None = None
    categories: Annotated[list[Category], Field(min_length=1)] = list(OF_INVOLVEMENT)
    priority: Priority = Priority.NORMAL
    routine: Annotated[bool, Field(strict=True)] = False
    stoppable: Annotated[bool, Field(strict=True)] = False
    at_first: Annotated[bool, Field(strict=True)] = True


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: Annotated[str, StringConstraints(min_length=1, max_length=40), Field(strict=True)]
    rules: Annotated[list[_Rule], Field(min_length=1)]


def load_rules(path: Path) -> Rules:
    """Raises `RulesError` for a word that Kith does not know, a rule that would tell more than the event lets, one that
    is missing though it must be there, or no YAML at all."""
    try:
        text = path.read_text(encoding="utf-8")
        root, data = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RulesError(f"{path}: is not YAML ({type(error).__name__})") from error
    except OSError as error:
        raise RulesError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        read = _File.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise _wrong(path, root, list(first["loc"]), first["msg"]) from None
    told: set[tuple[str, Audience]] = set()
    for number, rule in enumerate(read.rules):
        fault = _fault(rule)
        if fault is None and (rule.event, rule.hears) in told:
            fault = ("hears", f"{rule.hears.value} hears of {rule.event} by another rule already")
        if fault is not None:
            raise _wrong(path, root, ["rules", number, fault[0]], fault[1])
        told.add((rule.event, rule.hears))
    for event, happening in HAPPENINGS.items():
        for audience in sorted(happening.always):
            if (event, audience) not in told:
                raise _wrong(path, root, ["rules"], f"a rule is missing: {audience.value} must hear of {event}")
    return Rules(read.version, tuple(_made(rule) for rule in read.rules))


def _fault(rule: _Rule) -> tuple[str, str] | None:
    """What is wrong with a rule by itself: where, and in words."""
    happening = HAPPENINGS.get(rule.event)
    if happening is None:
        return "event", "is no event that anybody can hear of"
    if rule.type is not happening.type:
        return "type", f"{rule.event} is told as {happening.type.value}"
    if rule.hears not in happening.audiences:
        known = ", ".join(sorted(happening.audiences))
        return "hears", f"{rule.event} can be told to: {known}"
    missing = [each.value for each in happening.categories if each not in rule.categories]
    if missing:
        return "categories", f"{rule.event} takes at the least: {', '.join(missing)}"
    if rule.hears in happening.always and rule.stoppable:
        return "stoppable", f"{rule.hears.value} must hear of {rule.event}"
    if rule.priority is Priority.CRITICAL and rule.stoppable:
        return "stoppable", "what is critical cannot be turned off"
    if rule.hears is Audience.YOUNG_PERSON and (rule.at_first or not rule.stoppable):
        return "hears", "a young person hears only of what they asked for: stoppable, and not at first"
    if not rule.at_first and not rule.stoppable:
        return "at_first", "what nobody may choose is told at first"
    return None


def _made(rule: _Rule) -> Rule:
    return Rule(
        event=rule.event,
        hears=rule.hears,
        type=rule.type,
        why=rule.why,
        why_cy=rule.why_cy,
        routine=rule.routine,
        categories=tuple(each for each in Category if each in rule.categories),
        priority=rule.priority,
        stoppable=rule.stoppable,
        at_first=rule.at_first,
    )


def _wrong(path: Path, root: Any, place: list[str | int], what: str) -> RulesError:
    """With the line of the deepest part of the place that the file has."""
    node, line = root, 1
    for key in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
            continue
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        pair = next((pair for pair in pairs if pair[0].value == key), None)
        if pair is None:
            break
        line, node = pair[0].start_mark.line + 1, pair[1]
    where = "/".join(str(part) for part in place)
    return RulesError(f"{path}, line {line}: {where}: {what}")
