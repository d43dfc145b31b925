"""ETags and `If-Match` for what two people may edit at once. An ETag is the version of one thing."""

from chassis.errors import Stale, Unconditional


def etag(version: int) -> str:
    return f'"{version}"'


def require_match(if_match: str | None, current: str) -> None:
    """Raises `Unconditional` (428) without `If-Match`, `Stale` (412) when none of its tags is the current one."""
    if if_match is None:
        raise Unconditional
    if not names(if_match, current):
        raise Stale


def names(tags: str | None, current: str) -> bool:
    """Whether `If-Match` or `If-None-Match` names the current tag; no header names none."""
    found = {tag.strip().removeprefix("W/") for tag in (tags or "").split(",")}
    return "*" in found or current in found
