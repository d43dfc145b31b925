"""A list that is said to be the whole roll: who is not on it has left. When that is believed, and when not.

A wrong "left" takes a child's people from sight, so the list is not believed where a refused row may be the child, nor
where more would leave than a roll loses in a term unless the sender says that so many do.
"""

from typing import Final, Literal

USUAL_LIMIT: Final = 20
"""So many in a hundred of the children on the roll may leave by one list, unless the sender says otherwise."""
REASON: Final = "left-roll"
"""Why the episode ended."""

Held = Literal["rejected-rows", "too-many"]


def held(unknown_rows: int, leaving: int, enrolled: int, limit: int) -> Held | None:
    """Why nobody leaves; None where they do.

    `unknown_rows`: refused rows of which it is not known whose they are. `leaving` of `enrolled` children are not on
    the list. `limit` in a hundred.
    """
    if unknown_rows and leaving:
        return "rejected-rows"
    return "too-many" if leaving * 100 > limit * enrolled else None
