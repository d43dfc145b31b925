"""Reads the policy file. A word that Kith does not know refuses to start, and names the line."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from consent.adapters.policy_signals import signals_of
from consent.domain.actions import ACTIONS, Basis
from consent.domain.policy import ActionPolicy, OverridePolicy, Policy, RolePolicy
from contracts.vocabulary import Category, LegalBasisCode, Purpose, Role

_LONGEST_DAYS = 3650
_MAY_BE_MISSING = frozenset({"referrals"})
"""A policy that says nothing of referrals opens nothing by them."""
# libyaml reads the file forty times as fast, where PyYAML was built with it; both read it alike.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PolicyError(ValueError):
    """The policy file cannot be used. The text names the file, the line and what is wrong there."""


class _Lines:
    """What the file says (`raw`), and on which line each mapping key and each word of it stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        loader = _Loader(path.read_text(encoding="utf-8"))
        try:
            self._root = loader.get_single_node()
            self.raw: Any = None if self._root is None else loader.construct_document(self._root)
        finally:
            loader.dispose()

    def of(self, *keys: str | int) -> int:
        """The line of the deepest part of `keys` that the file has."""
        node, line = self._root, 1
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                pair = next(((k, v) for k, v in node.value if k.value == key), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
                node = node.value[key]
                line = node.start_mark.line + 1
        return line

    def wrong(self, what: str, *keys: str | int) -> PolicyError:
        return PolicyError(f"{self.path}, line {self.of(*keys)}: {what}")


def load_policy(path: Path) -> Policy:
    """The policy in the file. Raises `PolicyError` for an unknown word, a missing part, or no YAML at all."""
    try:
        lines = _Lines(path)
    except yaml.YAMLError as error:
        raise PolicyError(f"{path}: not valid YAML ({type(error).__name__})") from error
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read ({error.strerror})") from error
    raw = lines.raw
    if not isinstance(raw, dict):
        raise PolicyError(f"{path}: has no settings")
    known = {
        "version",
        "entitled_always",
        "without_consent",
        "roles",
        "groups",
        "actions",
        "access_history_shows",
        "legal_bases",
        "overrides",
        "remind_before_expiry_days",
        "longest_history_delay_days",
        "signals",
        "shields",
        "referrals",
    }
    for key in raw:
        if key not in known:
            raise lines.wrong(f"{key!r} is not a setting of the policy", key)
    for key in sorted(known - raw.keys() - _MAY_BE_MISSING):
        raise PolicyError(f"{path}: {key!r} is missing")
    always = _words(lines, Category, raw["entitled_always"], "entitled_always")
    groups = _groups(lines, raw["groups"])
    shows = raw["access_history_shows"]
    if shows not in {"names", "roles"}:
        raise lines.wrong("access_history_shows is 'names' or 'roles'", "access_history_shows")
    overrides = _overrides(lines, raw["overrides"])
    return Policy(
        version=str(raw["version"]),
        without_consent=_words(lines, Category, raw["without_consent"], "without_consent") - {Category.SENSITIVE},
        roles=_roles(lines, raw["roles"], always),
        actions=_actions(lines, raw["actions"], groups),
        legal_bases=_legal_bases(lines, raw["legal_bases"]),
        overrides=overrides,
        history_shows_names=shows == "names",
        remind_before_expiry=_days(lines, raw, "remind_before_expiry_days"),
        longest_history_delay=_days(lines, raw, "longest_history_delay_days"),
        signals=signals_of(lines, _words, raw["signals"], overrides),
        shields_open_to=_shields(lines, raw["shields"]),
        referrals=_referrals(lines, raw.get("referrals", {})),
    )


def _referrals(lines: _Lines, raw: Any) -> dict[str, frozenset[Category]]:
    if not isinstance(raw, dict):
        raise lines.wrong("referrals names actions, each with its categories", "referrals")
    for name in raw:
        rule = ACTIONS.get(name)
        if rule is None or rule.basis is not Basis.INVOLVED:
            raise lines.wrong(f"{name!r} is not an action that needs a relationship", "referrals", name)
    return {name: _words(lines, Category, words, "referrals", name) for name, words in raw.items()}


def _shields(lines: _Lines, raw: Any) -> frozenset[Role]:
    if not isinstance(raw, dict) or set(raw) != {"open_to"}:
        raise lines.wrong("shields has one setting, open_to", "shields")
    return _words(lines, Role, raw["open_to"], "shields", "open_to")


def _days(lines: _Lines, raw: dict[str, Any], key: str) -> timedelta:
    days = raw[key]
    if type(days) is not int or not 1 <= days <= _LONGEST_DAYS:
        raise lines.wrong(f"{key} is a whole number of days from 1 to {_LONGEST_DAYS}", key)
    return timedelta(days=days)


def _words(lines: _Lines, vocabulary: Any, words: Any, *keys: str) -> frozenset[Any]:
    if not isinstance(words, list):
        raise lines.wrong("a list is needed here", *keys)
    found = set()
    for position, word in enumerate(words):
        try:
            found.add(vocabulary(word))
        except ValueError:
            kind = vocabulary.__name__.lower()
            raise lines.wrong(f"{word!r} is not a {kind} that Kith knows", *keys, position) from None
    return frozenset(found)


def _roles(lines: _Lines, raw: dict[str, Any], always: frozenset[Category]) -> dict[Role, RolePolicy]:
    roles = {}
    for name, entry in raw.items():
        _words(lines, Role, [name], "roles", name)
        for key in entry:
            if key not in {"entitled", "relationship_not_needed_for", "nothing_of_a_child"}:
                raise lines.wrong(f"{key!r} is not a setting of a role", "roles", name, key)
        nothing = bool(entry.get("nothing_of_a_child", False))
        entitled = _words(lines, Category, entry.get("entitled", []), "roles", name, "entitled")
        if nothing and entitled:
            raise lines.wrong("a role with nothing of a child is entitled to nothing", "roles", name, "entitled")
        without = _words(
            lines, Purpose, entry.get("relationship_not_needed_for", []), "roles", name, "relationship_not_needed_for"
        )
        roles[Role(name)] = RolePolicy(entitled if nothing else entitled | always, without, nothing)
    for role in Role:
        if role not in roles:
            raise lines.wrong(f"role {role.value!r} is missing", "roles")
    return roles


def _groups(lines: _Lines, raw: dict[str, Any]) -> dict[str, frozenset[Role]]:
    groups: dict[str, frozenset[Role]] = {}
    for name, words in raw.items():
        groups[name] = _expand(lines, words, groups, "groups", name)
    return groups


def _expand(lines: _Lines, words: Iterable[str], groups: dict[str, frozenset[Role]], *keys: str) -> frozenset[Role]:
    found: frozenset[Role] = frozenset()
    for position, word in enumerate(words):
        if word in groups:
            found |= groups[word]
        elif word in set(Role):
            found |= {Role(word)}
        else:
            raise lines.wrong(f"{word!r} is neither a role nor a group written above it", *keys, position)
    return found


def _actions(lines: _Lines, raw: dict[str, Any], groups: dict[str, frozenset[Role]]) -> dict[str, ActionPolicy]:
    actions = {}
    for name, entry in raw.items():
        if name not in ACTIONS:
            raise lines.wrong(f"{name!r} is not an action that Kith knows", "actions", name)
        for key in entry:
            if key not in {"roles", "lead_or", "identities"}:
                raise lines.wrong(f"{key!r} is not a setting of an action", "actions", name, key)
        gate, named = entry.get("lead_or"), entry.get("identities")
        if named is not None and not (isinstance(named, list) and all(isinstance(one, str) for one in named)):
            raise lines.wrong("a list of identities is needed here", "actions", name, "identities")
        actions[name] = ActionPolicy(
            _expand(lines, entry.get("roles", []), groups, "actions", name, "roles"),
            None if gate is None else _expand(lines, gate, groups, "actions", name, "lead_or"),
            None if named is None else frozenset(named),
        )
    for name, rule in ACTIONS.items():
        if name not in actions and rule.basis is not Basis.ANYBODY:
            raise lines.wrong(f"action {name!r} is missing", "actions")
    return actions


def _legal_bases(lines: _Lines, raw: dict[str, Any]) -> dict[LegalBasisCode, frozenset[Category]]:
    found = {}
    for name, words in raw.items():
        (code,) = _words(lines, LegalBasisCode, [name], "legal_bases", name)
        found[code] = _words(lines, Category, words, "legal_bases", name)
        if Category.SENSITIVE in found[code]:
            raise lines.wrong("'sensitive' always needs a consent that names it", "legal_bases", name)
    return found


_NUMBERS = ("minutes", "longest_minutes", "remind_after_working_days", "escalate_after_working_days")


def _overrides(lines: _Lines, raw: dict[str, Any]) -> OverridePolicy:
    known = {*_NUMBERS, "reasons", "bank_holidays"}
    for key in raw:
        if key not in known:
            raise lines.wrong(f"{key!r} is not a setting of overrides", "overrides", key)
    for key in sorted(known - raw.keys()):
        raise lines.wrong(f"{key!r} is missing", "overrides")
    for key in _NUMBERS:
        if type(raw[key]) is not int or raw[key] < 1:
            raise lines.wrong("a whole number above 0 is needed here", "overrides", key)
    reasons = raw["reasons"]
    if not isinstance(reasons, dict) or not reasons or not all(isinstance(words, str) for words in reasons.values()):
        raise lines.wrong("each reason needs a code and its words", "overrides", "reasons")
    for code in reasons:
        if not isinstance(code, str) or len(code) > 40:
            raise lines.wrong("a reason's code is a text of at most 40 characters", "overrides", "reasons", code)
    for position, day in enumerate(raw["bank_holidays"] or []):
        if type(day) is not date:
            raise lines.wrong("a date is needed here, YYYY-MM-DD", "overrides", "bank_holidays", position)
    if raw["minutes"] > raw["longest_minutes"]:
        raise lines.wrong("is more than longest_minutes", "overrides", "minutes")
    return OverridePolicy(
        minutes=raw["minutes"],
        longest_minutes=raw["longest_minutes"],
        reasons=dict(reasons),
        remind_after=raw["remind_after_working_days"],
        escalate_after=raw["escalate_after_working_days"],
        bank_holidays=frozenset(raw["bank_holidays"] or []),
    )
