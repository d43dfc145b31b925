"""Whether a contribution's content fits its section. What is wrong is said by place and rule, never by value."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry

from chassis.errors import FieldError

DEEPEST = 20
"""How many levels of nesting a content may have; more is an attack on the parser, not a child's assessment."""

MOST_ERRORS = 50

_ROOT = "/content"
_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


# What a draft need not keep to yet, because it is still being written.
_NOT_YET = (
    "required",
    "dependentRequired",
    "minLength",
    "minItems",
    "minProperties",
    "minContains",
    "pattern",
    "format",
)
_DRAFT_VALIDATOR = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, dict.fromkeys(_NOT_YET, lambda *_: ())
)


def content_errors(schema: Mapping[str, Any], content: Any, *, draft: bool = False) -> list[FieldError]:
    """What is wrong with the content, each by a JSON pointer under `/content`; at most `MOST_ERRORS`.

    `draft`: what is missing or half written is not wrong yet; a field of another type, or none of the section, is.
    """
    found = unkeepable(content, _ROOT)
    if not found:
        validator = (_DRAFT_VALIDATOR if draft else Draft202012Validator)(schema, registry=Registry())
        found = list(dict.fromkeys(each for error in validator.iter_errors(content) for each in _told(error)))
    return sorted(found, key=lambda error: error.pointer)[:MOST_ERRORS]


def unkeepable(content: Any, root: str = "") -> list[FieldError]:
    """What no database and no JSON answer could give back, by JSON pointers under `root`."""
    return list(dict.fromkeys(_unkeepable(content, root)))


def _unkeepable(content: Any, root: str) -> Iterator[FieldError]:
    """Walks without recursion, whatever the depth."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), content)]
    while waiting:
        path, value = waiting.pop()
        if len(path) > DEEPEST:
            yield FieldError(root, f"is nested more than {DEEPEST} levels deep")
            return
        if isinstance(value, dict):
            if not all(_keepable_text(name) for name in value):
                yield FieldError(pointer(path, root), "has a field name with a character that cannot be kept")
            else:
                waiting.extend(((*path, name), inner) for name, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, number), inner) for number, inner in enumerate(value))
        elif isinstance(value, str) and not _keepable_text(value):
            yield FieldError(pointer(path, root), "has a character that cannot be kept")
        elif isinstance(value, float) and not math.isfinite(value):
            yield FieldError(pointer(path, root), "is not a finite number")


def _keepable_text(text: str) -> bool:
    """No NUL, which PostgreSQL refuses, and no half of a surrogate pair, which UTF-8 cannot say."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _told(error: ValidationError) -> Iterable[FieldError]:
    """The error in our own words: jsonschema's messages repeat what was sent."""
    path, rule = tuple(error.absolute_path), str(error.validator)
    limit: Any = error.validator_value
    content: Any = error.instance
    if rule == "required":
        return [FieldError(pointer((*path, name)), "is needed") for name in limit if name not in content]
    return [FieldError(pointer(path), _words(rule, limit))]


def _words(rule: str, limit: Any) -> str:
    match rule:
        case "type":
            wanted = [limit] if isinstance(limit, str) else limit
            return "is not " + " or ".join(_TYPES[name] for name in wanted)
        case "additionalProperties" | "unevaluatedProperties":
            return "has a field that this section does not have"
        case "maxLength":
            return f"is longer than {limit} characters"
        case "minLength":
            return f"is shorter than {limit} characters"
        case "maxItems":
            return f"has more than {limit} items"
        case "minItems":
            return f"has fewer than {limit} items"
        case "maximum":
            return f"is more than {limit}"
        case "minimum":
            return f"is less than {limit}"
        case "enum" | "const":
            return "is not one of the values that this field takes"
        case "pattern":
            return "is not in the form that this field takes"
        case _:
            return "does not fit this section"


def pointer(path: tuple[str | int, ...], root: str = _ROOT) -> str:
    """RFC 6901, under `root`."""
    return root + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
