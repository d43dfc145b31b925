"""What the gateway reads in the body of a search: which kinds of detail it names, and whether the glass is broken."""

import json
from typing import Any

from pydantic import ValidationError

from contracts.decisions import SEARCH_FIELDS, OverrideAsked

SEARCH = "child.search"
"""The action of a search."""


def criteria_in(body: bytes) -> list[str]:
    """The search fields that a JSON body fills. Empty for a body that is not a JSON object; its service refuses it.

    The access log keeps these kinds, and never their values.
    """
    found = _object_in(body)
    return [name for name in SEARCH_FIELDS if found.get(name) not in (None, "")]


def override_in(body: bytes) -> OverrideAsked | None:
    """The override that a search asks for; None without one, or for one that its service refuses as malformed."""
    asked = _object_in(body).get("override")
    try:
        return None if asked is None else OverrideAsked.model_validate(asked)
    except ValidationError:
        return None


def _object_in(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
