"""How the services are reached: over HTTP, or in this process."""
