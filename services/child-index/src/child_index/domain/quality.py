"""How good the index's records are, in numbers; no child is named."""

from dataclasses import dataclass

NEAREST = 5
"""To what the waiting reviews are rounded."""


@dataclass(frozen=True, slots=True)
class NhsNumbers:
    """Children by their NHS number; merged records count as one child.

    `valid`: at least one that passes its own check (modulus 11). `invalid`: one that does not, and none that does.
    `missing`: none at all. `shared`: a valid one that another child has as well. `conflicting`: merged records with
    different valid ones.
    """

    valid: int = 0
    invalid: int = 0
    missing: int = 0
    shared: int = 0
    conflicting: int = 0


@dataclass(frozen=True, slots=True)
class PupilNumbers:
    """Children by their unique pupil number: `permanent`, else `temporary`, else `invalid`, else `missing`."""

    permanent: int = 0
    temporary: int = 0
    invalid: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """Rows of imports, in the time after which a record is stale, that were refused for this field."""

    nhs_number: int = 0
    upn: int = 0
    date_of_birth: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all children, or of those with whom an agency is involved now. `reviews_waiting` is rounded."""

    children: int = 0
    reviews_waiting: int = 0
    nhs_number: NhsNumbers = NhsNumbers()
    upn: PupilNumbers = PupilNumbers()
    stale: int = 0
    refused: Refused = Refused()

    @property
    def valid_nhs_number_share(self) -> float | None:
        """From 0 to 1, cut to four places, so that 95% is never said of less; None where there is no child."""
        return self.nhs_number.valid * 10_000 // self.children / 10_000 if self.children else None


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    agency_id: str
    agency_name: str | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Report:
    every: Figures
    agencies: tuple[AgencyFigures, ...]


def rounded(waiting: int) -> int:
    """A number of reviews as it is told: to the nearest five.

    Somebody whom a young person blocks may list the reviews that they may see, and would find by an exact number that
    there is another.
    """
    return (waiting + NEAREST // 2) // NEAREST * NEAREST
