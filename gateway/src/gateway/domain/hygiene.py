"""Which headers cross the gateway, in each direction. All others stay outside, or inside.

From outside neither a grant nor the internal key is ever taken, nor a cookie, nor a header of one connection only
(RFC 9110 section 7.6.1); the caller's token goes to the decision and to nothing else.
"""

from collections.abc import Iterable

Headers = Iterable[tuple[bytes, bytes]]

TO_SERVICES = (
    b"content-type",
    b"accept",
    b"accept-language",
    b"if-match",
    b"if-none-match",
    b"idempotency-key",
    b"last-event-id",
)

TO_CALLERS = frozenset(
    {
        b"content-type",
        b"content-length",
        b"content-disposition",
        b"content-language",
        b"etag",
        b"last-modified",
        b"link",
        b"location",
        b"retry-after",
    }
)

ON_EVERY_ANSWER = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


def passed_in(headers: Headers) -> list[tuple[bytes, bytes]]:
    """The headers of a request that its service gets, each once: a repeat could be read in two ways."""
    first: dict[bytes, bytes] = {}
    for name, value in headers:
        first.setdefault(name.lower(), value)
    return [(name, first[name]) for name in TO_SERVICES if name in first]


def passed_out(headers: Headers) -> list[tuple[bytes, bytes]]:
    """The headers of a service's answer that its caller gets."""
    return [(name.lower(), value) for name, value in headers if name.lower() in TO_CALLERS]
