"""The evidence in plain English. The sentences name fields and never a value."""

from typing import Final

from child_index.domain.matching.weights import Band

_SENTENCES: Final = {
    "given_name": {
        Band.EQUAL: "The given names are the same.",
        Band.VARIANT: "One given name is a short form or another spelling of the other.",
        Band.FULLER: "The first given names are the same; one record has further ones.",
        Band.PART: "One given name is a part of the other.",
        Band.TYPO: "The given names differ as by a slip of writing.",
        Band.SIMILAR: "The given names are alike, but may be two names.",
        Band.INITIAL: "One given name is only an initial, and it agrees.",
        Band.SWAPPED: "The given and family names stand in each other's place.",
        Band.DIFFERENT: "The given names differ.",
    },
    "family_name": {
        Band.EQUAL: "The family names are the same.",
        Band.PART: "One family name is a part of the other.",
        Band.TYPO: "The family names differ as by a slip of writing.",
        Band.VARIANT: "The family names are two that are often written for each other.",
        Band.SIMILAR: "The family names are alike, but may be two names.",
        Band.INITIAL: "One family name is only an initial, and it agrees.",
        Band.SWAPPED: "The family and given names stand in each other's place.",
        Band.DIFFERENT: "The family names differ.",
    },
    "date_of_birth": {
        Band.EQUAL: "The dates of birth are the same.",
        Band.SWAPPED: "The dates of birth have day and month swapped.",
        Band.ONE_EDIT: "The dates of birth differ in one digit.",
        Band.TWO_PARTS: "The dates of birth agree in two parts of three.",
        Band.YEAR_AND_MONTH: "The months of birth are the same; one day of birth is not known.",
        Band.YEAR: "The years of birth are the same; one month of birth is not known.",
        Band.DIFFERENT: "The dates of birth differ.",
    },
    "sex": {Band.EQUAL: "The recorded sex is the same.", Band.DIFFERENT: "The recorded sex differs."},
    "postcode": {
        Band.EQUAL: "The postcodes are the same.",
        Band.EARLIER: "The postcode of one is an earlier postcode of the other.",
        Band.ONE_EDIT: "The postcodes differ in one character.",
        Band.NEAR: "The postcodes are in the same district.",
        Band.DIFFERENT: "The postcodes differ.",
    },
    "address_line": {
        Band.EQUAL: "The addresses are the same.",
        Band.NEAR: "The addresses name the same street.",
        Band.PART: "The addresses are alike in part.",
        Band.DIFFERENT: "The addresses differ.",
    },
    "nhs_number": {Band.EQUAL: "The NHS numbers are the same.", Band.DIFFERENT: "The NHS numbers differ."},
    "upn": {
        Band.EQUAL: "The unique pupil numbers are the same.",
        Band.DIFFERENT: "The unique pupil numbers differ.",
    },
}


def sentence(field: str, band: Band) -> str | None:
    """The sentence for one field's band; None for a band that says nothing, or that the field cannot have."""
    return _SENTENCES[field].get(band)
