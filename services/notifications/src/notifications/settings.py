"""Settings of the notifications service."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from chassis.settings import Port, ServiceSettings

BUILT_IN_RULES = Path(__file__).parent / "hearing.yaml"


class NotificationsSettings(ServiceSettings):
    port: Port = 8084
    consent_url: str = ""
    """Where the consent service is, which decides on all that is told of a child outside a request of the recipient's
    own. Not needed where all parts share a process."""
    notification_rules_file: Path = BUILT_IN_RULES
    """The authority's own rules of who hears of what."""
    notification_escalate_hours: Annotated[float, Field(gt=0, le=8760)] = 24
    """How long something critical may wait to be read before the team's leader is told."""
    streams_per_person: Annotated[int, Field(ge=1, le=1000)] = 5
    """How many streams one person may have at once, counted in each process."""
    stream_heartbeat_seconds: Annotated[float, Field(gt=0, le=30)] = 15
    stream_seconds: Annotated[float, Field(gt=0, le=86_400)] = 3600
    """After how long a stream ends by itself; its reader comes back, to whichever process has room."""
