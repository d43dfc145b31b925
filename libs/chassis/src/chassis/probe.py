"""`python -m chassis.probe URL`: ends with 0 where the URL answers 200 within a few seconds, else with 1 and a reason.

The health check of a container, in which there is no other program that could ask. It imports nothing heavy: it runs
every few seconds beside each part.
"""

import http.client
import sys
from urllib.parse import urlsplit

SECONDS = 4.0


def probe(url: str) -> str:
    """What is wrong there; empty where nothing is."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc, timeout=SECONDS)
    try:
        connection.request("GET", address.path)
        answer = connection.getresponse()
        # Who is not ready says which part does not answer: Docker keeps it beside the state.
        return "" if answer.status == 200 else f"{answer.status} {answer.read(1000).decode(errors='replace')}"
    except (OSError, http.client.HTTPException) as error:
        return f"no answer ({type(error).__qualname__})"
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(probe(sys.argv[1]) or 0)
