"""The words that every part uses: information categories, roles, purposes, sectors.

The meaning of each information category stands here and nowhere else. Sources: the Multi-Agency Information
Sharing draft standard (England, 2026) for service episodes; the Children Act 1989 for `child-in-need` (section 17)
and `child-protection` (section 47).
"""

from enum import StrEnum


class Category(StrEnum):
    """What a piece of information about a child is about. Every field belongs to exactly one."""

    BASICS = "basics"
    WHEREABOUTS = "whereabouts"
    FAMILY = "family"
    INVOLVEMENT = "involvement"
    EDUCATION = "education"
    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    YOUTH_JUSTICE = "youth_justice"
    EARLY_YEARS = "early_years"
    PLAN = "plan"
    SENSITIVE = "sensitive"


CATEGORY_MEANING: dict[Category, str] = {
    Category.BASICS: "names, date of birth, sex, identifiers",
    Category.WHEREABOUTS: "addresses, contact details, school",
    Category.FAMILY: "carers, siblings, household",
    Category.INVOLVEMENT: "who works with the child, and how to reach them",
    Category.EDUCATION: "learning, attendance, special educational needs",
    Category.HEALTH: "physical health and development",
    Category.SOCIAL_CARE: "social care involvement and its content",
    Category.YOUTH_JUSTICE: "offending and youth justice supervision",
    Category.EARLY_YEARS: "nursery, childminding and the under-fives",
    Category.PLAN: "team, actions, reviews, stage of intervention",
    Category.SENSITIVE: "sexual health, mental health, substance misuse, and any episode marked sensitive",
}


class Role(StrEnum):
    """What a person or system is in the directory; the policy file says what each may see and do."""

    TEACHER = "teacher"
    SAFEGUARDING_LEAD = "safeguarding_lead"
    GP = "gp"
    HEALTH_VISITOR = "health_visitor"
    SCHOOL_NURSE = "school_nurse"
    CAMHS = "camhs"
    SOCIAL_WORKER = "social_worker"
    EARLY_HELP_WORKER = "early_help_worker"
    YOUTH_WORKER = "youth_worker"
    YOUTH_JUSTICE_WORKER = "youth_justice_worker"
    POLICE_OFFICER = "police_officer"
    VOLUNTARY_WORKER = "voluntary_worker"
    INDEX_OFFICER = "index_officer"
    IG_OFFICER = "ig_officer"
    DIRECTORY_ADMIN = "directory_admin"
    SYSTEM = "system"
    YOUNG_PERSON = "young_person"
    PARENT = "parent"


ACCOUNT_ROLES = frozenset({Role.YOUNG_PERSON, Role.PARENT})
"""Roles held by an account tied to a child, never by a practitioner."""


AREA_WIDE_ROLES = frozenset(
    {Role.SOCIAL_WORKER, Role.POLICE_OFFICER, Role.YOUTH_JUSTICE_WORKER, Role.INDEX_OFFICER, Role.IG_OFFICER}
)
"""People who work for the whole area, so that who they are tells nobody where a child lives or goes to school."""

AREA_WIDE_SERVICES = frozenset({"social-care", "social-work", "police", "youth-justice"})
"""The types of their services (`_` is read as `-`). Of every other type a service may be a place near the child."""


class Purpose(StrEnum):
    """Why a request is made; sent as the `Kith-Purpose` header and kept in the access log."""

    DIRECT_SUPPORT = "direct-support"
    EARLY_HELP = "early-help"
    CHILD_IN_NEED = "child-in-need"
    CHILD_PROTECTION = "child-protection"
    REFERRAL = "referral"
    SCHOOL_ADMISSION = "school-admission"
    DATA_QUALITY = "data-quality"
    AUDIT = "audit"
    ADMINISTRATION = "administration"


class LegalBasisCode(StrEnum):
    """A ground on which information is shared without consent; the policy file says what each may open."""

    CHILD_PROTECTION = "child-protection"
    """An enquiry under section 47 of the Children Act 1989."""
    VITAL_INTERESTS = "vital-interests"
    """To protect somebody's life (UK GDPR, article 6(1)(d))."""
    COURT_ORDER = "court-order"


class Sector(StrEnum):
    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    EDUCATION = "education"
    EARLY_YEARS = "early_years"
    POLICE = "police"
    YOUTH_JUSTICE = "youth_justice"
    VOLUNTARY = "voluntary"
    HOUSING = "housing"


class PractitionerStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class Scope(StrEnum):
    """How far an information-governance officer sees: the looks of their own agency's people, or all."""

    AGENCY = "agency"
    PARTNERSHIP = "partnership"


class PartyType(StrEnum):
    """Whom a block names."""

    PRACTITIONER = "practitioner"
    TEAM = "team"
    AGENCY = "agency"


class RecipientType(StrEnum):
    """With whom a consent lets information be shared."""

    PRACTITIONER = "practitioner"
    TEAM = "team"
    AGENCY = "agency"
    SECTOR = "sector"
    ALL = "all"


class ClashKind(StrEnum):
    """How work with two children of one family gets in each other's way. That two lead professionals differ is found
    where the inboxes are."""

    TEAMS = "teams"
    """Each has a team of its own, and nobody was asked to join both at once."""
    REVIEWS = "reviews"
    """Each has a review meeting in the same week, on another day."""


class ChronologyKind(StrEnum):
    """What an entry of a child's chronology tells of. The order here is that of things which happened on one day: what
    stands further down comes later, and so nearer the top of the chronology."""

    EPISODE_STARTED = "episode-started"
    LEAD_ASSIGNED = "lead-assigned"
    ASSESSMENT_BEGUN = "assessment-begun"
    REFERRAL_SENT = "referral-sent"
    TEAM_JOINED = "team-joined"
    LIFE_EVENT = "life-event"
    REVIEW_HELD = "review-held"
    STAGE_AGREED = "stage-agreed"
    ACTION_DONE = "action-done"
    ASSESSMENT_COMPLETED = "assessment-completed"
    ASSESSMENT_CLOSED = "assessment-closed"
    TEAM_LEFT = "team-left"
    EPISODE_ENDED = "episode-ended"


class ChildOutcome(StrEnum):
    """What a plan is for. Source: the five outcomes of Every Child Matters (Children Act 2004, section 10(2))."""

    BE_HEALTHY = "be-healthy"
    STAY_SAFE = "stay-safe"
    ENJOY_AND_ACHIEVE = "enjoy-and-achieve"
    POSITIVE_CONTRIBUTION = "positive-contribution"
    ECONOMIC_WELLBEING = "economic-wellbeing"


class Outcome(StrEnum):
    """How a decision ended, as the access log has it."""

    PERMITTED = "permitted"
    REFUSED = "refused"
    ERROR = "error"
