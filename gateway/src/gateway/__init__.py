"""The gateway: one door for all callers. Decides nothing itself, keeps nothing, forwards only what was permitted."""
