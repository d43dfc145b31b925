"""The whole contract under generated requests: no 5xx, no status or shape that the description does not have."""
