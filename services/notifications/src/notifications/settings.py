"""Settings of the notifications service."""

from chassis.settings import ServiceSettings


class NotificationsSettings(ServiceSettings):
    """Nothing beside what every service has."""
