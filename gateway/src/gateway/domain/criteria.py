"""By which kinds of detail a child was searched. The access log keeps the kinds and never the values."""

import json

from contracts.decisions import SEARCH_FIELDS


def criteria_in(body: bytes) -> list[str]:
    """The search fields that a JSON body fills. Empty for a body that is not a JSON object; its service refuses it."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(found, dict):
        return []
    return [name for name in SEARCH_FIELDS if found.get(name) not in (None, "")]
