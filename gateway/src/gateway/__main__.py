"""`python -m gateway`: the gateway in a process of its own."""

import sys

import uvicorn

from chassis.telemetry import configure_logging
from gateway.main import create_app
from gateway.settings import GatewaySettings


def main() -> None:
    try:
        settings = GatewaySettings()
        app = create_app(settings)
    except ValueError as error:
        sys.exit(f"The gateway does not start: {error}")
    configure_logging(settings.log_level)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        server_header=False,
        log_config=None,
    )


if __name__ == "__main__":
    main()
