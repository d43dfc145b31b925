"""What a recipient may be told of, asked of the consent service."""

from collections.abc import Collection

import httpx
import structlog
from pydantic import ValidationError

from chassis.errors import Unavailable
from chassis.ids import new_id
from chassis.telemetry import current_traceparent
from contracts import headers
from contracts.decisions import DeliveryAnswer, DeliveryQuestion
from contracts.vocabulary import Category
from notifications.application.outgoing_ports import MayKnow

log = structlog.get_logger("kith.deliveries")


TIMEOUT_SECONDS = 10.0


def consent_client(url: str, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    """`transport`: the consent service in the same process; otherwise it is at `url`.

    Raises `ValueError` where neither is given: nobody could be told anything.
    """
    if transport is None and not url:
        raise ValueError("Say where the consent service is: KITH_CONSENT_URL")
    return httpx.AsyncClient(transport=transport, base_url=url or "http://consent", timeout=TIMEOUT_SECONDS)


class ConsentDecisions:
    """`client` knows where the consent service is."""

    def __init__(self, client: httpx.AsyncClient, internal_key: str) -> None:
        self._client = client
        self._key = internal_key

    async def may_know(self, recipient_id: str, children: Collection[str], categories: Collection[Category]) -> MayKnow:
        question = DeliveryQuestion(recipient_id=recipient_id, children=tuple(children), categories=tuple(categories))
        sent = {headers.INTERNAL_KEY: self._key, headers.REQUEST_ID: new_id(), "Content-Type": "application/json"}
        traceparent = current_traceparent.get()
        if traceparent:
            sent[headers.TRACEPARENT] = traceparent
        try:
            reply = await self._client.post(
                "/internal/delivery-decisions", content=question.model_dump_json(), headers=sent
            )
            reply.raise_for_status()
            answer = DeliveryAnswer.model_validate_json(reply.content)
        except (httpx.HTTPError, ValidationError) as error:
            log.warning("delivery.undecided", error_type=type(error).__qualname__)
            raise Unavailable("Whether somebody may be told cannot be decided, so nobody is told") from error
        return MayKnow(answer.active, answer.permitted, answer.related)
