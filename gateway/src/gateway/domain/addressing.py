"""Where in a service a request goes: built from the table's path and the matched parts, never from what was typed."""

from collections.abc import Mapping
from urllib.parse import quote

from chassis.errors import BadRequest, NotFound
from chassis.ids import is_uuid
from contracts.routes import Route, Subject
from gateway.domain.silence import NoSuchChild, is_about_a_child

LONGEST_PART = 200
LONGEST_QUERY = 8192
_QUERY_SAFE = "%&=+/?:@!$'()*,;-._~"


def path_of(route: Route, parts: Mapping[str, str]) -> str:
    """The path, percent-encoded. Raises `NotFound` for a part that could lead to another path.

    The id that binds the request to a child is left to the decision, which refuses one that no child can have.
    """
    path, bound = route.path, bound_parameter(route)
    for name, value in parts.items():
        if name != bound and (value in {".", ".."} or len(value) > LONGEST_PART):
            raise NoSuchChild if is_about_a_child(route) else NotFound
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return path


def query_of(raw: bytes) -> str:
    """The query as it came, made safe to stand in an address. Raises `BadRequest` when it is too long."""
    if len(raw) > LONGEST_QUERY:
        raise BadRequest(f"The query may have at most {LONGEST_QUERY} characters")
    return quote(raw, safe=_QUERY_SAFE)


def bound_parameter(route: Route) -> str | None:
    """Which part of the path binds the request to a child: the child's own id, or that of a thing of the child's."""
    if route.subject is Subject.CHILD:
        return "child_id"
    return route.owned_parameter if route.subject is Subject.OWNED else None


def bound_id(route: Route, parts: Mapping[str, str]) -> str | None:
    """The id that binds the request to a child. None where the route has none, or where nothing can have this id."""
    name = bound_parameter(route)
    return parts[name] if name is not None and is_uuid(parts[name]) else None
