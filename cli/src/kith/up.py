"""`kith up`: all parts of Kith in one process."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from chassis.settings import ObservedSettings
from gateway.settings import GatewaySettings
from kith.process import Parts, run


class UpSettings(ObservedSettings):
    """Where it listens and keeps its data. An empty database address means an SQLite file in the data folder."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    data_dir: Path = Path("var")
    log_level: str = "INFO"
    consent_database_url: str = ""
    child_index_database_url: str = ""
    assessment_database_url: str = ""
    notifications_database_url: str = ""


def up() -> None:
    """Runs until it is told to stop. Raises `CommandError` or `ValueError` when it cannot start."""
    settings = UpSettings()
    run(settings.host, settings.port, settings.data_dir, settings.log_level, settings, lambda: build(settings))


def build(settings: UpSettings) -> Parts:
    """Every service, with one broker between them. The services take all other settings from the environment."""
    gateway = GatewaySettings(data_dir=settings.data_dir)
    # Imported only now: they take seconds to load, and most of what is set wrongly has been noticed by then.
    import httpx

    import assessment.main
    import child_index.main
    import consent.main
    import notifications.main
    from assessment.settings import AssessmentSettings
    from chassis.runtime import make_broker
    from child_index.settings import ChildIndexSettings
    from consent.settings import ConsentSettings
    from contracts.routes import Service
    from notifications.settings import NotificationsSettings

    folder = settings.data_dir
    consent_settings = ConsentSettings(data_dir=folder, database_url=settings.consent_database_url)
    broker = make_broker(consent_settings)
    # The consent service comes first: it writes the keys that the others verify grants with.
    deciding = consent.main.create_app(consent_settings, broker)
    services = {
        Service.CONSENT: deciding,
        Service.CHILD_INDEX: child_index.main.create_app(
            ChildIndexSettings(data_dir=folder, database_url=settings.child_index_database_url), broker
        ),
        Service.ASSESSMENT: assessment.main.create_app(
            AssessmentSettings(data_dir=folder, database_url=settings.assessment_database_url), broker
        ),
        Service.NOTIFICATIONS: notifications.main.create_app(
            NotificationsSettings(data_dir=folder, database_url=settings.notifications_database_url),
            broker,
            httpx.ASGITransport(deciding),
        ),
    }
    return Parts(services, broker, gateway)
