"""What the person query of the Multi-Agency Information Sharing drafts (England, data exchange v0.3) agrees on.

A request is a FHIR R4 `Parameters` resource with a `resource` (a Patient) and a `reason`: the address of the law that
the requester acts under. The reason is the purpose that the decision is made for and the access log keeps.
"""

from contracts.vocabulary import Purpose

MEDIA_TYPE = "application/fhir+json"
QUERY = "person.query"
"""The action of a person query."""

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
UPN = "urn:kith:id:upn"
"""Of our own: no register names a system for unique pupil numbers."""

_ACT_1989 = "https://www.legislation.gov.uk/ukpga/1989/41/section/"
_ACT_2004 = "https://www.legislation.gov.uk/ukpga/2004/31/section/"

REASONS: dict[str, Purpose] = {
    f"{_ACT_1989}17": Purpose.CHILD_IN_NEED,
    f"{_ACT_1989}46": Purpose.CHILD_PROTECTION,
    f"{_ACT_1989}47": Purpose.CHILD_PROTECTION,
    f"{_ACT_2004}10": Purpose.EARLY_HELP,
}
"""Children Act 1989: a child in need (17), police protection (46), an enquiry (47). Children Act 2004: cooperation to
improve wellbeing (10). No other reason is taken."""
