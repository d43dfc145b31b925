"""Every field of every answer about a child belongs to exactly one category, by declaration."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from chassis.disclosure import In, declaration, disclose
from contracts.routes import ROUTES, Route, Service, Subject
from contracts.vocabulary import CATEGORY_MEANING, Category
from tests.architecture.conftest import methods_of, routes_of

ABOUT_A_CHILD = [route for route in ROUTES if route.subject is not Subject.NONE]


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)


def fields_of(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[tuple[type[BaseModel], str]]:
    """The fields down to where one is declared: what stands inside a declared field is of its category."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        yield model, name
        if not isinstance(declaration(model, name), In):
            for inner in models_in(field.annotation):
                yield from fields_of(inner, seen)


def response_models(app: FastAPI, route: Route) -> list[type[BaseModel]]:
    for found in routes_of(app):
        if found.path == route.path and route.method in methods_of(found):
            answers = [found.response_model, *(entry.get("model") for entry in found.responses.values())]
            return [model for answer in answers for model in models_in(answer) if "Problem" not in model.__name__]
    raise AssertionError(f"{route.method} {route.path} is not there")


ON_PAPER = ("assessment.document", "plan.document", "me.plan-document")
"""What these answer with is a PDF, made of the very answers that the same reader gets as JSON."""


@pytest.mark.parametrize("route", ABOUT_A_CHILD, ids=lambda route: f"{route.method} {route.path}")
def test_every_field_of_the_answer_declares_its_category(apps: dict[Service, FastAPI], route: Route) -> None:
    models = response_models(apps[route.service], route)
    assert models or route.method == "DELETE" or route.action in ON_PAPER, "the answer has no declared shape"
    undeclared = [
        f"{model.__name__}.{name}"
        for answer in models
        for model, name in fields_of(answer, set())
        if declaration(model, name) is None
    ]
    assert undeclared == []


def test_each_category_has_a_meaning() -> None:
    assert set(CATEGORY_MEANING) == set(Category)


def test_an_undeclared_field_is_never_disclosed() -> None:
    class Leaky(BaseModel):
        declared: Annotated[str, In(Category.BASICS)]
        forgotten: str

    assert disclose(Leaky(declared="a", forgotten="b"), set(Category)) == {"declared": "a"}
    assert disclose(Leaky(declared="a", forgotten="b"), {Category.HEALTH}) == {}
