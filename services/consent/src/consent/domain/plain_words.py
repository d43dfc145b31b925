"""Kith's codes in words for a family. Short, without jargon, and true for any child."""

from contracts.vocabulary import Category, Purpose, RecipientType, Role

PLAIN_CATEGORY: dict[Category, str] = {
    Category.BASICS: "names, date of birth and numbers such as the NHS number",
    Category.WHEREABOUTS: "where the child or young person lives and goes to school",
    Category.FAMILY: "who the family are",
    Category.INVOLVEMENT: "who is helping, and how to reach them",
    Category.EDUCATION: "how school is going",
    Category.HEALTH: "health and growing up",
    Category.SOCIAL_CARE: "what social care is doing",
    Category.YOUTH_JUSTICE: "trouble with the law",
    Category.EARLY_YEARS: "nursery and the years before school",
    Category.PLAN: "the plan: who does what, and by when",
    Category.SENSITIVE: "very private things: mental health, sexual health, drugs and alcohol",
}

PLAIN_PURPOSE: dict[Purpose, str] = {
    Purpose.DIRECT_SUPPORT: "giving help directly",
    Purpose.EARLY_HELP: "early help",
    Purpose.CHILD_IN_NEED: "help for a child in need",
    Purpose.CHILD_PROTECTION: "keeping a child safe",
    Purpose.REFERRAL: "asking another service to help",
    Purpose.SCHOOL_ADMISSION: "a place at a school",
    Purpose.DATA_QUALITY: "keeping records right",
    Purpose.AUDIT: "checking who looked",
    Purpose.ADMINISTRATION: "running the service",
}

PLAIN_RECIPIENT: dict[RecipientType, str] = {
    RecipientType.PRACTITIONER: "{}",
    RecipientType.TEAM: "the team {}",
    RecipientType.AGENCY: "everybody at {} who is helping",
    RecipientType.SECTOR: "everybody in {} who is helping",
    RecipientType.ALL: "everybody who is helping",
}

PLAIN_NEAR = "people who are helping near where you are"
"""In the place of any of these, for a reader who may not learn where that is."""

_PLAIN_ROLE = {Role.GP: "GP", Role.CAMHS: "mental health worker", Role.IG_OFFICER: "information officer"}

_PLAIN_REASON = {
    "involved": "they are helping, and this needs nobody's agreement",
    "data-quality": "they keep the records right, and see it for nothing else",
    "legal-basis": "the law lets them see this without agreement",
    "override": "they opened it in an emergency",
}

_AGREED = {"young_person": "the young person agreed", "parent": "a parent agreed", None: "the family agreed"}


def plain_role(role: str) -> str:
    return _PLAIN_ROLE.get(Role(role), role.replace("_", " "))


def plain_reason(rule: str, given_by: str | None) -> str:
    """Why somebody sees something, by the rule that permits it and, for a consent, who gave it."""
    return _AGREED[given_by] if rule == "consented" else _PLAIN_REASON[rule]
