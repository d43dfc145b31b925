"""`python -m consent`: the service in a process of its own."""

from chassis.serving import serve
from consent.main import create_app
from consent.settings import ConsentSettings
from contracts.routes import Service

if __name__ == "__main__":
    serve(Service.CONSENT, ConsentSettings, create_app)
