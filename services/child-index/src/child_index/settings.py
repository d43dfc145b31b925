"""Settings of the child index, read from the environment (`KITH_…`)."""

from typing import Annotated

from pydantic import Field

from chassis.likeness import LikenessSettings
from chassis.settings import Port, ServiceSettings

PART = "child-index"


class ChildIndexSettings(ServiceSettings, LikenessSettings):
    port: Port = 8082
    import_batch_rows: Annotated[int, Field(ge=1, le=5000)] = 1000
    """Rows of an import that are taken in one transaction: more is faster, and holds up other writers for longer."""
    import_load_rows: Annotated[int, Field(ge=0, le=1_000_000)] = 50_000
    """How many rows of a list into an index without children (PostgreSQL) are held in memory, some
    4 KB each, and so taken quickly."""
    import_poll_seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    """How often a worker looks for imports that another process has received."""
    archive_age: Annotated[int, Field(ge=16, le=30)] = 18
    """At which age a record is archived."""
    archive_age_with_consent: Annotated[int, Field(ge=16, le=30)] = 25
    """At which age a record is archived that a consent in force keeps open for longer."""
    purge_years: Annotated[int, Field(ge=1, le=100)] = 6
    """For how long an archived record is kept before it is purged."""
    stale_months: Annotated[int, Field(ge=1, le=240)] = 12
    """In the report on data quality, a record of which nothing was heard for so many months counts as stale."""
