"""All types of events, by name."""

from contracts.events import assessment, child_index, consent
from contracts.events.base import Event

EVENT_TYPES: dict[str, type[Event]] = {
    event.type_name(): event for event in (*child_index.EVENTS, *consent.EVENTS, *assessment.EVENTS)
}

NOT_CONSUMED: dict[str, str] = {
    "TreeHeadSigned": "for agencies outside Kith, who hold copies that `kith audit verify` compares with an export",
    "OverrideReviewed": "kept for agencies' own records; the officers see the outcome where they review",
    "OverrideDisclosed": "the young person's history shows it from then on; kept for agencies' own records",
    "ActionAdded": "shown in the plan; kept for agencies' own records",
    "AssessmentReviewed": "shown in the assessment; kept for agencies' own records",
    "AssessmentClosed": "shown in the assessment; kept for agencies' own records",
    "LifeEventRecorded": "shown in the chronology; kept for agencies' own records",
    "LifeEventChanged": "shown in the chronology; kept for agencies' own records",
    "AssessmentTemplateChanged": "who begins an assessment reads the template; kept for agencies' own records",
    "ContributionSaved": "shown when the assessment is read; nobody is told of each version",
}
"""Event types that no service consumes, and why they are published all the same."""
