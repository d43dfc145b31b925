"""Settings of the assessment service."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from chassis.settings import Port, ServiceSettings

BUILT_IN_STAGES = Path(__file__).parent / "stages.yaml"
LIFE_EVENT_CODES = Path(__file__).parent / "life_events.yaml"
BUILT_IN = Path(__file__).parent / "templates"


class AssessmentSettings(ServiceSettings):
    port: Port = 8083
    assessment_template_dir: Path | None = None
    """Folder of an authority's own templates, beside those built in. A version that was ever used stays there."""
    action_reminder_seconds: Annotated[float, Field(gt=0)] = 3600
    """How often actions are looked through for those past their day."""
    action_lead_after_days: Annotated[int, Field(ge=1, le=365)] = 7
    """How long after an action's owner its child's lead professional is reminded."""
    referral_reminder_seconds: Annotated[float, Field(gt=0)] = 3600
    """How often referrals are looked through for those that nobody answers."""
    referral_chase_days: Annotated[int, Field(ge=1, le=365)] = 5
    """How long after it was sent a referral's receiving team is reminded."""
    referral_escalate_days: Annotated[int, Field(ge=1, le=365)] = 10
    """How long after it was sent its referrer and the child's lead professional are told."""
    public_url: Annotated[str, Field(pattern=r"^https?://.+$")] = "http://127.0.0.1:8080"
    """Where the gateway is reached from outside, for the links in a calendar."""
    documents_at_once: Annotated[int, Field(ge=1, le=64)] = 2
    """How many PDFs are made at the same time; each takes a processor while it is."""
    document_seconds: Annotated[float, Field(gt=0, le=50)] = 20
    """After which one that is being made is given up. Less than the gateway waits."""
    assessment_stages_file: Path = BUILT_IN_STAGES
    """The authority's own policy of stages of intervention: criteria, and the weights of the report."""

    @model_validator(mode="after")
    def _chased_before_it_is_escalated(self) -> "AssessmentSettings":
        if self.referral_escalate_days < self.referral_chase_days:
            raise ValueError("KITH_REFERRAL_ESCALATE_DAYS must not be less than KITH_REFERRAL_CHASE_DAYS")
        return self
