"""Settings of the notifications service."""

from chassis.settings import Port, ServiceSettings


class NotificationsSettings(ServiceSettings):
    port: Port = 8084
