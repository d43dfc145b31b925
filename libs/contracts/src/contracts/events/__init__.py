"""The events that services exchange: CloudEvents 1.0 in JSON, one topic per service.

Payloads carry ids and codes, and the least personal data that a consumer needs. Unknown fields are kept by whoever
passes an event on; a breaking change is a new version of the type.
"""
