"""What can go wrong, in the words of the domain. Nothing here knows HTTP; `problems.py` turns these into answers.

KithError
├── NotFound              no such thing, or none that this caller may know of
├── NotAllowed            this role may never do this
├── Unauthenticated       no token, or one that is not good
├── Invalid               fields that cannot be taken, each by JSON pointer
├── BadRequest            the request as a whole cannot be taken (a header, mostly)
├── Conflict              the present state does not allow it
├── Stale / Unconditional the `If-Match` does not hold / is missing
├── NotYet                it will be there soon; try again
├── TooLarge, TooMany
└── Unavailable           something that must answer did not; nothing was done
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class KithError(Exception):
    """Base of all errors that become an answer. `code` is the last part of the problem's type."""

    status = 500
    code = "internal"
    title = "Something went wrong here"

    def __init__(self, detail: str = "", *, code: str | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        if code is not None:
            self.code = code


class NotFound(KithError):
    status, code, title = 404, "not-found", "Not found"


class NotAllowed(KithError):
    status, code, title = 403, "not-allowed", "Your role may not do this"


class Unauthenticated(KithError):
    status, code, title = 401, "unauthenticated", "A valid access token is needed"


@dataclass(frozen=True, slots=True)
class FieldError:
    """`pointer` is a JSON pointer into the request (`/viewer/id`); `detail` never repeats what was sent."""

    pointer: str
    detail: str


class Invalid(KithError):
    status, code, title = 422, "invalid", "Some fields cannot be taken"

    def __init__(self, errors: Sequence[FieldError], *, code: str | None = None, detail: str = "") -> None:
        super().__init__(detail or "; ".join(f"{e.pointer}: {e.detail}" for e in errors), code=code)
        self.errors = tuple(errors)

    @classmethod
    def field(cls, pointer: str, detail: str, *, code: str | None = None) -> "Invalid":
        return cls([FieldError(pointer, detail)], code=code)


class BadRequest(KithError):
    status, code, title = 400, "bad-request", "The request cannot be taken"


class Conflict(KithError):
    """`members` are told beside the text (RFC 9457, section 3.2): what stands in the way, as far as one may see."""

    status, code, title = 409, "conflict", "The present state does not allow this"

    def __init__(self, detail: str = "", *, code: str | None = None, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail, code=code)
        self.members = dict(members or {})


class NotYet(KithError):
    status, code, title = 409, "not-yet", "Not there yet"

    def __init__(self, detail: str = "", *, code: str | None = None, retry_after: int = 1) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after


class Stale(KithError):
    status, code, title = 412, "stale", "It has changed since you read it"


class Unconditional(KithError):
    status, code, title = 428, "if-match-required", "Send If-Match with the ETag that you read"


class TooLarge(KithError):
    status, code, title = 413, "too-large", "The body is too large"


class TooMany(KithError):
    status, code, title = 429, "too-many-requests", "Too many requests"

    def __init__(self, detail: str = "", *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(KithError):
    """`retry_after`: seconds after which to ask again, where that is known."""

    status, code, title = 503, "unavailable", "Kith cannot answer just now; nothing was done"

    def __init__(self, detail: str = "", *, code: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after
