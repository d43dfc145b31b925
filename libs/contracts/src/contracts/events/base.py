"""What every event is, and the topics."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

CHILD_INDEX = "kith.child-index.v1"
ASSESSMENT = "kith.assessment.v1"
CONSENT = "kith.consent.v1"
ACCESS = "kith.access.v1"
NOTIFICATIONS = "kith.notifications.v1"

TOPICS = (CHILD_INDEX, ASSESSMENT, CONSENT, ACCESS)


class Event(BaseModel):
    """What happened. `topic` is where it is published, `key_field` names the field that orders it."""

    model_config = ConfigDict(extra="allow", frozen=True)
    topic: ClassVar[str]
    key_field: ClassVar[str] = "child_id"

    @classmethod
    def type_name(cls) -> str:
        return cls.__name__

    @property
    def key(self) -> str:
        return str(getattr(self, self.key_field))


class Envelope(BaseModel):
    """A CloudEvents 1.0 envelope, as it is written to the outbox and to the topic."""

    model_config = ConfigDict(extra="allow", frozen=True)
    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str = "application/json"
    traceparent: str | None = None
    data: dict[str, Any]
