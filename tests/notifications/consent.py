"""The consent service as notifications meets it, over HTTP in the process: what a recipient may be told of."""

import asyncio
from dataclasses import dataclass, field

import httpx
from fastapi import FastAPI, Request, Response

from contracts import headers
from contracts.decisions import DeliveryAnswer, DeliveryQuestion
from contracts.vocabulary import Category
from tests.notifications.kit import INTERNAL_KEY


@dataclass
class Deciding:
    """Permits whatever was asked but for what a test hides. `asked`: the questions, in their order."""

    hidden: set[tuple[str, str]] = field(default_factory=set)
    """Recipient and child."""
    closed: set[Category] = field(default_factory=set)
    """What nobody may see of anybody."""
    stopped: set[str] = field(default_factory=set)
    """Recipients who may be told nothing at all."""
    related: dict[str, list[str]] = field(default_factory=dict)
    away: bool = False
    asked: list[DeliveryQuestion] = field(default_factory=list)
    held: asyncio.Event | None = None
    """Where it is there, no answer comes before it is set."""

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]

    def transport(self) -> httpx.ASGITransport:
        app = FastAPI()

        @app.post("/internal/delivery-decisions")
        async def decide(question: DeliveryQuestion, request: Request) -> Response:
            assert request.headers[headers.INTERNAL_KEY] == INTERNAL_KEY
            self.asked.append(question)
            if self.held is not None:
                await self.held.wait()
            if self.away:
                return Response(status_code=503)
            who = question.recipient_id
            answer = DeliveryAnswer(
                decision_id="decision",
                active=who not in self.stopped,
                permitted={
                    child: [each for each in question.categories if each not in self.closed]
                    for child in question.children
                    if (who, child) not in self.hidden and who not in self.stopped
                },
                related=self.related,
            )
            return Response(answer.model_dump_json(), media_type="application/json")

        return httpx.ASGITransport(app)


CONSENT = Deciding()
"""What the shared service of these tests asks; each test finds it as it was made."""
