"""One row of an import file."""

from dataclasses import astuple, dataclass, fields


@dataclass(frozen=True)
class Row:
    """The cells as they stand in the file, in the order of its header."""

    given_name: str
    family_name: str
    date_of_birth: str
    sex: str
    address_line: str
    postcode: str
    nhs_number: str
    upn: str
    local_id: str

    def cells(self) -> tuple[str, ...]:
        return astuple(self)


HEADER = tuple(each.name for each in fields(Row))
