"""How long one part may ask another to wait for an effect."""

from typing import Final

LONGEST_WAIT: Final = 30.0
"""Seconds. A request that waits holds a connection."""
