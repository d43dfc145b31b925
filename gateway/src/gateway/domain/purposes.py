"""Why a request is made: the `Kith-Purpose` header, or what the route says where none need be sent."""

from collections.abc import Sequence

from chassis.errors import BadRequest
from contracts.headers import PURPOSE
from contracts.routes import Route
from contracts.vocabulary import Purpose


def purpose_of(route: Route, sent: Sequence[str]) -> Purpose:
    """The purpose of a request, from the values of its header.

    Raises `BadRequest` with code `purpose-required` when the route needs one and none came, `purpose-unknown` when it
    is not one of the list, or when several came.
    """
    if not sent:
        if route.purpose is None:
            raise BadRequest(f"Send {PURPOSE} with one of: {_known()}", code="purpose-required")
        return route.purpose
    try:
        (value,) = sent
        return Purpose(value.strip())
    except ValueError:
        raise BadRequest(f"{PURPOSE} must be one of: {_known()}", code="purpose-unknown") from None


def _known() -> str:
    return ", ".join(Purpose)
