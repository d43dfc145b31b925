"""Routes and their schemas: no SQL, no rules."""
