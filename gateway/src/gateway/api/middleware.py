"""Headers that every answer of the gateway has."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.domain.hygiene import ON_EVERY_ANSWER


class OnEveryAnswer:
    """Adds them where the answer does not have its own (the pages of the documentation may be kept)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                there = {name.lower() for name, _ in headers}
                headers.extend(pair for pair in ON_EVERY_ANSWER if pair[0] not in there)
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
