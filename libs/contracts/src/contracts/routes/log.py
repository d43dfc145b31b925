"""The access log, and what officers are shown of it."""

from contracts.routes.base import CHILD, CONSENT, ONE, Route
from contracts.vocabulary import Purpose

ROUTES: tuple[Route, ...] = (
    # The access log
    Route("GET", "/v1/access-log", CONSENT, "log.read", purpose=Purpose.AUDIT),
    Route("GET", "/v1/access-log/export", CONSENT, "log.export", purpose=Purpose.AUDIT),
    Route("GET", "/v1/access-log/tree-head", CONSENT, "log.prove", purpose=Purpose.AUDIT),
    Route("GET", "/v1/access-log/keys", CONSENT, "log.prove", purpose=Purpose.AUDIT),
    Route("GET", "/v1/access-log/inclusion-proof", CONSENT, "log.prove", purpose=Purpose.AUDIT),
    Route("GET", "/v1/access-log/consistency-proof", CONSENT, "log.prove", purpose=Purpose.AUDIT),
    Route("POST", "/v1/access-log/purges", CONSENT, "log.purge", purpose=Purpose.AUDIT),
    # Officers' signals
    Route("GET", "/v1/signals", CONSENT, "signal.read", purpose=Purpose.AUDIT),
    Route("GET", "/v1/signals/{signal_id}/entries", CONSENT, "signal.read", purpose=Purpose.AUDIT),
    Route("PUT", f"{ONE}/history-delay", CONSENT, "delay.place", CHILD, purpose=Purpose.AUDIT),
    Route("GET", f"{ONE}/history-delay", CONSENT, "delay.read", CHILD, purpose=Purpose.AUDIT),
    Route("DELETE", f"{ONE}/history-delay", CONSENT, "delay.end", CHILD, purpose=Purpose.AUDIT),
)
