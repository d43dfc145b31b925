"""A part that answers who it is, for the tests of serving: `python -m tests.chassis.served`."""

import os
from typing import Any

from pydantic_settings import SettingsConfigDict

from chassis.serving import serve
from chassis.settings import ListeningSettings


class Settings(ListeningSettings):
    model_config = SettingsConfigDict(env_prefix="KITH_")


def application(_: Settings) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        if scope["path"] == "/fails":
            raise ValueError("Zofia Nowakowska is not a number")
        body = str(os.getpid()).encode()
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


if __name__ == "__main__":
    serve("served", Settings, application)
