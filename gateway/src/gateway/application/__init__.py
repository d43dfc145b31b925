"""One request through the gateway, against ports."""
