"""Pure rules of the gateway: what is taken, what is passed on, what silence looks like. No framework, no clock."""
