"""Kith's public interface, as the commands use it: like any other client, through the gateway."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from kith.errors import CommandError

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
"""How long Kith may be away (being restarted, say) before a command gives up."""
TOKEN_TTL_SECONDS = 3600
_AWAY = frozenset({429, 502, 503, 504})
_LOCAL = ("127.0.0.1", "localhost", "[::1]")


class Away(Exception):
    """Kith does not answer just now; `retry_after` in seconds."""

    def __init__(self, reason: str, retry_after: float = 0.5) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Kith:
    """One caller and one purpose. With `subject`, tokens are had from the development issuer as they are needed."""

    def __init__(self, url: str, purpose: str, *, subject: str | None = None, token: str | None = None) -> None:
        if (subject is None) == (token is None):
            raise CommandError("Say who you are: either --as ID (development only) or --token TOKEN")
        self._subject = subject
        self._token = token or ""
        self._until = float("inf") if token else float("-inf")
        self._purpose = purpose
        # A proxy knows nothing of a server on this machine.
        direct: dict[str, httpx.BaseTransport | None] = {f"all://{host}": None for host in _LOCAL}
        try:
            self._http = httpx.Client(base_url=url, timeout=httpx.Timeout(90, connect=5), mounts=direct)
        except (httpx.InvalidURL, ValueError):
            raise CommandError("--url is not an address") from None

    def __enter__(self) -> "Kith":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def json(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """The answer's JSON object. Raises `Away` when trying later may help, `CommandError` otherwise."""
        with self.stream(method, path, **request) as answer:
            found = answer.json() if answer.read() else {}
        if not isinstance(found, dict):
            raise CommandError("The answer is not what Kith would say; is --url right?")
        return found

    @contextmanager
    def stream(self, method: str, path: str, **request: Any) -> Iterator[httpx.Response]:
        """A good answer, unread. Raises as `json` does; what breaks off while it is read is `Away` too."""
        headers = {"Kith-Purpose": self._purpose, **request.pop("headers", {})}
        headers["Authorization"] = f"Bearer {self._current_token()}"
        try:
            with self._http.stream(method, path, headers=headers, **request) as answer:
                if not answer.is_success:
                    answer.read()
                    raise _failure(answer)
                yield answer
        except httpx.TransportError as error:
            raise Away(f"{self._http.base_url} does not answer ({type(error).__name__})") from error

    def patiently(self, work: Callable[[], T]) -> T:
        """Does the work, again where Kith is away. Gives up after a minute of that, with a `CommandError`."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return work()
            except Away as error:
                if time.monotonic() + error.retry_after > deadline:
                    raise CommandError(str(error)) from None
                time.sleep(error.retry_after)

    def _current_token(self) -> str:
        if time.monotonic() > self._until:
            try:
                answer = self._http.post("/dev/token", json={"sub": self._subject, "ttl_seconds": TOKEN_TTL_SECONDS})
            except httpx.TransportError as error:
                raise Away(f"{self._http.base_url} does not answer ({type(error).__name__})") from error
            if answer.status_code in {404, 405}:
                raise CommandError("This Kith has no development issuer: give --token instead of --as")
            if not answer.is_success:
                raise _failure(answer)
            self._token = str(answer.json()["access_token"])
            self._until = time.monotonic() + TOKEN_TTL_SECONDS / 2
        return self._token


def _failure(answer: httpx.Response) -> Exception:
    """What an answer that is not good means: `Away` or `CommandError`."""
    try:
        problem = answer.json()
        said = f"{problem['title']}: {problem['detail']}" if problem["detail"] != problem["title"] else problem["title"]
        again = answer.status_code in _AWAY or problem["type"] == "urn:kith:problem:in-progress"
    except (ValueError, KeyError, TypeError):
        said, again = f"Status {answer.status_code}", answer.status_code in _AWAY
    if again:
        wait = answer.headers.get("retry-after", "")
        return Away(said, min(float(wait), 30.0) if wait.isdigit() else 0.5)
    return CommandError(f"{said} (status {answer.status_code})")
