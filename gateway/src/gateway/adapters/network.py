"""The services over the network: httpx on aiohttp's pool, which carries four times what httpx's own does."""

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

MAX_CONNECTIONS = 1000
KEEPALIVE_SECONDS = 4.0
"""Shorter than the services' own (uvicorn's default is 5), so that no call starts on a connection being closed."""


def network_transport() -> httpx.AsyncBaseTransport:
    """One pool of connections to all services. No cookie is ever kept: the pool serves every caller."""

    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEEPALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Content-Type"),
        )

    return AiohttpTransport(client=session)
