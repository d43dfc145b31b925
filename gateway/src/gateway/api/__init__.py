"""The gateway's own routes, and those that it forwards."""
