"""How many requests each caller may make: a token bucket for each, of bounded number."""

import math
from collections import OrderedDict

from chassis.errors import TooMany

REMEMBERED_CALLERS = 20_000
_ROUNDING = 1e-7
"""Of a request: what a difference of two times may fall short by, so that who waited as told is served."""


class RateLimit:
    """`per_minute` requests for each caller, all of which may come at once; 0 = no limit.

    A caller who has not been seen for longest is forgotten first when there are more than are remembered; a
    forgotten caller starts with a full bucket.
    """

    def __init__(self, per_minute: int, remembered: int = REMEMBERED_CALLERS) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._remembered = remembered
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, now: float) -> None:
        """Counts one request; `now` in seconds, of a clock that never goes back. Raises `TooMany`."""
        if not self._size:
            return
        left, at = self._buckets.get(caller, (self._size, now))
        left = min(self._size, left + (now - at) * self._per_second)
        permitted = left >= 1 - _ROUNDING
        self._buckets[caller] = (left - 1 if permitted else left, now)
        self._buckets.move_to_end(caller)
        while len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        if not permitted:
            wait = max(1, math.ceil((1 - left) / self._per_second))
            raise TooMany(f"You may make {int(self._size)} requests a minute", retry_after=wait)

    def __len__(self) -> int:
        """How many callers are remembered."""
        return len(self._buckets)
