"""`python -m gateway`: the gateway in a process of its own."""

from chassis.serving import serve
from gateway.main import create_app
from gateway.settings import GatewaySettings

if __name__ == "__main__":
    serve("gateway", GatewaySettings, create_app)
