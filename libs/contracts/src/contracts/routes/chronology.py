"""The chronology, and the life events in it."""

from contracts.routes.base import ALL, ASSESS, CHILD, INDEX, ONE, OWNED, Route

EVENT = "/v1/life-events/{life_event_id}"

ROUTES: tuple[Route, ...] = (
    Route("GET", f"{ONE}/chronology", ASSESS, "chronology.read", CHILD, ALL, None, supplied_by=INDEX),
    Route("GET", "/v1/life-event-codes", ASSESS, "template.read"),
    Route("POST", f"{ONE}/life-events", ASSESS, "life-event.record", CHILD, ALL, None),
    Route("GET", EVENT, ASSESS, "life-event.read", OWNED, ALL, None, owned_kind="life_event"),
    Route("GET", f"{EVENT}/history", ASSESS, "life-event.read", OWNED, ALL, None, owned_kind="life_event"),
    Route("PATCH", EVENT, ASSESS, "life-event.change", OWNED, ALL, None, owned_kind="life_event"),
    Route("POST", f"{EVENT}/withdrawal", ASSESS, "life-event.change", OWNED, ALL, None, owned_kind="life_event"),
)
