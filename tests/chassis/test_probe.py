"""The health check of a container."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ready" else 503)
        self.end_headers()
        self.wfile.write(b'{"database": "not ready"}')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name for it
        """Not to the tests' output."""


@pytest.fixture
def there() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def probed(url: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "chassis.probe", url], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip()


def test_who_is_ready_is_healthy_and_who_is_not_says_why(there: str) -> None:
    assert probed(f"{there}/ready") == (0, "")
    assert probed(f"{there}/not-ready") == (1, '503 {"database": "not ready"}')
    assert probed("http://127.0.0.1:1/ready") == (1, "no answer (ConnectionRefusedError)")
