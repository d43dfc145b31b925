"""Calls between parts: what each carries beside its own content."""

from chassis.telemetry import current_request_id, current_traceparent
from contracts import headers
from gateway.application.ports import RawHeaders


class CallHeaders:
    """Makes the headers of a call: internal key, request id and trace context of the request being answered."""

    def __init__(self, internal_key: str) -> None:
        self._key = (headers.INTERNAL_KEY.lower().encode(), internal_key.encode())

    def __call__(self, *others: tuple[bytes, bytes]) -> RawHeaders:
        made = [
            self._key,
            (headers.REQUEST_ID.lower().encode(), current_request_id.get().encode()),
            # A service that compressed would only make the gateway undo or misstate it.
            (b"accept-encoding", b"identity"),
            *others,
        ]
        trace = current_traceparent.get()
        if trace:
            made.append((headers.TRACEPARENT.encode(), trace.encode()))
        return tuple(made)


JSON_CONTENT = (b"content-type", b"application/json")


def grant_header(grant: str) -> tuple[bytes, bytes]:
    return headers.GRANT.lower().encode(), grant.encode()
