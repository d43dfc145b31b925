"""Settings of the notifications service."""

from chassis.settings import Port, ServiceSettings


class NotificationsSettings(ServiceSettings):
    port: Port = 8084
    consent_url: str = ""
    """Where the consent service is, which decides on each delivery. Not needed where all parts share a process."""
