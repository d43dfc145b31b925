"""Every public route: which service answers, which action the decision is about, and whose child it touches.

The gateway forwards what is listed here and nothing else; the services' own routes are held against this table by
the architecture tests.
"""

from contracts.routes import (
    assessment,
    child_index,
    chronology,
    consent,
    directory,
    log,
    notifications,
    referrals,
    team,
)
from contracts.routes.base import ALL, FHIR, SCIM, Route, Service, Subject

__all__ = ["ALL", "FHIR", "ROUTES", "SCIM", "Route", "Service", "Subject"]

ROUTES: tuple[Route, ...] = (
    *directory.ROUTES,
    *child_index.ROUTES,
    *consent.ROUTES,
    *log.ROUTES,
    *assessment.ROUTES,
    *team.ROUTES,
    *referrals.ROUTES,
    *chronology.ROUTES,
    *notifications.ROUTES,
)
