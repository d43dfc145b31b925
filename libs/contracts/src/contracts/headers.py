"""Names of the HTTP headers that the parts agree on."""

PURPOSE = "Kith-Purpose"
REQUEST_ID = "X-Request-Id"
TRACEPARENT = "traceparent"
IDEMPOTENCY_KEY = "Idempotency-Key"

GRANT = "Kith-Grant"
"""The consent service's signed grant; set by the gateway, never taken from outside."""

INTERNAL_KEY = "Kith-Internal-Key"
"""Shows a call between parts; set by the gateway, never taken from outside."""

EFFECTS = "Kith-Effects"
"""On a service's answer: ids of the events that the change emitted. The gateway waits for their effects where the
route asks for it, and takes the header off before the answer leaves."""

CATEGORY_KEYWORD = "x-kith-category"
"""In the description of the routes: the information category of a field, which an answer may lack."""
