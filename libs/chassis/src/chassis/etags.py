"""ETags and `If-Match` for what two people may edit at once. An ETag is the version of one thing."""

from chassis.errors import Stale, Unconditional


def etag(version: int) -> str:
    return f'"{version}"'


def require_match(if_match: str | None, current: str) -> None:
    """Raises `Unconditional` (428) without `If-Match`, `Stale` (412) when none of its tags is the current one."""
    if if_match is None:
        raise Unconditional
    tags = {tag.strip() for tag in if_match.split(",")}
    if "*" not in tags and current not in tags:
        raise Stale
