"""Every route asks who is calling: the public ones for a grant of their own action, the inner ones for the key."""

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant

from chassis.service import Granted, InternalCaller
from contracts.routes import ROUTES, Service, Subject
from tests.architecture.conftest import methods_of, routes_of


def guards(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from guards(inner)


def test_the_services_answer_the_routes_of_the_table_and_no_others(apps: dict[Service, FastAPI]) -> None:
    for service, app in apps.items():
        public = {
            (method, route.path)
            for route in routes_of(app)
            for method in methods_of(route)
            if not route.path.startswith(("/internal/", "/health/"))
        }
        listed = {(route.method, route.path) for route in ROUTES if route.service is service}
        assert public == listed, service


def test_every_public_route_is_guarded_by_its_own_action(apps: dict[Service, FastAPI]) -> None:
    actions = {(route.service, route.method, route.path): route.action for route in ROUTES}
    for service, app in apps.items():
        for route in routes_of(app):
            if route.path.startswith(("/internal/", "/health/")):
                continue
            for method in methods_of(route):
                found = [guard.actions for guard in guards(route.dependant) if isinstance(guard, Granted)]
                assert found == [(actions[service, method, route.path],)], f"{method} {route.path}"


def test_every_inner_route_is_guarded_too(apps: dict[Service, FastAPI]) -> None:
    for app in apps.values():
        for route in routes_of(app):
            if route.path.startswith("/internal/"):
                assert any(isinstance(guard, Granted | InternalCaller) for guard in guards(route.dependant)), route.path


def test_every_route_that_speaks_of_candidates_names_them_first(apps: dict[Service, FastAPI]) -> None:
    for route in ROUTES:
        if route.subject is Subject.CANDIDATES:
            inner = {(method, found.path) for found in routes_of(apps[route.service]) for method in methods_of(found)}
            assert (route.method, f"/internal/candidates{route.path}") in inner


TWO_CHILDREN = {"/v1/children/{child_id}/merge"}
"""Speaks of a second child, whom the body names: both are candidates, and each is decided on."""


def test_no_two_routes_share_a_place() -> None:
    places = [(route.method, route.path) for route in ROUTES]
    assert len(places) == len(set(places))
    for route in ROUTES:
        assert (route.owned_kind is not None) == (route.subject is Subject.OWNED)
        expected = Subject.CANDIDATES if route.path in TWO_CHILDREN else Subject.CHILD
        if "{child_id}" in route.path:
            assert route.subject is expected
        else:
            assert route.subject is not Subject.CHILD
