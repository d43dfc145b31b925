"""What one service gives to another's answer: the gateway asks for it under that answer's grant, and sends it along."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from contracts.vocabulary import Category


class KnownFact(BaseModel):
    """Something that the child index knows and a form would ask, for `GET /v1/assessments/{assessment_id}/prefill`.

    Keys: `child.name` and `child.date_of_birth` (`basics`); `child.school` and `child.gp` (`whereabouts`), and
    `child.carer` (`family`), once for each.
    """

    key: str
    category: Category
    value: Any
    recorded_on: date | None = None


class KnownFacts(BaseModel):
    items: list[KnownFact]
