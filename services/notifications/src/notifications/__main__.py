"""`python -m notifications`: the service in a process of its own."""

from chassis.serving import serve
from contracts.routes import Service
from notifications.main import create_app
from notifications.settings import NotificationsSettings

if __name__ == "__main__":
    serve(Service.NOTIFICATIONS, NotificationsSettings, create_app)
