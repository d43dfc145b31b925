"""What is known of a person, as the callers hold it: the input of `prepare`."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """The fields by which a child is recognised. Empty text and None both mean: not known.

    `sex` takes male/female, m/f or 1/2 (NHS data dictionary, person stated gender code); anything else counts as
    not known. `other_names` holds (given, family) pairs, former or alternate; either may be empty, and then stands
    for the current one. `born_accuracy` has a letter each for day, month and year of birth: a part that is not `A`
    (accurate) says nothing.
    """

    given_name: str = ""
    family_name: str = ""
    date_of_birth: date | None = None
    sex: str | None = None
    postcode: str | None = None
    address_line: str | None = None
    nhs_number: str | None = None
    upn: str | None = None
    other_names: tuple[tuple[str, str], ...] = ()
    earlier_postcodes: tuple[str, ...] = ()
    born_accuracy: str = "AAA"
