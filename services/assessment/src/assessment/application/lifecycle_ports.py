"""What the use cases of an assessment's life need of storage."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from assessment.domain.lifecycle import (
    AssessmentReview,
    Closure,
    Completion,
    ContributionRequest,
    Following,
)
from contracts.vocabulary import Category


@dataclass(frozen=True, slots=True)
class Reader:
    """As whom something is looked for: their categories, and the records that they see as this child's."""

    practitioner_id: str
    categories: frozenset[Category]
    records: Sequence[str]


class LifecycleRepository(Protocol):
    """What was recorded of the steps of an assessment's life; nothing of it is ever changed."""

    async def add_completion(self, completion: Completion) -> None:
        """Keeps also which version of each contribution stands at this moment."""

    async def note_consent(self, consent_id: str, child_id: str) -> None:
        """That there is one, as the consent service's event told."""

    async def child_of_consent(self, consent_id: str) -> str | None:
        """The record that it was given for; None for none that is known of."""

    async def versions_of_completion(self, assessment_id: str) -> int:
        """How often it was completed; 0: never."""

    async def completions(self, assessment_id: str, reader: Reader, before: int | None, limit: int) -> list[Completion]:
        """Newest first, from the one after the version `before`, with what of them the reader may know of."""

    async def rested_on(self, assessment_id: str, section_keys: Collection[str]) -> dict[tuple[str, str], int]:
        """The version of each contribution that stood at the last completion, by section and contributor."""

    async def add_review(self, review: AssessmentReview) -> None: ...

    async def reviews(self, assessment_id: str, before: str | None, limit: int) -> list[AssessmentReview]:
        """Newest first, from the one after the id `before`."""

    async def add_closure(self, closure: Closure) -> None: ...

    async def closure(self, assessment_id: str) -> Closure | None: ...

    async def follow(self, following: Following) -> None: ...

    async def thread_of(self, assessment_id: str) -> str:
        """The thread's id; its own for what follows nothing."""

    async def thread(self, thread_id: str) -> list[Following]:
        """Those that follow another in the thread, in the order in which they were begun."""

    async def purge(self, child_id: str) -> None: ...


class RequestRepository(Protocol):
    """Who was asked to contribute. What is of another category than the reader's is not there for them."""

    async def add(self, request: ContributionRequest) -> None: ...

    async def answered(self, assessment_id: str, section_key: str, practitioner_id: str, at: datetime) -> None:
        """The practitioner offered something in the section: it answers what they were asked for until now."""

    async def page(
        self,
        assessment_id: str,
        reader: Reader,
        section_keys: Collection[str],
        before: str | None,
        limit: int,
        *,
        waiting: bool = False,
    ) -> list[ContributionRequest]:
        """Newest first, from the one after the request id `before`; `waiting`: those alone that are not answered.

        `section_keys`: the sections that the reader may see. A request for another is not there, and an offer in
        another answers nothing, but to whoever made it themselves.
        """

    async def purge(self, child_id: str) -> None: ...
