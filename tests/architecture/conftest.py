"""The four services as they are wired, not started."""

import importlib
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from chassis.broker import EmbeddedBroker
from contracts.routes import Service

PACKAGES = {
    Service.CONSENT: "consent",
    Service.CHILD_INDEX: "child_index",
    Service.ASSESSMENT: "assessment",
    Service.NOTIFICATIONS: "notifications",
}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> dict[Service, FastAPI]:
    folder = tmp_path_factory.mktemp("wired")
    patch = pytest.MonkeyPatch()
    patch.setenv("KITH_DATA_DIR", str(folder))
    patch.setenv("KITH_CONSENT_URL", "http://consent")
    try:
        # Consent first: it writes the public grant keys that the others read.
        return {
            service: importlib.import_module(f"{package}.main").create_app(broker=EmbeddedBroker(None))
            for service, package in PACKAGES.items()
        }
    finally:
        patch.undo()


def routes_of(app: FastAPI) -> list[APIRoute]:
    """Every route of an application, those of its routers included."""
    found = [context.original_route for context in iter_route_contexts(app.routes)]
    return [route for route in found if isinstance(route, APIRoute)]


def methods_of(route: APIRoute) -> set[str]:
    return set(route.methods or ())
